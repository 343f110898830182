import { cutEvent, encodeEvent, encodeEvents, HEARTBEAT, LARGE_EVENT_BYTES } from "../http/sse.ts";
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
 * The conversation as server-sent events, numbered from 1; all events of one model batch leave as one chunk,
 * except large ones, which go apart. What the
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
  };
  const close = (controller: TransformStreamDefaultController<Uint8Array>) => {
    if (!ending.reached) return;
    clearTimeout(heartbeat);
    controller.terminate();
  };
  /** Sends a large event apart from what stands before and after it. */
  const sendApart = async (controller: TransformStreamDefaultController<Uint8Array>, events: ConversationEvent[]) => {
    let small: ConversationEvent[] = [];
    for (const event of events) {
      const bytes = LARGE_TYPES.has(event.type) ? encodeEvent(event, id + small.length) : undefined;
      if (bytes === undefined || bytes.length <= LARGE_EVENT_BYTES) {
        small.push(event);
        continue;
      }
      send(controller, small);
      small = [];
      // Before it is cut, so that no heartbeat falls between its pieces.
      lastSent = Date.now();
      for (const piece of cutEvent(bytes)) {
        await nextTurn();
        controller.enqueue(piece);
      }
      await nextTurn();
      id++;
    }
    send(controller, small);
    close(controller);
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
        close(controller);
        if (!ending.reached) beat(controller, heartbeatMs);
      },
      transform(batch, controller) {
        const events = ending.batch(batch);
        if (events.some(({ type }) => LARGE_TYPES.has(type))) return sendApart(controller, events);
        send(controller, events);
        close(controller);
      },
      flush(controller) {
        send(controller, ending.eof());
        close(controller);
      },
      cancel() {
        clearTimeout(heartbeat);
      },
    }),
  );
}

/** The types of event that can be large. */
const LARGE_TYPES: ReadonlySet<string> = new Set(["resource", "blueprint"]);

/** What was written is on its way before more is. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

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
