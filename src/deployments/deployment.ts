import { DurableObject } from "cloudflare:workers";
import type { Blueprint, ProviderName } from "../blueprints/schema.ts";
import { configOf } from "../config.ts";
import { FakeProvider } from "../providers/fake/provider.ts";
import { SqlWorld } from "../providers/fake/world.ts";
import type { Provider } from "../providers/provider.ts";
import { Engine, indexEntry } from "./engine.ts";
import { followEvents } from "./events.ts";
import { type DeploymentRecord, Journal } from "./journal.ts";
import { SETTLED } from "./status.ts";
import type { OperationRecord } from "./step.ts";

/** What a new deployment is made from. */
export interface NewDeployment {
  id: string;
  blueprint: Blueprint;
  rehearsal: boolean;
  targets: string[];
  on_failure: "rollback" | "keep";
  plan_hash?: string;
}

export interface DeploymentView {
  record: DeploymentRecord;
  operations: OperationRecord[];
}

/** Why something cannot be asked of a deployment as it is now. */
export type Refusal = { refused: string };

/** One deployment: its journal, its event log, and the engine that works on it, one alarm tick after the other. */
export class Deployment extends DurableObject<Env> {
  readonly #journal: Journal;
  readonly #engine: Engine;
  #listeners = new Set<() => void>();
  #interrupt: () => void = () => {};

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new Journal(ctx.storage);
    const providers = this.#providers();
    const queue = env.DEPLOYMENT_QUEUE.getByName("queue");
    const config = configOf(env);
    this.#engine = new Engine({
      journal: this.#journal,
      provider: providers,
      admit: (id, targets) => queue.admit(id, targets),
      report: (entry) => queue.report(entry),
      maxOperations: config.ok ? config.value.maxOperations : 1,
      now: () => Date.now(),
      chance: () => Math.random(),
      pause: (ms) => this.#pause(ms),
      alarmAt: (time) => void ctx.storage.setAlarm(time),
      announce: () => this.#announce(),
    });
    const record = this.#journal.record();
    // A process that starts anew may have been killed in the middle of a tick: go on now, not when the alarm is due.
    if (record !== undefined && !SETTLED.has(record.status)) void ctx.storage.setAlarm(Date.now() + 1);
  }

  /** Records a deployment and starts it. Asked again with the same id it changes nothing. */
  async create(wish: NewDeployment): Promise<DeploymentRecord> {
    const existing = this.#journal.record();
    if (existing !== undefined) return existing;
    const now = Date.now();
    const record = this.#journal.atomically(() => {
      const revision = this.#journal.addRevision(wish.blueprint, now);
      const { id, rehearsal, on_failure, targets, plan_hash } = wish;
      const fresh: DeploymentRecord = {
        id,
        project: wish.blueprint.name,
        name: wish.blueprint.name,
        status: "queued",
        goal: { type: "apply", revision },
        rehearsal,
        on_failure,
        targets,
        revision: undefined,
        run: 0,
        planned: false,
        left_over: [],
        created_at: now,
        updated_at: now,
        ...(plan_hash === undefined ? {} : { plan_hash }),
      };
      this.#journal.saveRecord(fresh);
      this.#journal.append({ type: "status", data: "Accepted.", status: "queued" }, now);
      return fresh;
    });
    await this.ctx.storage.setAlarm(now + 1);
    await this.env.DEPLOYMENT_QUEUE.getByName("queue").report(indexEntry(record));
    return record;
  }

  view(): DeploymentView | undefined {
    const record = this.#journal.record();
    return record === undefined ? undefined : { record, operations: this.#journal.run(record.run)?.operations ?? [] };
  }

  /** Stops new work; what is in flight is settled first. */
  cancel(): DeploymentRecord | Refusal {
    const record = this.#journal.record();
    if (record === undefined || SETTLED.has(record.status))
      return { refused: `It is ${record?.status ?? "gone"} already; there is nothing to cancel.` };
    if (record.status === "rolling_back" || record.status === "deleting") {
      return {
        refused: `It is ${record.status === "deleting" ? "being deleted" : "going back already"}; that is not stopped half-way.`,
      };
    }
    return this.#become({ ...record, status: "cancelling" }, "Cancelling: nothing new is begun.");
  }

  /** Tears down all that this deployment owns. Storage that holds data stays unless its resource is named. */
  remove(delete_data: string[]): DeploymentRecord | Refusal {
    const record = this.#journal.record();
    if (record === undefined || record.status === "deleted") return { refused: "It is deleted already." };
    if (!SETTLED.has(record.status))
      return { refused: `It is ${record.status}; cancel it first, or wait until it has settled.` };
    const goal = { type: "remove" as const, delete_data };
    return this.#become({ ...record, status: "deleting", goal, planned: false }, "Removing everything this deployment owns.");
  }

  /** The event log after `seq`, followed until the deployment settles. */
  events(seq: number): ReadableStream<Uint8Array> {
    return followEvents(
      {
        after: (after, limit) => this.#journal.eventsAfter(after, limit),
        settled: () => SETTLED.has(this.#journal.record()?.status ?? "deleted"),
        news: (timeout_ms) => this.#news(timeout_ms),
      },
      seq,
    );
  }

  /** A place got free, or something was asked for. */
  async wake(): Promise<void> {
    this.#interrupt();
    await this.ctx.storage.setAlarm(Date.now() + 1);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#engine.tick();
    } catch (error) {
      // A throwing alarm is retried six times and then dropped for good; the engine's own alarm is set and never is.
      console.error(
        JSON.stringify({ deployment: this.#journal.record()?.id, error: error instanceof Error ? error.stack : String(error) }),
      );
    }
  }

  #become(record: DeploymentRecord, sentence: string): DeploymentRecord {
    const now = Date.now();
    const next = { ...record, updated_at: now };
    this.#journal.atomically(() => {
      this.#journal.saveRecord(next);
      this.#journal.append({ type: "status", data: sentence, status: next.status }, now);
    });
    this.#announce();
    this.ctx.waitUntil(this.wake());
    return next;
  }

  #providers(): (name: ProviderName) => Provider {
    const clock = { now: () => Date.now(), wait: (ms: number) => scheduler.wait(ms) };
    const fake = new FakeProvider(new SqlWorld(this.ctx.storage.sql), clock);
    return (name) => {
      if (name !== "fake") throw new Error(`No provider ${name}; admission lets none of these in.`);
      return fake;
    };
  }

  #announce(): void {
    const listeners = this.#listeners;
    this.#listeners = new Set();
    for (const listener of listeners) listener();
  }

  #news(timeout_ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeout_ms);
      this.#listeners.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** One pause at a time: a new one ends the one before, so that no timer is left behind. */
  #pause(ms: number): Promise<void> {
    this.#interrupt();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
