/** Server-sent events as the brief's clients read them: one `data:` line of JSON an event, never split over chunks. */

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

function frame(event: object, id?: number): string {
  const number = id === undefined ? "" : `id: ${id}\n`;
  return `${number}data: ${JSON.stringify(event)}\n\n`;
}

export function eventStreamResponse(body: ReadableStream<Uint8Array>): Response {
  return new Response(body, { headers: STREAM_HEADERS });
}
