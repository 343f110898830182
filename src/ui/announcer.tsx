import { signal } from "@preact/signals";

const sentence = signal("");

/** Tells users of screen readers, politely and once, what others see. */
export function announce(text: string): void {
  sentence.value = text;
}

export function Announcer() {
  return (
    <p role="status" class="unseen">
      {sentence}
    </p>
  );
}
