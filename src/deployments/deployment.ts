import { DurableObject } from "cloudflare:workers";
import type { Blueprint, ProviderName } from "../blueprints/schema.ts";
import { configOf } from "../config.ts";
import { FakeProvider } from "../providers/fake/provider.ts";
import { SqlWorld } from "../providers/fake/world.ts";
import type { ObservedObject, Provider } from "../providers/provider.ts";
import { fail, ok, type Result } from "../result.ts";
import { Engine, indexEntry } from "./engine.ts";
import { followEvents } from "./events.ts";
import type { DeploymentRecord, SealedSecret, Shown } from "./journal.ts";
import { objectsOf } from "./objects.ts";
import { type OutputValue, outputsOf } from "./outputs.ts";
import type { IndexEntry } from "./place.ts";
import { type Plan, plan } from "./plan.ts";
import {
  accept,
  cancel,
  type NewDeployment,
  type Refusal,
  recall,
  remove,
  rollBack,
  secretVersions,
  type Update,
  update,
} from "./requests.ts";
import { type SecretVersions, Vault, versionOf } from "./secrets.ts";
import { SqlJournal } from "./sql-journal.ts";
import { SETTLED } from "./status.ts";
import type { OperationRecord } from "./step.ts";

/** A request as it comes from the API: with the values of new secrets, which are sealed before they are kept. */
export type Wish<T extends Update> = Omit<T, "sealed"> & { secrets: Record<string, string> };

export interface DeploymentView {
  record: DeploymentRecord;
  operations: OperationRecord[];
  /** The blueprint it is heading for, or has reached. */
  blueprint: Blueprint | undefined;
}

export interface Outputs {
  outputs: OutputValue[];
  /** Names, and values when they are shown. */
  secrets: { name: string; value?: string }[];
  /** Unix time in ms of the one time the values were shown. */
  shown_at: number;
}

/** The providers there is code for. */
const PROVIDED: readonly ProviderName[] = ["fake"];

/** Ten in a row, one every ten seconds, are no passing fault; the place is needed by others. */
const MAX_FAULTS = 10;

/** One deployment: its journal, its event log, and the engine that works on it, one alarm tick after the other. */
export class Deployment extends DurableObject<Env> {
  readonly #journal: SqlJournal;
  readonly #engine: Engine;
  readonly #queue = this.env.DEPLOYMENT_QUEUE.getByName("queue");
  readonly #provider = this.#providers();
  #listeners = new Set<() => void>();
  #interrupt: () => void = () => {};
  /** Ticks in a row that ended in an exception. */
  #faults = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new SqlJournal(ctx.storage);
    const config = configOf(env);
    this.#engine = new Engine({
      journal: this.#journal,
      provider: this.#provider,
      providers: PROVIDED,
      admit: (id, targets) => this.#queue.admit(id, targets),
      report: (entry) => this.#queue.report(entry),
      secrets: (versions) => this.#unseal(versions),
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
  async create({ secrets, ...wish }: Wish<NewDeployment>): Promise<DeploymentRecord> {
    const sealed = this.#journal.record() === undefined ? await this.#seal(wish.id, secrets) : [];
    const record = accept(this.#journal, { ...wish, sealed }, Date.now());
    await this.#began(record);
    return record;
  }

  async update({ secrets, ...wish }: Wish<Update>): Promise<DeploymentRecord | Refusal> {
    const id = this.#journal.record()?.id;
    const sealed = id === undefined ? [] : await this.#seal(id, secrets);
    return this.#asked(update(this.#journal, { ...wish, sealed }, Date.now()));
  }

  async rollBack(revision: number | undefined): Promise<DeploymentRecord | Refusal> {
    return this.#asked(rollBack(this.#journal, revision, Date.now()));
  }

  async cancel(): Promise<DeploymentRecord | Refusal> {
    return this.#asked(cancel(this.#journal, Date.now()));
  }

  /** Also when the journal is gone: by the marks on what is there, and what the index knows (`entry`). */
  async remove(delete_data: string[], entry: IndexEntry): Promise<DeploymentRecord | Refusal> {
    recall(this.#journal, entry, Date.now());
    return this.#asked(remove(this.#journal, delete_data, Date.now()));
  }

  view(): DeploymentView | undefined {
    const record = this.#journal.record();
    if (record === undefined) return undefined;
    const heading = record.goal.type === "remove" ? undefined : record.goal.revision;
    const revision = this.#journal.revision(heading ?? record.reached.at(-1) ?? 0);
    return { record, operations: this.#journal.run(record.run)?.operations ?? [], blueprint: revision?.blueprint };
  }

  /** Which secrets it has, each with its newest version. */
  secretVersions(): SecretVersions {
    return secretVersions(this.#journal);
  }

  /**
   * What would be done for a blueprint, or, without one, to get back to what was reached: the drift. Touches nothing.
   * Fails with a sentence when nobody can be asked what is there.
   */
  async plan(blueprint: Blueprint | undefined): Promise<Result<Plan, string>> {
    const reached = this.#reached();
    // A secret that is new with the blueprint will have its first value.
    const first = Object.fromEntries((blueprint?.secrets ?? []).map(({ name }) => [name, 1]));
    const desired = blueprint === undefined ? reached : objectsOf(blueprint, { ...first, ...this.secretVersions() });
    const previous = this.#journal.revisions().flatMap((revision) => objectsOf(revision.blueprint, revision.secrets));
    const observed = await this.#observe();
    if (!observed.ok) return observed;
    const names = new Set([...desired, ...previous].map(({ provider }) => provider));
    const lifecycles = Object.fromEntries([...names].map((name) => [name, this.#provider(name).lifecycle]));
    return ok(plan({ desired, previous, observed: observed.value, lifecycles }));
  }

  /** What the blueprint promised to tell. The values of secrets are shown the first time and never again. */
  async outputs(): Promise<Result<Outputs, string>> {
    const record = this.#journal.record();
    const revision = this.#journal.revision(record?.reached.at(-1) ?? 0);
    if (record === undefined || revision === undefined) return fail("Outputs are there once the deployment has succeeded.");
    if (!SETTLED.has(record.status)) return unsettled(record);
    const observed = await this.#observe();
    if (!observed.ok) return observed;
    const versions = Object.fromEntries(
      (revision.blueprint.secrets ?? []).map(({ name }) => [name, versionOf(revision.secrets, name)]),
    );
    const unshown = (shown: Shown | undefined) => (name: string) => (versions[name] ?? 0) > (shown?.versions[name] ?? 0);
    const asked = Object.keys(versions).filter(unshown(record.secrets_shown));
    const unsealed = await this.#unseal(Object.fromEntries(asked.map((name) => [name, versions[name] ?? 0])));
    if (!unsealed.ok) return unsealed;
    // While this waited, others may have asked for something new, or have been shown the values.
    const current = this.#journal.record() ?? record;
    if (!SETTLED.has(current.status)) return unsettled(current);
    const values = new Map([...unsealed.value].filter(([name]) => unshown(current.secrets_shown)(name)));
    const shown = current.secrets_shown ?? { at: Date.now(), versions: {} };
    const secrets_shown = values.size === 0 ? shown : { at: Date.now(), versions: { ...shown.versions, ...versions } };
    this.#journal.saveRecord({ ...current, secrets_shown });
    const [provider = "fake"] = revision.blueprint.resources.map((resource) => resource.provider);
    return ok({
      outputs: outputsOf(revision.blueprint, {
        host: this.#provider(provider).host,
        observed: observed.value,
        secrets: values,
      }),
      secrets: Object.keys(versions).map((name) => {
        const value = values.get(name);
        return { name, ...(value === undefined ? {} : { value }) };
      }),
      shown_at: secrets_shown.at,
    });
  }

  /** Whether the log has settled and holds nothing after `seq`: there is nothing to follow. */
  isOver(seq: number): boolean {
    return SETTLED.has(this.#journal.record()?.status ?? "deleted") && this.#journal.eventsAfter(seq, 1).length === 0;
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

  /** Drops all that is kept of a deployment that owns nothing any more. False where something was asked for meanwhile: nothing is dropped. */
  async forget(): Promise<boolean> {
    const record = this.#journal.record();
    if (record !== undefined && (!SETTLED.has(record.status) || indexEntry(record).owns)) return false;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    return true;
  }

  /** A place got free, or something was asked for. */
  async wake(): Promise<void> {
    this.#interrupt();
    await this.ctx.storage.setAlarm(Date.now() + 1);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#engine.tick();
      this.#faults = 0;
    } catch (error) {
      this.#faults++;
      if (this.#faults >= MAX_FAULTS)
        this.#engine.giveUp("The server failed to carry it out, again and again; its log says why.");
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
    await this.#queue.report(indexEntry(this.#journal.record() ?? record));
  }

  #reached() {
    const revision = this.#journal.revision(this.#journal.record()?.reached.at(-1) ?? 0);
    return revision === undefined ? [] : objectsOf(revision.blueprint, revision.secrets);
  }

  async #observe(): Promise<Result<ObservedObject[], string>> {
    const record = this.#journal.record();
    if (record === undefined) return ok([]);
    const names = new Set(
      this.#journal.revisions().flatMap(({ blueprint }) => blueprint.resources.map(({ provider }) => provider)),
    );
    const owner = { project: record.project, deployment: record.id };
    const replies = await Promise.all([...names].map((name) => this.#provider(name).observe(owner)));
    const silent = replies.find((reply) => !reply.ok);
    if (silent !== undefined && !silent.ok) return fail(`Nobody could be asked what is there: ${silent.error.message}`);
    return ok(replies.flatMap((reply) => (reply.ok ? reply.value : [])));
  }

  /** The key is the setting's, or, on this machine, one that the queue made. */
  async #vault(): Promise<Vault> {
    const config = configOf(this.env);
    const setting = config.ok ? config.value.secretsKey : undefined;
    return Vault.open(setting ?? (await this.#queue.localKey()));
  }

  async #seal(id: string, values: Record<string, string>): Promise<SealedSecret[]> {
    if (Object.keys(values).length === 0) return [];
    const vault = await this.#vault();
    const versions = this.secretVersions();
    return Promise.all(
      Object.entries(values).map(async ([name, value]) => {
        const version = versionOf(versions, name) + 1;
        return { name, version, sealed: await vault.seal(value, `${id}/${name}/${version}`) };
      }),
    );
  }

  async #unseal(versions: SecretVersions): Promise<Result<ReadonlyMap<string, string>, string>> {
    const id = this.#journal.record()?.id;
    const wanted = this.#journal.secrets().filter(({ name, version }) => versions[name] === version);
    if (wanted.length === 0) return ok(new Map());
    const vault = await this.#vault();
    try {
      const values = wanted.map(
        async ({ name, version, sealed }) => [name, await vault.unseal(sealed, `${id}/${name}/${version}`)] as const,
      );
      return ok(new Map(await Promise.all(values)));
    } catch (error) {
      console.error(JSON.stringify({ deployment: id, unsealing: String(error) }));
      return fail("Its secrets cannot be opened: the setting SECRETS_KEY is not the one they were sealed with.");
    }
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

  #news(timeout_ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const listener = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(listener);
        resolve(false);
      }, timeout_ms);
      this.#listeners.add(listener);
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

const unsettled = ({ status }: DeploymentRecord) => fail(`It is ${status}; outputs are there once it has settled.`);
