import { createParser } from "eventsource-parser";
import { cut, faultOfPayload, filtered, invalid, isModelError } from "./fault.ts";
import type { FinishReason, ModelError, ModelEvent, Usage } from "./model.ts";

/** Longest single event, in characters. The longest honest one is a whole answer sent at once, a tenth of this. */
export const MAX_EVENT_CHARS = 512 * 1024;

/** After the model named its reason to stop, only usage and the end marker are due: both follow at once or never. */
const LINGER_MS = 2_000;

/** What one event of an upstream means. */
export interface Piece {
  text?: string;
  thinking?: string;
  /** What is known of the counts; the others stand. */
  usage?: Partial<Usage>;
  model?: string;
  /** Why the model stopped; `filtered` when it was stopped for its content. */
  stopped?: FinishReason | "filtered";
  /** No event follows that matters. */
  end?: true;
  /** The upstream's own error object. */
  error?: unknown;
}

/** Reads one event's JSON. Pure; it must bear any JSON at all. */
export type ReadPiece = (json: unknown) => Piece;

/**
 * The model events of a streamed answer (WHATWG HTML §9.2.6 framing, JSON data). Bears bytes split anywhere, comments,
 * malformed events (skipped, and counted in a warning) and errors in the stream. Only the model's own word that it stopped
 * makes the answer complete; the end of the bytes never does.
 */
export async function* readAnswer(
  body: ReadableStream<Uint8Array>,
  name: string,
  readPiece: ReadPiece,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent[], void> {
  const reader = body.getReader();
  const answer = new Answer(name, readPiece);
  let linger: number | null = null;
  // A body that does not mind the signal, like that of a binding, is let go all the same.
  const letGo = () => void reader.cancel().catch(ignoreLateFault);
  signal.addEventListener("abort", letGo);
  if (signal.aborted) letGo();
  try {
    while (!answer.over) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }) as const);
      if (signal.aborted) answer.abort(signal.reason);
      else if (done) answer.eof();
      else answer.feed(value);
      if (answer.stopped && linger === null) linger = setTimeout(letGo, LINGER_MS);
      yield answer.take();
    }
  } finally {
    clearTimeout(linger);
    signal.removeEventListener("abort", letGo);
    letGo();
  }
}

/** The connection is being given up: how it fails on the way out changes nothing. */
function ignoreLateFault(): void {}

class Answer {
  over = false;
  #out: ModelEvent[] = [];
  #stopped: Piece["stopped"];
  #model: string;
  #usage: Usage | undefined;
  #skipped = 0;
  #empty = true;
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent: ({ data, event }) => this.#event(data, event),
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") this.#fail(invalid(this.name, "sent an event too large to be one"));
    },
  });

  constructor(
    readonly name: string,
    readonly readPiece: ReadPiece,
  ) {
    this.#model = name;
  }

  get stopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** What happened since the last time; bytes without meaning show that the upstream is alive. */
  take(): ModelEvent[] {
    const out: ModelEvent[] = this.#out.length > 0 ? this.#out : [{ type: "alive" }];
    this.#out = [];
    return out;
  }

  feed(bytes: Uint8Array): void {
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
  }

  eof(): void {
    // Some servers leave out the blank line after their last event.
    this.#parser.feed(`${this.#decoder.decode()}\n\n`);
    if (this.over) return;
    if (this.stopped) this.#finish();
    else this.#fail(cut(this.name));
  }

  abort(reason: unknown): void {
    if (this.stopped) this.#finish();
    else this.#fail(isModelError(reason) ? reason : cut(this.name));
  }

  #event(data: string, event: string | undefined): void {
    if (this.over) return;
    if (data.trim() === "[DONE]") {
      this.#piece({ end: true });
      return;
    }
    const json = parseObject(data);
    if (event === "error") this.#piece({ error: json?.["error"] ?? json ?? data });
    else if (json === undefined) this.#skipped++;
    else this.#piece(this.readPiece(json));
  }

  #piece(piece: Piece): void {
    if (piece.error !== undefined) {
      this.#fail(faultOfPayload(this.name, piece.error));
      return;
    }
    if (piece.thinking) this.#out.push({ type: "thinking", text: piece.thinking });
    if (piece.text) {
      this.#empty = false;
      this.#out.push({ type: "text", text: piece.text });
    }
    if (piece.model) this.#model = piece.model;
    if (piece.usage) this.#usage = { input_tokens: 0, output_tokens: 0, ...this.#usage, ...piece.usage };
    if (piece.stopped) this.#stopped = piece.stopped;
    if (piece.end) this.#finish();
  }

  /** The model said that it is done: a complete answer, unless there is nothing in it. */
  #finish(): void {
    const reason = this.#stopped ?? "stop";
    if (reason === "filtered" || this.#empty) {
      this.#fail(reason === "filtered" ? filtered(this.name) : invalid(this.name, "sent an empty answer"));
      return;
    }
    if (this.#usage) this.#out.push({ type: "usage", usage: this.#usage });
    if (this.#skipped > 0) this.#out.push({ type: "warning", code: "skipped_events", message: this.#skippedText() });
    this.#out.push({ type: "finish", reason, model: this.#model });
    this.over = true;
  }

  #skippedText(): string {
    const pieces = this.#skipped === 1 ? "1 unreadable piece" : `${this.#skipped} unreadable pieces`;
    return `${this.name} sent ${pieces}, left out here; a few words may be missing.`;
  }

  #fail(error: ModelError): void {
    if (this.over) return;
    this.#out.push({ type: "error", error });
    this.over = true;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not JSON: the caller counts it.
    return undefined;
  }
}
