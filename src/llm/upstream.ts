import type { ModelEvent, ModelRequest } from "./model.ts";

/** A language model somewhere else, asked once: no retry, no failover. Each kind is one folder. */
export interface Upstream {
  /** The configured model, as `done` names it when the upstream does not name itself. */
  readonly name: string;
  /**
   * Asks the model and gives its answer batch by batch; it reads only as far as it is asked to. Never throws: a fault is an
   * `error` event. Ends in exactly one of `finish` or `error`. When the signal aborts, the connection is closed at once;
   * a `ModelError` as the signal's reason becomes the `error`.
   */
  answer(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent[], void>;
}

/** Output limit, in tokens, for upstreams that need one or whose own is small: room for a large blueprint and its text. */
export const MAX_OUTPUT_TOKENS = 8192;
