import type { Task } from "./task.ts";

/**
 * What the conversation sees of a model. `llm/` knows nothing of HTTP routes; each implementation is one folder or file.
 */

/** One thing a model said or did. Events come in arrays: all that arrived in one read of the upstream. */
export type ModelEvent =
  | { type: "text"; text: string }
  | { type: "thinking"; text: string }
  /** The upstream is alive but has nothing to say yet (a comment, a ping). */
  | { type: "alive" }
  /** Counts so far; the last one stands. */
  | { type: "usage"; usage: Usage }
  /** All text and thinking so far is void: the model failed and the answer starts over. `reason` is a sentence. */
  | { type: "restart"; reason: string }
  /** The answer goes on, but whoever reads it should know this. `message` is a sentence. */
  | { type: "warning"; code: WarningCode; message: string }
  /** The upstream said that it finished. Only after this is an answer complete. `attempts`: requests it took, 1 when left out. */
  | { type: "finish"; reason: FinishReason; model: string; attempts?: number }
  /** The answer cannot be completed. Last event of the stream, instead of `finish`. */
  | { type: "error"; error: ModelError };

export interface Usage {
  input_tokens: number;
  output_tokens: number;
}

/** `length`: the model stopped at its output limit, so the answer may be incomplete. */
export type FinishReason = "stop" | "length";

/** `planner_fallback`: no model answered, the built-in planner did. `skipped_events`: unreadable pieces were left out. */
export type WarningCode = "planner_fallback" | "skipped_events";

/** Why a model gave no complete answer. `message` is safe to show: it never holds an upstream's body. */
export interface ModelError {
  code:
    | "unreachable"
    | "refused"
    | "rate_limited"
    | "overloaded"
    | "timeout"
    | "cut"
    | "context_too_long"
    | "content_filter"
    | "invalid";
  message: string;
  /** How long the upstream asked to be left alone, in milliseconds. */
  retry_after_ms?: number;
}

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ModelRequest {
  /** What a language model is sent. The last one is the user's. */
  messages: Message[];
  /** The same request as data, for the built-in planner, which reads no prompt. */
  task: Task;
  /** The answer is one JSON value of this schema. Enforced where the upstream can; elsewhere the prompt alone asks for it. */
  format?: { name: string; schema: Record<string, unknown> };
}

/** Something that answers: a language model somewhere else, several of them as one, or the built-in planner. */
export interface Model {
  /** What it is called where it does not name itself. */
  readonly name: string;
  /**
   * The answer, batch by batch; it is read only as far as it is asked for. Never throws: a fault is an `error` event. Ends in
   * exactly one of `finish` or `error`. When the signal aborts, the connection is closed at once; a `ModelError` as the
   * signal's reason becomes the `error`.
   */
  answer(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent[], void>;
}
