import type { Outcome, ProviderError, Sighting } from "../providers/provider.ts";
import type { Operation } from "./plan.ts";

/**
 * The decisions of a run, without I/O, clock or chance: `apply` takes what happened into the record, `decide` says what to do
 * next. Whoever drives it (the Durable Object, a simulator) journals the record before it acts on a decision.
 */

export type OperationStatus =
  | "planned"
  /** The intent is recorded; the call may or may not have reached the provider. */
  | "running"
  /** Accepted by the provider and not finished; asked again at `wake_at`. */
  | "waiting"
  /** Failed in a way that passes; tried again at `wake_at`. */
  | "retrying"
  /** Nobody knows whether the call had its effect; looked for before anything else. */
  | "unknown"
  | "done"
  | "failed"
  /** Not done, because something it depends on failed or the run was stopped. */
  | "skipped";

export interface OperationRecord extends Operation {
  status: OperationStatus;
  /** Calls begun, the first being 1. Asking about a pending operation is no new attempt. */
  attempt: number;
  /** Unix time in ms. */
  started_at?: number;
  wake_at?: number;
  handle?: string;
  error?: ProviderError;
}

export interface Run {
  operations: OperationRecord[];
  /** Why nothing new is begun any more. */
  stopping?: "failed" | "cancelled";
}

export type RunEvent =
  | { type: "begun"; id: string; now: number }
  | { type: "answered"; id: string; now: number; outcome: Outcome }
  /** `chance` in [0, 1) spreads retries (full jitter). */
  | { type: "failed"; id: string; now: number; error: ProviderError; chance: number }
  | { type: "looked"; id: string; now: number; sighting: Sighting }
  /** The process that ran these calls is gone. */
  | { type: "interrupted" }
  | { type: "cancelled" }
  /** The time for the whole run is over: what is not done has failed. */
  | { type: "expired" };

/** What to do now. Several operations may be due at once; with nothing due, `wake_at` says when to ask again. */
export interface Decision {
  /** Calls to make, recorded as begun before. */
  begin: OperationRecord[];
  /** Pending operations to ask about again: harmless to repeat, so nothing is recorded before. */
  ask: OperationRecord[];
  look: OperationRecord[];
  wake_at?: number;
  /** Set when nothing is left to do and nothing is in flight. */
  settled?: "succeeded" | "failed" | "cancelled";
}

/** Calls of one operation, passing faults included, before the operation fails. */
export const MAX_ATTEMPTS = 6;
const RETRY_BASE_MS = 250;
export const RETRY_CAP_MS = 15_000;
/** An operation that is still pending after this long has failed: no health check takes longer than its start period of an hour. */
export const OPERATION_DEADLINE_MS = 70 * 60_000;

export function startRun(operations: readonly Operation[]): Run {
  return { operations: operations.map((operation) => ({ ...operation, status: "planned", attempt: 0 })) };
}

/** The record after an event, as a new object; the operations an event does not touch are the same objects. */
export function apply(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case "cancelled":
      return run.stopping === undefined ? { ...run, stopping: "cancelled" } : run;
    case "expired": {
      const open: OperationStatus[] = ["running", "waiting", "unknown"];
      const error: ProviderError = { class: "failed", message: "It was not done when the time for the deployment was over." };
      const ended = mapOperations(run, (operation) =>
        open.includes(operation.status) ? { ...operation, status: "failed", error } : operation,
      );
      return { ...ended, stopping: ended.stopping ?? "failed" };
    }
    case "interrupted":
      return mapOperations(run, (operation) =>
        operation.status === "running" ? { ...operation, status: "unknown" } : operation,
      );
    default: {
      // An answer that comes after an operation was given up changes nothing any more.
      const over: OperationStatus[] = ["done", "failed", "skipped"];
      const after = mapOperations(run, (operation) =>
        operation.id === event.id && !over.includes(operation.status) ? applyTo(operation, event) : operation,
      );
      const failed = after.operations.some(({ id, status }) => id === event.id && status === "failed");
      return failed && after.stopping === undefined ? { ...after, stopping: "failed" } : after;
    }
  }
}

type OperationEvent = Extract<RunEvent, { id: string }>;

function applyTo(operation: OperationRecord, event: OperationEvent): OperationRecord {
  const { wake_at: _woken, error: _mended, ...base } = operation;
  const began = operation.started_at ?? event.now;
  switch (event.type) {
    case "begun":
      return { ...base, status: "running", attempt: operation.attempt + 1, started_at: began };
    case "looked":
      // Not done: it is begun anew, as a new attempt.
      return event.sighting === "done" ? { ...base, status: "done" } : { ...base, status: "planned" };
    case "answered": {
      if (event.outcome.status === "done") return { ...base, status: "done" };
      const { poll_in_ms, handle } = event.outcome;
      if (event.now - began > OPERATION_DEADLINE_MS) {
        return {
          ...base,
          status: "failed",
          error: { class: "failed", message: `It was still not done after ${OPERATION_DEADLINE_MS / 60_000} minutes.` },
        };
      }
      return { ...base, status: "waiting", wake_at: event.now + poll_in_ms, ...(handle === undefined ? {} : { handle }) };
    }
    case "failed":
      return afterFailure(base, event, operation.status === "unknown");
  }
}

function afterFailure(
  base: OperationRecord,
  { error, now, chance }: Extract<RunEvent, { type: "failed" }>,
  /** It was looking that failed: whether the call had its effect is as unknown as before. */
  looking: boolean,
): OperationRecord {
  const attempt = base.attempt + (looking ? 1 : 0);
  if (!passes(error) || attempt >= MAX_ATTEMPTS) return { ...base, attempt, status: "failed", error };
  const wake_at = now + backoff(attempt, error, chance);
  return { ...base, attempt, status: looking || error.class === "unknown-outcome" ? "unknown" : "retrying", error, wake_at };
}

/** Whether a fault goes away by itself. */
export function passes({ class: kind }: ProviderError): boolean {
  return kind === "transient" || kind === "locked" || kind === "unknown-outcome";
}

/** Milliseconds before the next attempt: exponential with full jitter (`chance` in [0, 1)), and never before the provider asks for it. */
export function backoff(attempt: number, error: ProviderError, chance: number): number {
  return Math.ceil(Math.max(Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** attempt) * chance, error.retry_after_ms ?? 0));
}

/** What is due at `now`, with at most `limit` operations in flight or waiting at once. */
export function decide(run: Run, now: number, limit: number): Decision {
  const status = new Map(run.operations.map((operation) => [operation.id, operation.status]));
  const due = ({ wake_at }: OperationRecord) => wake_at === undefined || wake_at <= now;
  const of = (...wanted: OperationStatus[]) => run.operations.filter((operation) => wanted.includes(operation.status));
  const inFlight = of("running", "waiting", "unknown");
  const stopped = run.stopping !== undefined;

  const ask = of("waiting").filter(due);
  const look = of("unknown").filter(due);
  const ready = stopped
    ? []
    : of("planned", "retrying").filter(
        (operation) => due(operation) && operation.depends_on.every((id) => status.get(id) === "done"),
      );
  const fresh = ready.slice(0, Math.max(0, limit - inFlight.length));

  const sleeping = [...of("waiting", "unknown"), ...(stopped ? [] : of("retrying"))].flatMap(({ wake_at }) =>
    wake_at !== undefined && wake_at > now ? [wake_at] : [],
  );
  const decision: Decision = { begin: fresh, ask, look };
  if (sleeping.length > 0) decision.wake_at = Math.min(...sleeping);
  if (inFlight.length === 0 && (stopped || of("planned", "retrying").length === 0)) {
    decision.settled = run.stopping ?? "succeeded";
  }
  return decision;
}

/** Closes a settled run: what was not begun is skipped. */
export function settle(run: Run): Run {
  return mapOperations(run, (operation) =>
    operation.status === "planned" || operation.status === "retrying" ? { ...operation, status: "skipped" } : operation,
  );
}

function mapOperations(run: Run, change: (operation: OperationRecord) => OperationRecord): Run {
  return { ...run, operations: run.operations.map(change) };
}
