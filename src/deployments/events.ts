import * as z from "zod";
import { encodeEvent, HEARTBEAT, HEARTBEAT_MS } from "../http/sse.ts";
import { STATUSES } from "./status.ts";

/**
 * The events of a deployment. They are stored under a sequence number without gaps, from 1, which is the `id` on the wire.
 * `settled` is stored where a deployment comes to rest; on the wire it is `done` or `error` when it is the last word, and a
 * `status` when the deployment went on to something new afterwards, so that a stream has exactly one end.
 */

const operationEvent = z.object({
  id: z.string(),
  resource: z.string(),
  object: z.string(),
  kind: z.string(),
  state: z.enum(["started", "progress", "retrying", "looking", "done", "failed", "skipped"]),
  cause: z.string().optional(),
  attempt: z.int().optional(),
  reason: z.string().optional(),
  hint: z.string().optional(),
  retry_in_ms: z.int().optional(),
  duration_ms: z.int().optional(),
});

const status = z.enum(STATUSES);

export const deploymentEventSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("status"), data: z.string(), status, position: z.int().optional() }),
    z.object({ type: z.literal("operation"), data: operationEvent }),
    z.object({ type: z.literal("log"), data: z.string(), object: z.string().optional() }),
    z.object({ type: z.literal("warning"), data: z.string(), code: z.string() }),
    z.object({ type: z.literal("done"), data: z.literal("complete"), status, left_over: z.array(z.string()) }),
    z.object({ type: z.literal("error"), data: z.string(), code: z.string(), status, left_over: z.array(z.string()) }),
  ])
  .meta({ id: "DeploymentEvent" });
export type DeploymentEvent = z.infer<typeof deploymentEventSchema>;
export type OperationEvent = z.infer<typeof operationEvent>;

type Terminal = Extract<DeploymentEvent, { type: "done" | "error" }>;

export interface StoredEvent {
  seq: number;
  event: DeploymentEvent;
}

/** What followers read from: the stored log, and a promise of news. */
export interface EventSource {
  /** Up to `limit` events after `seq`, in order. */
  after(seq: number, limit: number): StoredEvent[];
  /** Nothing more will be stored until somebody asks for something new. */
  settled(): boolean;
  /** Resolves with true when something was stored, with false when the time is over. */
  news(timeout_ms: number): Promise<boolean>;
}

const BATCH = 200;

/**
 * Replays the log after `seq`, follows it, and ends with the deployment's `done` or `error`. Pull-driven: a slow reader costs a
 * cursor, not a buffer. While there is no news a comment keeps the line alive.
 */
export function followEvents(source: EventSource, seq: number, heartbeatMs = HEARTBEAT_MS): ReadableStream<Uint8Array> {
  let cursor = seq;
  let ended = false;
  let gone = false;
  return new ReadableStream(
    {
      type: "bytes",
      async pull(controller) {
        while (!gone) {
          const batch = source.after(cursor, BATCH);
          for (const { seq: id, event } of batch) {
            const last = isTerminal(event) && source.settled() && source.after(id, 1).length === 0;
            controller.enqueue(encodeEvent(last || !isTerminal(event) ? event : asStatus(event), id));
            cursor = id;
            ended ||= last;
          }
          if (ended || (batch.length === 0 && source.settled())) {
            controller.close();
            return;
          }
          if (batch.length > 0) return;
          const stored = await source.news(heartbeatMs);
          if (!gone && !stored) {
            controller.enqueue(HEARTBEAT.slice());
            return;
          }
        }
      },
      cancel() {
        gone = true;
      },
    },
    { highWaterMark: 0 },
  );
}

function isTerminal(event: DeploymentEvent): event is Terminal {
  return event.type === "done" || event.type === "error";
}

/** An end that turned out not to be the last. */
function asStatus(event: Terminal): DeploymentEvent {
  return { type: "status", data: event.type === "error" ? event.data : `It was ${event.status}.`, status: event.status };
}
