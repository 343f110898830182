import { signal } from "@preact/signals";

/** The API token of this tab: asked for when the server answers 401, and forgotten when the tab is closed. */

const KEY = "ai-cdn.token";

interface Question {
  /** What the server said, for the user to read. */
  detail: string;
  answer: (given: boolean) => void;
}

/** The question on the screen, if there is one. */
export const question = signal<Question | undefined>(undefined);

let asked: Promise<boolean> | undefined;

export function token(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined;
}

/** Asks once, however many requests wait for it; false when the user would rather not. */
export function askForToken(detail: string): Promise<boolean> {
  asked ??= new Promise<boolean>((resolve) => {
    question.value = { detail, answer: resolve };
  }).finally(() => {
    asked = undefined;
    question.value = undefined;
  });
  return asked;
}

export function giveToken(text: string): void {
  sessionStorage.setItem(KEY, text);
  question.value?.answer(true);
}

export function declineToken(): void {
  question.value?.answer(false);
}
