import type { ProviderName } from "../blueprints/schema.ts";
import type { DesiredObject, Lifecycle, ObservedObject, Ownership, Reply } from "../providers/provider.ts";
import type { Result } from "../result.ts";
import { Driving, type DrivingHost } from "./driving.ts";
import type { DeploymentEvent } from "./events.ts";
import type { DeploymentRecord, Goal } from "./journal.ts";
import { objectsOf } from "./objects.ts";
import { type Admission, type IndexEntry, LEASE_MS } from "./place.ts";
import { type Plan, plan } from "./plan.ts";
import type { SecretVersions } from "./secrets.ts";
import { SETTLED, type Status } from "./status.ts";
import { backoff, type Decision, MAX_ATTEMPTS, passes, RETRY_CAP_MS, type Run, startRun } from "./step.ts";

/** What the engine needs of the world around it. */
export interface EngineHost extends DrivingHost {
  admit(id: string, targets: string[]): Promise<Admission>;
  report(entry: IndexEntry): Promise<void>;
  /** The values of secrets, or why they cannot be had. */
  secrets(versions: SecretVersions): Promise<Result<ReadonlyMap<string, string>, string>>;
  /** Who can be asked when nothing is known of what was wanted. */
  providers: readonly ProviderName[];
  /** Operations of this deployment in flight at once. */
  maxOperations: number;
  /** Sees to it that `tick` is called at this time at the latest, also when this process is gone by then. */
  alarmAt(time: number): void;
}

/** The alarm that is set before any work: if the process dies, the next one goes on after this long at the latest. */
const DEAD_MAN_MS = 10_000;
/** A tick ends itself after this long, far below the platform's 15 minutes for an alarm. */
const TICK_BUDGET_MS = 60_000;
/** How often a waiting deployment asks for its place by itself; a place that gets free wakes it at once. */
const QUEUE_POLL_MS = 5_000;
/** A goal that is not reached after this long has failed; the longest operation may take a little more than an hour. */
export const GOAL_DEADLINE_MS = 3 * 60 * 60_000;

/**
 * Drives one deployment: journal the intent, act, journal the result, until its goal is reached. It can die between any two
 * lines and is taken up again by the next tick.
 */
export class Engine {
  #ticking = false;
  /** The status that the index was told last. */
  #told: Status | undefined;

  constructor(private readonly host: EngineHost) {}

  /** Works until nothing is left to do or to wait for in this tick. Calling it while it runs does nothing. */
  async tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      const { journal } = this.host;
      for (let record = journal.record(); record !== undefined && !SETTLED.has(record.status); record = journal.record()) {
        this.host.alarmAt(this.host.now() + DEAD_MAN_MS);
        await this.#tell();
        if (record.status === "cancelling" && !record.planned) {
          const there = await this.#whatIsThere(record);
          this.#end(this.#record(), "cancelled", undefined, there);
          continue;
        }
        const share = await this.#admitted(record);
        // Who cancelled while the place was asked for is heard first.
        if (this.#record().status !== record.status) continue;
        if (share === undefined) return;
        if (!record.planned) await this.#plan(record);
        else if (!(await this.#drive(record, share))) return;
      }
      if (journal.record() !== undefined) await this.#tell();
    } finally {
      this.#ticking = false;
    }
  }

  /** Ends a deployment that this engine cannot carry out. The next tick says so to the list, which frees its place. */
  giveUp(reason: string): void {
    const record = this.host.journal.record();
    if (record === undefined || SETTLED.has(record.status)) return;
    this.#end(record, "failed", reason, this.#mayBeThere(), "internal");
  }

  /** Shows a new status in the index. */
  async #tell(): Promise<void> {
    const record = this.#record();
    if (record.status === this.#told) return;
    await this.host.report(indexEntry(record));
    this.#told = record.status;
  }

  /** How many operations it may have in flight, or `undefined` while it has to wait for its place. */
  async #admitted(record: DeploymentRecord): Promise<number | undefined> {
    const { host } = this;
    const admission = await host.admit(record.id, record.targets);
    if (admission.granted) return Math.min(admission.share, host.maxOperations);
    const { position } = admission;
    const said = host.journal.lastEvent();
    if (said?.type !== "status" || said.position !== position) {
      this.#say({ type: "status", data: `Waiting for its turn: number ${position} in line.`, status: record.status, position });
    }
    host.alarmAt(host.now() + QUEUE_POLL_MS);
    return undefined;
  }

  async #plan(record: DeploymentRecord): Promise<void> {
    const { journal, now } = this.host;
    if (record.status === "queued") this.#move(record, "planning", "Comparing what is there with what is wanted.");
    const desired = this.#wanted(record.goal);
    const previous = this.#known();
    const observed = await this.#observe(record, [...desired, ...previous]);
    if (!observed.ok) {
      const reason = `Nobody could be asked what is there: ${observed.error.message}`;
      this.#end(this.#record(), "failed", reason, this.#mayBeThere(), "cannot-observe");
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
    const obstacles = record.goal.type === "apply" ? await this.#preflight(record, made, desired) : [];
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
        observed.value.map(({ key }) => key),
        "plan-changed",
      );
      return;
    }
    if (obstacles.length > 0) {
      const there = observed.value.map(({ key }) => key);
      this.#end(current, "failed", `Nothing was changed. ${obstacles.join(" ")}`, there, "preflight");
      return;
    }
    const run = startRun(made.operations);
    journal.atomically(() => {
      const number = current.run + 1;
      journal.startRun(number, made.plan_hash, run);
      const { left_over } = made;
      const next: DeploymentRecord = { ...current, run: number, planned: true, goal_since: now(), left_over };
      if (current.status === "planning") next.status = "running";
      journal.saveRecord({ ...next, updated_at: now() });
      journal.append({ type: "status", data: announcement(record.goal, made.operations.length), status: next.status }, now());
    });
    this.host.announce();
  }

  /** True when the run is settled, false when the tick ends before that. */
  async #drive(record: DeploymentRecord, share: number): Promise<boolean> {
    const { host } = this;
    const { journal } = host;
    const stored = journal.run(record.run);
    if (stored === undefined) throw new Error(`Run ${record.run} of ${record.id} is not in the journal.`);
    const objects = new Map(this.#objects(record).map((object) => [object.key, object]));
    const revision = record.goal.type === "remove" ? undefined : record.goal.revision;
    const secrets = await host.secrets(revision === undefined ? {} : (journal.revision(revision)?.secrets ?? {}));
    if (!secrets.ok) {
      this.#end(this.#record(), "failed", secrets.error, this.#mayBeThere(), "secrets");
      return true;
    }
    const driving = new Driving(host, record, stored, objects, secrets.value);
    // No call of an earlier tick is still ours: a tick ends only when its calls have ended, or with the process.
    driving.take({ type: "interrupted" });
    const budget = host.now() + TICK_BUDGET_MS;
    let renewed = host.now();
    let limit = share;
    for (;;) {
      if (host.now() - renewed >= DEAD_MAN_MS / 2) {
        renewed = host.now();
        host.alarmAt(renewed + DEAD_MAN_MS);
        limit = (await this.#admitted(record)) ?? limit;
      }
      if (journal.record()?.status === "cancelling") driving.take({ type: "cancelled" });
      if (host.now() - record.goal_since > GOAL_DEADLINE_MS) driving.take({ type: "expired" });
      const decision = driving.begin(limit);
      if (decision.settled !== undefined) {
        await this.#finish(driving.close(), decision.settled);
        return true;
      }
      if (driving.inFlight === 0 && host.now() > budget) {
        // Never asleep for so long that its place is given away.
        host.alarmAt(Math.max(host.now() + 1, Math.min(decision.wake_at ?? 0, host.now() + LEASE_MS / 2)));
        return false;
      }
      // Never silent for longer than half of what the alarm and the place allow.
      await driving.news(Math.min(decision.wake_at ?? Number.POSITIVE_INFINITY, host.now() + DEAD_MAN_MS / 2));
    }
  }

  async #finish(run: Run, outcome: NonNullable<Decision["settled"]>): Promise<void> {
    const record = this.#record();
    const { goal } = record;
    if (outcome === "succeeded") {
      const because = goal.type === "restore" ? goal.because : undefined;
      const status = ({ apply: "succeeded", remove: "deleted", restore: "rolled_back" } as const)[goal.type];
      this.#end({ ...record, reached: reachedBy(record) }, status, because, record.left_over);
      return;
    }
    const failure = run.operations.find(({ status }) => status === "failed");
    const reason =
      failure === undefined
        ? "The time for the deployment was over."
        : `${failure.object} could not ${failure.kind}: ${failure.error?.message ?? "no reason was given"}`;
    if (outcome === "failed" && goal.type === "apply" && record.on_failure === "rollback") {
      const restore: Goal = { type: "restore", revision: record.reached.at(-1), because: reason };
      const next = { ...record, goal: restore, goal_since: this.host.now(), planned: false };
      this.#move(next, "rolling_back", `${reason} Going back to what was there before.`);
      return;
    }
    const there = await this.#whatIsThere(record);
    if (outcome === "cancelled") this.#end(this.#record(), "cancelled", undefined, there);
    else this.#end(this.#record(), "failed", reason, there, failure?.error?.class);
  }

  /** What a deployment that did not reach its goal leaves behind: the truth, or all that may be there where nobody tells. */
  async #whatIsThere(record: DeploymentRecord): Promise<string[]> {
    const observed = await this.#observe(record, this.#objects(record));
    return observed.ok ? observed.value.map(({ key }) => key) : this.#mayBeThere();
  }

  /** By the journal: whatever was begun to be made, in any run, and not surely removed since. */
  #mayBeThere(): string[] {
    const data = "Nobody could be asked what is there. What is listed as left over is what may be there.";
    this.#say({ type: "warning", data, code: "unverified" });
    const keys = new Set<string>();
    for (const { operations } of this.host.journal.runs()) {
      for (const { kind, object, status, attempt } of operations) {
        if (kind === "delete" && status === "done") keys.delete(object);
        if (kind === "create" && attempt > 0) keys.add(object);
      }
    }
    return [...keys];
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

  /** What was wanted so far, in every version: its objects may be there. */
  #known(): DesiredObject[] {
    return this.host.journal.revisions().flatMap(({ blueprint, secrets }) => objectsOf(blueprint, secrets));
  }

  #objects(record: DeploymentRecord): DesiredObject[] {
    return [...this.#known(), ...this.#wanted(record.goal)];
  }

  #objectsOfRevision(number: number): DesiredObject[] {
    const revision = this.host.journal.revision(number);
    if (revision === undefined) throw new Error(`Revision ${number} is not in the journal.`);
    return objectsOf(revision.blueprint, revision.secrets);
  }

  #lifecycles(objects: DesiredObject[]): Partial<Record<ProviderName, Lifecycle>> {
    return Object.fromEntries([...this.#asked(objects)].map((name) => [name, this.host.provider(name).lifecycle]));
  }

  /** Everything of this deployment that is there. */
  async #observe(record: DeploymentRecord, objects: DesiredObject[]): Promise<Reply<ObservedObject[]>> {
    const found: ObservedObject[] = [];
    for (const name of this.#asked(objects)) {
      const reply = await this.#patiently(() => this.host.provider(name).observe(ownerOf(record)));
      if (!reply.ok) return reply;
      found.push(...reply.value);
    }
    return { ok: true, value: found };
  }

  #asked(objects: DesiredObject[]): Iterable<ProviderName> {
    return objects.length === 0 ? this.host.providers : new Set(objects.map(({ provider }) => provider));
  }

  /** Verify before destroy: what would stand in the way of what is to be made, asked before anything is changed. */
  async #preflight(record: DeploymentRecord, { operations }: Plan, desired: DesiredObject[]): Promise<string[]> {
    const made = new Set(operations.filter(({ kind }) => kind === "create").map(({ object }) => object));
    const obstacles: string[] = [];
    for (const [name, objects] of Map.groupBy(desired, ({ provider }) => provider)) {
      const asked = objects.filter(({ key }) => made.has(key));
      if (asked.length === 0) continue;
      const reply = await this.#patiently(() => this.host.provider(name).preflight(ownerOf(record), asked));
      obstacles.push(...(reply.ok ? reply.value : [`The ${name} target cannot be checked: ${reply.error.message}`]));
    }
    return obstacles;
  }

  /** Waits a fault that passes out, for as long as any operation's would be. */
  async #patiently<T>(ask: () => Promise<Reply<T>>): Promise<Reply<T>> {
    const { host } = this;
    let reply = await ask();
    for (let attempt = 1; !reply.ok && passes(reply.error) && attempt < MAX_ATTEMPTS; attempt++) {
      host.alarmAt(host.now() + DEAD_MAN_MS + RETRY_CAP_MS);
      await host.pause(backoff(attempt, reply.error, host.chance()));
      reply = await ask();
    }
    return reply;
  }
}

const ownerOf = ({ project, id }: DeploymentRecord): Ownership => ({ project, deployment: id });

/** The revisions reached once the goal is: going back forgets the later ones. */
function reachedBy({ goal, reached }: DeploymentRecord): number[] {
  if (goal.type === "remove" || goal.revision === undefined) return [];
  const { revision } = goal;
  return [...reached.filter((number) => number < revision), revision];
}

function announcement(goal: Goal, operations: number): string {
  const count = operations === 1 ? "1 operation" : `${operations} operations`;
  if (operations === 0) return "Nothing has to be done.";
  if (goal.type === "apply") return `Deploying: ${count}.`;
  return goal.type === "remove" ? `Removing: ${count}.` : `Going back: ${count}.`;
}

export function indexEntry(record: DeploymentRecord): IndexEntry {
  const { id, name, status, rehearsal, targets, reached, left_over, created_at, updated_at } = record;
  const owns = !rehearsal && (reached.length > 0 || left_over.length > 0);
  return { id, name, status, rehearsal, targets, owns, created_at, updated_at };
}
