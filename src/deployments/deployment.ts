import { DurableObject } from "cloudflare:workers";
import type { ProviderName } from "../blueprints/schema.ts";
import { configOf } from "../config.ts";
import { FakeProvider } from "../providers/fake/provider.ts";
import { SqlWorld } from "../providers/fake/world.ts";
import type { Provider } from "../providers/provider.ts";
import { Engine, indexEntry } from "./engine.ts";
import { followEvents } from "./events.ts";
import type { DeploymentRecord } from "./journal.ts";
import { accept, cancel, type NewDeployment, type Refusal, remove, rollBack, type Update, update } from "./requests.ts";
import { SqlJournal } from "./sql-journal.ts";
import { SETTLED } from "./status.ts";
import type { OperationRecord } from "./step.ts";

export interface DeploymentView {
  record: DeploymentRecord;
  operations: OperationRecord[];
}

/** One deployment: its journal, its event log, and the engine that works on it, one alarm tick after the other. */
export class Deployment extends DurableObject<Env> {
  readonly #journal: SqlJournal;
  readonly #engine: Engine;
  readonly #queue = this.env.DEPLOYMENT_QUEUE.getByName("queue");
  #listeners = new Set<() => void>();
  #interrupt: () => void = () => {};

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new SqlJournal(ctx.storage);
    const providers = this.#providers();
    const config = configOf(env);
    this.#engine = new Engine({
      journal: this.#journal,
      provider: providers,
      admit: (id, targets) => this.#queue.admit(id, targets),
      report: (entry) => this.#queue.report(entry),
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
    const record = accept(this.#journal, wish, Date.now());
    await this.#began(record);
    return record;
  }

  view(): DeploymentView | undefined {
    const record = this.#journal.record();
    return record === undefined ? undefined : { record, operations: this.#journal.run(record.run)?.operations ?? [] };
  }

  async update(wish: Update): Promise<DeploymentRecord | Refusal> {
    return this.#asked(update(this.#journal, wish, Date.now()));
  }

  async rollBack(revision: number | undefined): Promise<DeploymentRecord | Refusal> {
    return this.#asked(rollBack(this.#journal, revision, Date.now()));
  }

  async cancel(): Promise<DeploymentRecord | Refusal> {
    return this.#asked(cancel(this.#journal, Date.now()));
  }

  async remove(delete_data: string[]): Promise<DeploymentRecord | Refusal> {
    return this.#asked(remove(this.#journal, delete_data, Date.now()));
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

  async #asked(answer: DeploymentRecord | Refusal): Promise<DeploymentRecord | Refusal> {
    if (!("refused" in answer)) await this.#began(answer);
    return answer;
  }

  /** A new goal is recorded: tell who follows, begin at once, and show it in the list. */
  async #began(record: DeploymentRecord): Promise<void> {
    this.#announce();
    await this.wake();
    await this.#queue.report(indexEntry(record));
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
