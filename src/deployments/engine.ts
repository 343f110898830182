import type { ProviderName } from "../blueprints/schema.ts";
import type { DesiredObject, Lifecycle, ObservedObject, Provider, ProviderError } from "../providers/provider.ts";
import type { DeploymentEvent, OperationEvent } from "./events.ts";
import type { DeploymentRecord, Goal, Journal } from "./journal.ts";
import { objectsOf } from "./objects.ts";
import { plan } from "./plan.ts";
import type { Admission, IndexEntry } from "./queue.ts";
import { SETTLED, type Status } from "./status.ts";
import { apply, type Decision, decide, type OperationRecord, type Run, type RunEvent, settle, startRun } from "./step.ts";

/** What the engine needs of the world around it. */
export interface EngineHost {
  journal: Journal;
  provider(name: ProviderName): Provider;
  admit(id: string, targets: string[]): Promise<Admission>;
  report(entry: IndexEntry): Promise<void>;
  /** Operations of this deployment in flight at once. */
  maxOperations: number;
  now(): number;
  /** In [0, 1). */
  chance(): number;
  /** Resolves after `ms`, or earlier when `wake` was asked for. */
  pause(ms: number): Promise<void>;
  /** Sees to it that `tick` is called at this time at the latest, also when this process is gone by then. */
  alarmAt(time: number): void;
  /** Tells followers that something was stored. */
  announce(): void;
}

/** The alarm that is set before any work: if the process dies, the next one goes on after this long at the latest. */
const DEAD_MAN_MS = 10_000;
/** A tick ends itself after this long, far below the platform's 15 minutes for an alarm. */
const TICK_BUDGET_MS = 60_000;
/** How often a waiting deployment asks for its place by itself; a place that gets free wakes it at once. */
const QUEUE_POLL_MS = 5_000;

/**
 * Drives one deployment: journal the intent, act, journal the result, until its goal is reached. It can die between any two
 * lines and is taken up again by the next tick.
 */
export class Engine {
  #ticking = false;

  constructor(private readonly host: EngineHost) {}

  /** Works until nothing is left to do or to wait for in this tick. Calling it while it runs does nothing. */
  async tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      const { journal } = this.host;
      for (let record = journal.record(); record !== undefined && !SETTLED.has(record.status); record = journal.record()) {
        this.host.alarmAt(this.host.now() + DEAD_MAN_MS);
        if (record.status === "cancelling" && !record.planned) {
          this.#end(record, "cancelled", undefined, []);
          continue;
        }
        if (!(await this.#admitted(record))) return;
        if (!record.planned) await this.#plan(record);
        else if (!(await this.#drive(record))) return;
      }
      const settled = journal.record();
      if (settled !== undefined) await this.host.report(indexEntry(settled));
    } finally {
      this.#ticking = false;
    }
  }

  async #admitted(record: DeploymentRecord): Promise<boolean> {
    const { host } = this;
    const admission = await host.admit(record.id, record.targets);
    if (admission.granted) return true;
    const { position } = admission;
    const said = host.journal.lastEvent();
    if (said?.type !== "status" || said.position !== position) {
      this.#say({ type: "status", data: `Waiting for its turn: number ${position} in line.`, status: record.status, position });
    }
    host.alarmAt(host.now() + QUEUE_POLL_MS);
    return false;
  }

  async #plan(record: DeploymentRecord): Promise<void> {
    const { journal, now } = this.host;
    if (record.status === "queued") this.#move(record, "planning", "Comparing what is there with what is wanted.");
    const desired = this.#wanted(record.goal);
    const previous = this.#known(record);
    const observed = await this.#observe(record, [...desired, ...previous]);
    if (!observed.ok) {
      this.#end(journal.record() ?? record, "failed", observed.error.message, [], "cannot-observe");
      return;
    }
    const delete_data = record.goal.type === "remove" ? record.goal.delete_data : [];
    const made = plan({
      desired,
      previous,
      observed: observed.value,
      lifecycles: this.#lifecycles([...desired, ...previous]),
      delete_data,
    });
    const current = journal.record() ?? record;
    if (current.status === "cancelling") {
      this.#end(
        current,
        "cancelled",
        undefined,
        observed.value.map(({ key }) => key),
      );
      return;
    }
    if (record.goal.type === "apply" && record.plan_hash !== undefined && record.plan_hash !== made.plan_hash) {
      this.#end(
        current,
        "failed",
        "The plan that was approved no longer fits what is there. Ask for a new plan and approve that.",
        [],
        "plan-changed",
      );
      return;
    }
    const run = startRun(made.operations);
    journal.atomically(() => {
      const number = current.run + 1;
      journal.startRun(number, made.plan_hash, run);
      const next: DeploymentRecord = { ...current, run: number, planned: true, left_over: made.left_over };
      if (current.status === "planning") next.status = "running";
      journal.saveRecord({ ...next, updated_at: now() });
      journal.append({ type: "status", data: announcement(record.goal, made.operations.length), status: next.status }, now());
    });
    this.host.announce();
  }

  /** True when the run is settled, false when the tick ends before that. */
  async #drive(record: DeploymentRecord): Promise<boolean> {
    const { host } = this;
    const { journal } = host;
    const stored = journal.run(record.run);
    if (stored === undefined) throw new Error(`Run ${record.run} of ${record.id} is not in the journal.`);
    const driving = new Driving(host, record, stored, new Map(this.#objects(record).map((object) => [object.key, object])));
    // No call of an earlier tick is still ours: a tick ends only when its calls have ended, or with the process.
    driving.take({ type: "interrupted" });
    const budget = host.now() + TICK_BUDGET_MS;
    let armed = host.now();
    for (;;) {
      if (host.now() - armed > DEAD_MAN_MS / 2) {
        armed = host.now();
        host.alarmAt(armed + DEAD_MAN_MS);
        await host.admit(record.id, record.targets);
      }
      if (journal.record()?.status === "cancelling") driving.take({ type: "cancelled" });
      const decision = driving.begin();
      if (decision.settled !== undefined) {
        this.#finish(driving.close(), decision.settled);
        return true;
      }
      if (driving.inFlight === 0 && host.now() > budget) {
        host.alarmAt(Math.max(host.now() + 1, decision.wake_at ?? 0));
        return false;
      }
      await driving.news(decision.wake_at ?? host.now() + DEAD_MAN_MS / 2);
    }
  }

  #finish(run: Run, outcome: NonNullable<Decision["settled"]>): void {
    const record = this.#record();
    const { goal } = record;
    if (outcome === "succeeded") {
      if (goal.type === "apply") this.#end({ ...record, revision: goal.revision }, "succeeded", undefined, record.left_over);
      else if (goal.type === "remove") this.#end(record, "deleted", undefined, record.left_over);
      else this.#end({ ...record, revision: goal.revision }, "rolled_back", goal.because, record.left_over);
      return;
    }
    const there = run.operations
      .filter(({ kind, status }) => kind === "create" && status === "done")
      .map(({ object }) => object);
    if (outcome === "cancelled") {
      this.#end(record, "cancelled", undefined, there);
      return;
    }
    const failure = run.operations.find(({ status }) => status === "failed");
    const reason = `${failure?.object} could not ${failure?.kind}: ${failure?.error?.message ?? "no reason was given"}`;
    if (goal.type === "apply" && record.on_failure === "rollback") {
      const restore: Goal = { type: "restore", revision: record.revision, because: reason };
      this.#move(
        { ...record, goal: restore, planned: false },
        "rolling_back",
        `${reason} Going back to what was there before.`,
      );
      return;
    }
    this.#end(record, "failed", reason, there, failure?.error?.class);
  }

  /** Comes to rest. `reason` makes it an `error` for those who follow. */
  #end(record: DeploymentRecord, status: Status, reason: string | undefined, left_over: string[], code: string = status): void {
    const { journal, now } = this.host;
    const event: DeploymentEvent =
      reason === undefined
        ? { type: "done", data: "complete", status, left_over }
        : { type: "error", data: reason, code, status, left_over };
    journal.atomically(() => {
      const { error: _earlier, ...rest } = record;
      journal.saveRecord({ ...rest, status, left_over, updated_at: now(), ...(reason === undefined ? {} : { error: reason }) });
      journal.append(event, now());
    });
    this.host.announce();
  }

  #move(record: DeploymentRecord, status: Status, sentence: string): void {
    const { journal, now } = this.host;
    journal.atomically(() => {
      journal.saveRecord({ ...record, status, updated_at: now() });
      journal.append({ type: "status", data: sentence, status }, now());
    });
    this.host.announce();
  }

  #say(event: DeploymentEvent): void {
    this.host.journal.append(event, this.host.now());
    this.host.announce();
  }

  #record(): DeploymentRecord {
    const record = this.host.journal.record();
    if (record === undefined) throw new Error("The journal has no deployment.");
    return record;
  }

  #wanted(goal: Goal): DesiredObject[] {
    return goal.type === "remove" || goal.revision === undefined ? [] : this.#objectsOfRevision(goal.revision);
  }

  /** What was wanted so far, the unfinished included: its objects may be there. */
  #known(record: DeploymentRecord): DesiredObject[] {
    const { journal } = this.host;
    const objects = new Map<string, DesiredObject>();
    for (let number = 1; journal.revision(number) !== undefined; number++) {
      if (record.goal.type === "apply" && number === record.goal.revision) break;
      for (const object of this.#objectsOfRevision(number)) objects.set(object.key, object);
    }
    return [...objects.values()];
  }

  #objects(record: DeploymentRecord): DesiredObject[] {
    return [...this.#known(record), ...this.#wanted(record.goal)];
  }

  #objectsOfRevision(number: number): DesiredObject[] {
    const blueprint = this.host.journal.revision(number);
    if (blueprint === undefined) throw new Error(`Revision ${number} is not in the journal.`);
    return objectsOf(blueprint);
  }

  #lifecycles(objects: DesiredObject[]): Partial<Record<ProviderName, Lifecycle>> {
    const names = new Set(objects.map(({ provider }) => provider));
    return Object.fromEntries([...names].map((name) => [name, this.host.provider(name).lifecycle]));
  }

  async #observe(
    record: DeploymentRecord,
    objects: DesiredObject[],
  ): Promise<{ ok: true; value: ObservedObject[] } | { ok: false; error: ProviderError }> {
    const names = [...new Set(objects.map(({ provider }) => provider))];
    const replies = await Promise.all(names.map((name) => this.host.provider(name).observe(record.project)));
    const found: ObservedObject[] = [];
    for (const reply of replies) {
      if (!reply.ok) return reply;
      found.push(...reply.value);
    }
    return { ok: true, value: found };
  }
}

/** One run being driven: the record in memory, the same on disk, and the calls in flight. */
class Driving {
  readonly #calls = new Map<string, Promise<void>>();

  constructor(
    private readonly host: EngineHost,
    private readonly record: DeploymentRecord,
    private run: Run,
    private readonly objects: ReadonlyMap<string, DesiredObject>,
  ) {}

  get inFlight(): number {
    return this.#calls.size;
  }

  /** Takes an event into the record, journals it, and tells followers what it means. */
  take(event: RunEvent): void {
    const before = this.run;
    this.run = apply(before, event);
    const { journal, now } = this.host;
    const changed = this.run.operations.filter((operation, place) => operation !== before.operations[place]);
    if (changed.length === 0 && this.run.stopping === before.stopping) return;
    journal.atomically(() => {
      journal.saveRun(this.record.run, before, this.run);
      for (const operation of changed) {
        const told = tell(operation, event, now());
        if (told !== undefined) journal.append({ type: "operation", data: told }, now());
      }
    });
    this.host.announce();
  }

  /** Begins all that is due; the intent is journalled before each call. */
  begin(): Decision {
    const decision = decide(this.run, this.host.now(), this.host.maxOperations);
    for (const operation of decision.look) {
      if (this.#calls.has(operation.id)) continue;
      this.#start(operation, async () => {
        const reply = await this.#provider(operation).look(operation.kind, this.#reference(operation));
        this.take(
          reply.ok
            ? { type: "looked", id: operation.id, now: this.host.now(), sighting: reply.value }
            : this.#failure(operation, reply.error),
        );
      });
    }
    for (const operation of decision.perform) {
      this.take({ type: "begun", id: operation.id, now: this.host.now() });
      this.#start(operation, async () => {
        const reply = await this.#provider(operation).perform(operation.kind, this.#reference(operation), operation.handle);
        this.take(
          reply.ok
            ? { type: "answered", id: operation.id, now: this.host.now(), outcome: reply.value }
            : this.#failure(operation, reply.error),
        );
      });
    }
    return decision;
  }

  /** Waits until a call has ended, the time has come, or somebody woke the deployment. */
  async news(until: number): Promise<void> {
    await Promise.race([...this.#calls.values(), this.host.pause(Math.max(1, until - this.host.now()))]);
  }

  close(): Run {
    const before = this.run;
    this.run = settle(before);
    this.host.journal.saveRun(this.record.run, before, this.run);
    return this.run;
  }

  #start(operation: OperationRecord, call: () => Promise<void>): void {
    const guarded = call()
      // A provider that throws has a bug; what it did is unknown, so it is looked for, and given up after the usual attempts.
      .catch((error: unknown) => {
        console.error(JSON.stringify({ deployment: this.record.id, operation: operation.id, error: String(error) }));
        this.take(
          this.#failure(operation, { class: "unknown-outcome", message: "The provider's code failed; see the server's log." }),
        );
      })
      .finally(() => this.#calls.delete(operation.id));
    this.#calls.set(operation.id, guarded);
  }

  #failure(operation: OperationRecord, error: ProviderError): RunEvent {
    return { type: "failed", id: operation.id, now: this.host.now(), error, chance: this.host.chance() };
  }

  #provider(operation: OperationRecord): Provider {
    return this.host.provider(operation.provider);
  }

  #reference({ object }: OperationRecord) {
    const desired = this.objects.get(object);
    return { project: this.record.project, key: object, ...(desired === undefined ? {} : { desired }) };
  }
}

/** What followers are told of a change; a question asked again is no news. */
function tell(operation: OperationRecord, event: RunEvent, now: number): OperationEvent | undefined {
  const { id, resource, object, kind, cause, attempt, status, error, started_at = now, wake_at = now } = operation;
  const about = { id, resource, object, kind };
  if (event.type === "interrupted")
    return { ...about, state: "looking", reason: "The server was interrupted; looking what came of it." };
  if (event.type === "begun")
    return operation.handle === undefined ? { ...about, state: "started", cause, attempt } : undefined;
  if (event.type === "answered" && event.outcome.status === "pending" && event.outcome.progress !== undefined) {
    return { ...about, state: "progress", reason: event.outcome.progress };
  }
  const because =
    error === undefined ? {} : { reason: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (status === "done") return { ...about, state: "done", attempt, duration_ms: now - started_at };
  if (status === "failed") return { ...about, state: "failed", attempt, duration_ms: now - started_at, ...because };
  if (status === "retrying") return { ...about, state: "retrying", attempt, retry_in_ms: wake_at - now, ...because };
  if (status === "unknown") return { ...about, state: "looking", attempt, ...because };
  return undefined;
}

function announcement(goal: Goal, operations: number): string {
  const count = operations === 1 ? "1 operation" : `${operations} operations`;
  if (operations === 0) return "Nothing has to be done.";
  if (goal.type === "apply") return `Deploying: ${count}.`;
  return goal.type === "remove" ? `Removing: ${count}.` : `Going back: ${count}.`;
}

export function indexEntry({ id, name, status, rehearsal, targets, created_at, updated_at }: DeploymentRecord): IndexEntry {
  return { id, name, status, rehearsal, targets, created_at, updated_at };
}
