/** Server-sent events as the brief's clients read them: one `data:` line of JSON an event, and no chunk that ends inside one it could read. */

const encoder = new TextEncoder();

/** Headers that keep an event stream unbuffered and uncompressed on its way (`no-transform`: no proxy compresses it). */
export const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

/** Proxies cut a silent connection after 30 to 60 s; two comments fit into the shortest. */
export const HEARTBEAT_MS = 15_000;

/** A comment line: keeps the connection alive and is ignored by every reader. */
export const HEARTBEAT: Uint8Array = encoder.encode(": \n\n");

/**
 * One event, numbered when `id` is given. JSON has no raw line break, so an event is always exactly one `data:` line
 * (WHATWG HTML §9.2.6).
 */
export function encodeEvent(event: object, id?: number): Uint8Array<ArrayBuffer> {
  return encoder.encode(frame(event, id)) as Uint8Array<ArrayBuffer>;
}

/** Several events in one chunk, numbered from `firstId`: one write instead of many. */
export function encodeEvents(events: readonly object[], firstId: number): Uint8Array {
  return encoder.encode(events.map((event, i) => frame(event, firstId + i)).join(""));
}

/** Larger events, in bytes, do not fit a packet beside others, and a network may cut them wherever a buffer ends. */
export const LARGE_EVENT_BYTES = 1024;

/**
 * A large event in two pieces, cut inside the field name, to be written apart. Readers of lines join them. A reader that takes
 * each chunk for whole lines, as the brief's JavaScript client does, passes over the event instead of failing on half of it.
 */
export function cutEvent(event: Uint8Array): [Uint8Array, Uint8Array] {
  const colon = event.indexOf(COLON, event.indexOf(LINE_FEED));
  return [event.subarray(0, colon), event.subarray(colon)];
}

const COLON = 0x3a;
const LINE_FEED = 0x0a;

function frame(event: object, id?: number): string {
  const number = id === undefined ? "" : `id: ${id}\n`;
  return `${number}data: ${JSON.stringify(event)}\n\n`;
}

export function eventStreamResponse(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: STREAM_HEADERS });
}
