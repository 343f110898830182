import { computed, signal } from "@preact/signals";
import type { Blueprint } from "../blueprints/schema.ts";
import type { ConversationEvent } from "../conversation/events.ts";
import { announce } from "./announcer.tsx";
import { type Answer, ended, hear, nothingYet, stopped } from "./answer.ts";
import { call, eventsOf, problemFrom } from "./api.ts";

/** The conversation of this tab: what was asked, what was answered, and the one answer that may be on its way. */

export interface Turn {
  id: number;
  message: string;
  answer: Answer;
}

/** What the message is about besides itself. */
export interface Subject {
  blueprint?: Blueprint;
  template_id?: string;
}

/** A screen shows no more changes than this; the events in between are taken in one go. */
const REDRAW_MS = 33;
/** Turns that go along as history, and characters of each (the API takes 16,000). */
const HISTORY = 20;
const HISTORY_CHARACTERS = 8000;

export const turns = signal<readonly Turn[]>([]);
/** The text in the prompt. */
export const prompt = signal("");
export const busy = computed(() =>
  turns.value.some(({ answer }) => answer.state === "waiting" || answer.state === "streaming"),
);

/** The newest blueprint of the conversation, or what there is of it so far. */
export const current = computed(() => {
  const answer = turns.value.findLast((turn) => turn.answer.resources.length > 0)?.answer;
  if (answer === undefined) return undefined;
  const draft = { version: "1.0", name: "draft", description: "", resources: [...answer.resources] } as Blueprint;
  return { blueprint: answer.blueprint ?? draft, draft: answer.blueprint === undefined };
});

let running: AbortController | undefined;
let nextId = 1;

export async function send(message: string, about: Subject = subjectNow()): Promise<void> {
  const text = message.trim();
  if (text === "" || busy.value) return;
  const history = historyOf(turns.value);
  const id = nextId++;
  turns.value = [...turns.value, { id, message: text, answer: nothingYet }];
  const controller = new AbortController();
  running = controller;
  const body = JSON.stringify({ message: text, context: about, ...(history.length > 0 ? { history } : {}) });
  const answer = await listen(id, body, controller.signal);
  if (running === controller) running = undefined;
  announce(summaryOf(answer));
}

export function stop(): void {
  running?.abort();
}

/** Asks the last question again, in place of its answer. */
export function retry(): void {
  const last = turns.value.at(-1);
  if (last === undefined || busy.value) return;
  turns.value = turns.value.slice(0, -1);
  void send(last.message);
}

/** Takes the last question back into the prompt. */
export function edit(): void {
  const last = turns.value.at(-1);
  if (last === undefined || busy.value) return;
  turns.value = turns.value.slice(0, -1);
  prompt.value = last.message;
}

export function startOver(): void {
  stop();
  turns.value = [];
}

async function listen(id: number, body: string, signal: AbortSignal): Promise<Answer> {
  let answer = nothingYet;
  let redraw: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    clearTimeout(redraw);
    redraw = undefined;
    turns.value = turns.value.map((turn) => (turn.id === id ? { ...turn, answer } : turn));
  };
  try {
    const response = await call("/api/v1/conversation/chat-stream", {
      method: "POST",
      body,
      signal,
      headers: { "content-type": "application/json", accept: "text/event-stream" },
    });
    for await (const { data } of eventsOf(response)) {
      answer = hear(answer, data as ConversationEvent);
      redraw ??= setTimeout(show, REDRAW_MS);
    }
    answer = ended(answer);
  } catch (error) {
    const problem = problemFrom(error);
    const requestId = problem?.requestId;
    answer =
      problem === undefined || signal.aborted
        ? stopped(answer)
        : { ...answer, state: "failed", failure: { message: problem.message, ...(requestId ? { requestId } : {}) } };
  }
  show();
  return answer;
}

function subjectNow(): Subject {
  const blueprint = current.value?.draft === false ? current.value.blueprint : undefined;
  return blueprint === undefined ? {} : { blueprint };
}

function historyOf(past: readonly Turn[]) {
  return past.slice(-HISTORY / 2).flatMap(({ message, answer }) => [
    { role: "user", content: message.slice(0, HISTORY_CHARACTERS) },
    { role: "assistant", content: answer.text.slice(0, HISTORY_CHARACTERS) },
  ]);
}

function summaryOf({ state, blueprint, failure }: Answer): string {
  if (state === "failed") return `The answer failed: ${failure?.message ?? "unknown"}`;
  if (state === "stopped") return "Stopped.";
  if (blueprint === undefined) return "The answer is complete.";
  return `The answer is complete. Blueprint ${blueprint.name} with ${blueprint.resources.length} resources is ready for review.`;
}
