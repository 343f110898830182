import type { DeploymentEvent, OperationEvent } from "../deployments/events.ts";
import type { Status } from "../deployments/status.ts";

/** A deployment as its event log tells it, run by run. Pure. */
export interface Progress {
  status: Status;
  /** Number of the last event taken in; where a cut stream goes on. */
  lastId: number;
  runs: readonly Run[];
  log: readonly LogLine[];
  leftOver: readonly string[];
  error?: string;
}

/** One go at a goal: deploying, going back, or tearing down. */
export interface Run {
  goal: "running" | "rolling_back" | "deleting";
  operations: readonly Operation[];
}

export type OperationState = "planned" | "working" | "retrying" | "done" | "failed" | "skipped";

export interface Operation {
  id: string;
  object: string;
  resource: string;
  kind: string;
  state: OperationState;
  cause?: string;
  /** Why it is where it is: the provider's error, or how far it has come. */
  reason?: string;
  hint?: string;
  duration_ms?: number;
}

export interface LogLine {
  id: number;
  tone: "plain" | "warning" | "error";
  text: string;
}

/** What `GET /deployments/{id}` says of an operation, as far as it is shown. */
export interface PlannedOperation {
  id: string;
  object: string;
  resource: string;
  kind: string;
  cause: string;
  state: string;
}

export const notBegun: Progress = { status: "queued", lastId: 0, runs: [], log: [], leftOver: [] };

const GOALS: ReadonlySet<string> = new Set<Run["goal"]>(["running", "rolling_back", "deleting"]);
const SETTLED: ReadonlySet<string> = new Set<Status>(["succeeded", "failed", "rolled_back", "cancelled", "deleted"]);

export const isSettled = (status: Status): boolean => SETTLED.has(status);

/** The progress after one more event. An event that was taken in already changes nothing. */
export function follow(progress: Progress, id: number, event: DeploymentEvent): Progress {
  if (id <= progress.lastId) return progress;
  const next = { ...progress, lastId: id };
  const line = (text: string, tone: LogLine["tone"] = "plain") => [...progress.log, { id, tone, text }];
  switch (event.type) {
    case "status":
      return { ...next, status: event.status, runs: runsAt(progress.runs, event.status), log: line(event.data) };
    case "operation":
      return { ...next, runs: withOperation(progress.runs, event.data), log: line(told(event.data), toneOf(event.data.state)) };
    case "log":
      return { ...next, log: line(event.data) };
    case "warning":
      return { ...next, log: line(event.data, "warning") };
    case "done":
      return { ...next, status: event.status, leftOver: event.left_over, log: line(`It is ${event.status}.`) };
    case "error":
      return { ...next, status: event.status, leftOver: event.left_over, error: event.data, log: line(event.data, "error") };
    default:
      return next;
  }
}

/** Adds what the plan has beyond the operations that were heard of, in the order of the plan. */
export function withPlan(progress: Progress, plan: readonly PlannedOperation[]): Progress {
  const run = progress.runs.at(-1);
  if (run === undefined) return progress;
  const heard = new Map(run.operations.map((operation) => [operation.id, operation]));
  // A plan that lacks what was heard of is that of another run.
  if (!run.operations.every(({ id }) => plan.some((planned) => planned.id === id))) return progress;
  const operations = plan.map(({ id, object, resource, kind, cause, state }): Operation => {
    const known = heard.get(id);
    if (known !== undefined) return known;
    return { id, object, resource, kind, cause, state: state === "skipped" ? "skipped" : "planned" };
  });
  return { ...progress, runs: [...progress.runs.slice(0, -1), { ...run, operations }] };
}

/** Operations of a run, by the object they work on, in order. */
export function byObject({ operations }: Run): [string, Operation[]][] {
  return [...Map.groupBy(operations, ({ object }) => object)];
}

/** How far a run is: operations that are over, and all of them. */
export function counted({ operations }: Run): { over: number; all: number } {
  const over = operations.filter(({ state }) => state === "done" || state === "failed" || state === "skipped");
  return { over: over.length, all: operations.length };
}

/** Where each resource is in the latest run. */
export function resourceStates(progress: Progress): Map<string, OperationState> {
  const states = new Map<string, OperationState>();
  for (const [resource, operations] of Map.groupBy(progress.runs.at(-1)?.operations ?? [], (operation) => operation.resource)) {
    states.set(resource, overall(operations.map(({ state }) => state)));
  }
  return states;
}

function overall(states: readonly OperationState[]): OperationState {
  for (const loud of ["failed", "retrying", "working"] as const) if (states.includes(loud)) return loud;
  if (states.every((state) => state === "done")) return "done";
  if (states.every((state) => state === "skipped" || state === "done")) return "skipped";
  return states.includes("done") ? "working" : "planned";
}

function runsAt(runs: readonly Run[], status: Status): readonly Run[] {
  if (!GOALS.has(status) || runs.at(-1)?.goal === status) return runs;
  return [...runs, { goal: status as Run["goal"], operations: [] }];
}

function withOperation(runs: readonly Run[], event: OperationEvent): readonly Run[] {
  const run = runs.at(-1) ?? { goal: "running", operations: [] };
  const known = run.operations.find(({ id }) => id === event.id);
  const operation = merged(known, event);
  const operations =
    known === undefined
      ? [...run.operations, operation]
      : run.operations.map((other) => (other.id === event.id ? operation : other));
  return [...runs.slice(0, -1), { ...run, operations }];
}

function merged(known: Operation | undefined, event: OperationEvent): Operation {
  const { id, object, resource, kind, cause, reason, hint, duration_ms } = event;
  return {
    ...(known?.cause === undefined ? {} : { cause: known.cause }),
    id,
    object,
    resource,
    kind,
    state: stateOf(event.state),
    ...(cause === undefined ? {} : { cause }),
    ...(reason === undefined ? {} : { reason }),
    ...(hint === undefined ? {} : { hint }),
    ...(duration_ms === undefined ? {} : { duration_ms }),
  };
}

function stateOf(state: OperationEvent["state"]): OperationState {
  return state === "started" || state === "progress" || state === "looking" ? "working" : state;
}

function toneOf(state: OperationEvent["state"]): LogLine["tone"] {
  if (state === "failed") return "error";
  return state === "retrying" || state === "looking" ? "warning" : "plain";
}

function told({ object, kind, state, cause, reason, hint, duration_ms }: OperationEvent): string {
  const because = [cause, reason, hint].filter((part) => part !== undefined).join(" · ");
  const took = duration_ms === undefined ? "" : ` in ${duration_ms} ms`;
  return `${object} ${kind}: ${state}${took}${because === "" ? "" : ` (${because})`}`;
}
