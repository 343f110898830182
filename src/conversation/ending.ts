import type { ModelEvent, Usage } from "../llm/model.ts";
import type { ConversationEvent } from "./events.ts";

type Done = Extract<ConversationEvent, { type: "done" }>;
type Failure = Extract<ConversationEvent, { type: "error" }>;

/** What a translator says. The end is not its business: `done`, and the request id of an `error`, are added to it. */
export type Saying = Exclude<ConversationEvent, Done | Failure> | Omit<Failure, "request_id">;

/** Turns model events into conversation events. Stateful and synchronous, without side effects; one for each conversation. */
export interface Translator {
  /** What is known before any model answers. */
  start(): Saying[];
  /**
   * What one model event means to the client. It gets every event. An `error` it returns ends the conversation; otherwise
   * `done` follows what it returns for `finish`, and the model's error what it returns for `error`.
   */
  event(event: ModelEvent): Saying[];
}

export interface EndingOptions {
  /** Goes into an `error`, for the client to quote. */
  requestId: string;
  /** When the request began, in milliseconds of `Date.now()`; now when left out. */
  startedAt?: number;
}

const CUT = { code: "cut", message: "The model's answer ended before it was complete." };

/** Sees that a conversation ends in exactly one `done` or `error`, and that `done` follows a model's `finish` alone. */
export class Ending {
  /** Whether the last event has been given out; nothing follows it. */
  reached = false;
  readonly #translator: Translator;
  readonly #requestId: string;
  readonly #startedAt: number;
  #firstTextAt: number | undefined;
  #usage: Usage | undefined;

  constructor(translator: Translator, { requestId, startedAt = Date.now() }: EndingOptions) {
    this.#translator = translator;
    this.#requestId = requestId;
    this.#startedAt = startedAt;
  }

  start(): ConversationEvent[] {
    return this.#collect(() => this.#translator.start());
  }

  batch(batch: readonly ModelEvent[]): ConversationEvent[] {
    const out: ConversationEvent[] = [];
    for (const event of batch) {
      if (this.reached) break;
      out.push(...this.#collect(() => this.#translator.event(event)), ...this.#after(event));
    }
    return out;
  }

  /** The model's events are over. That alone is no success. */
  eof(): ConversationEvent[] {
    return this.#fail(CUT);
  }

  #after(event: ModelEvent): ConversationEvent[] {
    if (this.reached) return [];
    if (event.type === "text" || event.type === "thinking") this.#firstTextAt ??= Date.now();
    if (event.type === "usage") this.#usage = event.usage;
    if (event.type === "error") return this.#fail(event.error);
    if (event.type !== "finish") return [];
    this.reached = true;
    const done: Done = {
      type: "done",
      data: "complete",
      model: event.model,
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      attempts: event.attempts ?? 1,
      ttft_ms: this.#firstTextAt === undefined ? null : this.#firstTextAt - this.#startedAt,
    };
    return event.reason === "length" ? [OUT_OF_LENGTH, done] : [done];
  }

  /** A translator that throws is a bug of ours; the client still gets an honest end. */
  #collect(say: () => Saying[]): ConversationEvent[] {
    let sayings: Saying[];
    try {
      sayings = say();
    } catch (cause) {
      console.error(
        JSON.stringify({ request_id: this.#requestId, error: cause instanceof Error ? cause.stack : String(cause) }),
      );
      return this.#fail({
        code: "internal",
        message: "The answer could not be processed. Quote the request id when you report it.",
      });
    }
    const out: ConversationEvent[] = [];
    for (const saying of sayings) {
      if (saying.type !== "error") {
        out.push(saying);
        continue;
      }
      this.reached = true;
      out.push({ ...saying, request_id: this.#requestId });
      break;
    }
    return out;
  }

  #fail({ code, message }: { code: string; message: string }): ConversationEvent[] {
    if (this.reached) return [];
    this.reached = true;
    return [{ type: "error", data: message, code, request_id: this.#requestId }];
  }
}

const OUT_OF_LENGTH: ConversationEvent = {
  type: "warning",
  code: "length",
  data: "The model stopped at its length limit; the answer may be incomplete.",
};
