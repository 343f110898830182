import { useEffect, useRef } from "preact/hooks";
import { busy, prompt, type Subject, send, stop } from "./conversation.ts";
import { Icon } from "./icons.tsx";

const ID = "prompt";

/** Puts the cursor into the prompt; false when the page has none. */
export function focusPrompt(): boolean {
  const field = document.getElementById(ID);
  field?.focus();
  return field !== null;
}

interface PromptProps {
  label: string;
  placeholder: string;
  /** What the message is about; by default what the conversation is about. */
  about?: Subject;
  onSend?: () => void;
  focused?: boolean;
}

/** Where a message is written: Enter sends, Shift-Enter makes a line, and it grows with its text. */
export function Prompt({ label, placeholder, about, onSend, focused = false }: PromptProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { value: text } = prompt;
  const { value: answering } = busy;
  useEffect(() => {
    // Where there is no keyboard, focus would open one over the page.
    if (focused && matchMedia("(hover: hover)").matches) field.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => grow(field.current), [text]);
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() === "" || answering) return;
    prompt.value = "";
    void send(text, about);
    onSend?.();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return (
    <form class="prompt" onSubmit={submit}>
      <label class="unseen" for={ID}>
        {label}
      </label>
      <textarea
        id={ID}
        ref={field}
        rows={1}
        maxLength={16_000}
        placeholder={placeholder}
        value={text}
        onInput={(event) => {
          prompt.value = event.currentTarget.value;
        }}
        onKeyDown={onKeyDown}
      />
      {answering ? (
        <button type="button" class="send" onClick={stop} aria-label="Stop the answer">
          <Icon name="stop" />
        </button>
      ) : (
        <button type="submit" class="send" disabled={text.trim() === ""} aria-label="Send">
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}

function grow(field: HTMLTextAreaElement | null): void {
  if (field === null) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
