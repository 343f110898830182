import { encodeEvents, HEARTBEAT } from "../http/sse.ts";
import type { ModelEvent } from "../llm/model.ts";
import { Ending, type EndingOptions, type Saying, type Translator } from "./ending.ts";
import type { ConversationEvent } from "./events.ts";

export type { Saying, Translator };

/**
 * Longest silence on the wire, in milliseconds. Shorter than any proxy's patience asks for: a client that closed without a
 * reset is only noticed when something is written to it, and a model works on for nobody until then.
 */
const HEARTBEAT_MS = 5_000;

export interface StreamOptions extends EndingOptions {
  /** Longest silence on the wire, in milliseconds; 5 s when left out. */
  heartbeatMs?: number;
}

/**
 * The conversation as server-sent events, numbered from 1; all events of one model batch leave as one chunk. What the
 * translator knows at the start is on its way before the model is asked. Exactly one `done` or `error` ends the stream,
 * `done` only after the model's `finish`. Cancelling it cancels the source.
 */
export function eventStream(
  source: ReadableStream<ModelEvent[]>,
  translator: Translator,
  options: StreamOptions,
): ReadableStream<Uint8Array> {
  const ending = new Ending(translator, options);
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  let heartbeat: number | null = null;
  let lastSent = 0;
  let id = 1;

  const send = (controller: TransformStreamDefaultController<Uint8Array>, events: ConversationEvent[]) => {
    if (events.length === 0) return;
    controller.enqueue(encodeEvents(events, id));
    id += events.length;
    lastSent = Date.now();
    if (!ending.reached) return;
    clearTimeout(heartbeat);
    controller.terminate();
  };
  /** One timer for the whole stream, moved on only when it fires: sending an event costs no timer. */
  const beat = (controller: TransformStreamDefaultController<Uint8Array>, wait: number) => {
    heartbeat = setTimeout(() => {
      const silent = Date.now() - lastSent;
      if (silent < heartbeatMs) return beat(controller, heartbeatMs - silent);
      // Bytes that still wait for the client say as much as a comment would.
      if ((controller.desiredSize ?? 0) >= 0) controller.enqueue(HEARTBEAT.slice());
      lastSent = Date.now();
      beat(controller, heartbeatMs);
    }, wait);
  };

  return source.pipeThrough(
    new TransformStream<ModelEvent[], Uint8Array>({
      start(controller) {
        send(controller, ending.start());
        if (!ending.reached) beat(controller, heartbeatMs);
      },
      transform(batch, controller) {
        send(controller, ending.batch(batch));
      },
      flush(controller) {
        send(controller, ending.eof());
      },
      cancel() {
        clearTimeout(heartbeat);
      },
    }),
  );
}

/** The same conversation, all at once: for the routes that answer with one JSON document. */
export async function collectEvents(
  source: ReadableStream<ModelEvent[]>,
  translator: Translator,
  options: EndingOptions,
): Promise<ConversationEvent[]> {
  const ending = new Ending(translator, options);
  const events = ending.start();
  for await (const batch of source) {
    events.push(...ending.batch(batch));
    if (ending.reached) break;
  }
  return ending.reached ? events : [...events, ...ending.eof()];
}
