import type { FakeSpecs } from "../../blueprints/specs.ts";
import type {
  DesiredObject,
  Lifecycle,
  ObjectReference,
  OperationKind,
  Outcome,
  Provider,
  ProviderError,
  Reply,
  Sighting,
} from "../provider.ts";
import type { FakeObject, FakeWorld } from "./world.ts";

/** How long an operation takes when `simulate.delay_ms` does not say: long enough to be watched, short enough not to be waited for. */
const DEFAULT_DELAY_MS = 80;
/** The time a call needs to reach the provider, and the answer to come back; a process may die in either. */
const CALL_MS = 5;

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });
const refuse = (error: ProviderError): Reply<never> => ({ ok: false, error });
const isPassive = (type: DesiredObject["type"]) => type === "network" || type === "storage";

const lifecycle: Lifecycle = {
  create: ({ type }) => (isPassive(type) ? ["create"] : ["create", "start", "await"]),
  resume: () => ["start", "await"],
  canUpdate: (before, after) => isPassive(after.type) || onlySizeDiffers(before, after),
  remove: (type) => (isPassive(type) ? ["delete"] : ["stop", "delete"]),
};

/** CPU and memory can be changed while something runs; nothing else can. */
function onlySizeDiffers(before: DesiredObject, after: DesiredObject): boolean {
  const rest = ({ cpu: _cpu, memory_mb: _memory, ...other }: Readonly<Record<string, unknown>>) => JSON.stringify(other);
  return rest(before.specs) === rest(after.specs);
}

export interface Clock {
  /** Unix time in ms. */
  now(): number;
  wait(ms: number): Promise<void>;
}

/** Deploys nothing: keeps a world of its own in which everything can be rehearsed, faults included. */
export class FakeProvider implements Provider {
  readonly lifecycle = lifecycle;

  constructor(
    private readonly world: FakeWorld,
    private readonly clock: Clock,
  ) {}

  async observe(project: string) {
    await this.clock.wait(CALL_MS);
    return ok(this.world.list(project).filter(({ created }) => created > 0));
  }

  async perform(
    kind: OperationKind,
    { project, key, desired }: ObjectReference,
    handle: string | undefined,
  ): Promise<Reply<Outcome>> {
    await this.clock.wait(CALL_MS);
    const reply = handle === undefined ? this.#begin(kind, project, key, desired) : this.#ask(kind, project, key);
    await this.clock.wait(CALL_MS);
    return reply;
  }

  async look(kind: OperationKind, { project, key, desired }: ObjectReference): Promise<Reply<Sighting>> {
    await this.clock.wait(CALL_MS);
    const object = this.#existing(project, key);
    const done = {
      create: object !== undefined,
      start: object !== undefined && object.state !== "created" && object.state !== "stopped",
      await: object?.state === "healthy" || object?.state === "finished",
      update: object !== undefined && object.hash === desired?.hash,
      stop: object === undefined || object.state === "stopped",
      delete: object === undefined,
    }[kind];
    return ok(done ? "done" : "not-done");
  }

  #existing(project: string, key: string): FakeObject | undefined {
    const object = this.world.get(project, key);
    return object !== undefined && object.created > 0 ? object : undefined;
  }

  #begin(kind: OperationKind, project: string, key: string, desired: DesiredObject | undefined): Reply<Outcome> {
    const object = this.#existing(project, key);
    const simulate = (desired?.specs as FakeSpecs | undefined)?.simulate;
    if (kind === "create") return this.#create(project, key, desired, simulate);
    if (object === undefined) {
      if (kind === "stop" || kind === "delete") return ok({ status: "done" });
      return refuse({ class: "not-found", message: `${key} does not exist.` });
    }
    if (kind === "delete") {
      this.world.remove(project, key);
      return ok({ status: "done" });
    }
    if (kind === "start") {
      const fault = this.#simulatedFault(object, simulate);
      if (fault !== undefined) return refuse(fault);
      this.#markData(project, desired);
    }
    const delay = simulate?.delay_ms ?? DEFAULT_DELAY_MS;
    this.world.put({
      ...object,
      ...effectOf(kind, object, desired),
      ready: { ...object.ready, [kind]: this.clock.now() + delay },
    });
    return this.#ask(kind, project, key);
  }

  #create(project: string, key: string, desired: DesiredObject | undefined, simulate: FakeSpecs["simulate"]): Reply<Outcome> {
    if (desired === undefined) return refuse({ class: "invalid", message: `Nothing says what ${key} is to be.` });
    if (this.#existing(project, key) !== undefined) return refuse({ class: "conflict", message: `${key} exists already.` });
    const missing = desired.needs.find((other) => this.#existing(project, other) === undefined);
    if (missing !== undefined) return refuse({ class: "not-found", message: `${key} needs ${missing}, which does not exist.` });
    const blank = this.world.get(project, key) ?? blankObject(project, desired);
    if (isPassive(desired.type)) {
      const fault = this.#simulatedFault(blank, simulate);
      if (fault !== undefined) return refuse(fault);
    }
    const ready = { create: this.clock.now() + (simulate?.delay_ms ?? DEFAULT_DELAY_MS) };
    this.world.put({ ...blank, hash: desired.hash, created: blank.created + 1, ready });
    return this.#ask("create", project, key);
  }

  /** Whether a begun operation has had its time; `await` is where a started object turns healthy, or a job ends. */
  #ask(kind: OperationKind, project: string, key: string): Reply<Outcome> {
    const object = this.#existing(project, key);
    if (object === undefined) return refuse({ class: "not-found", message: `${key} is gone.` });
    const left = (object.ready[kind] ?? 0) - this.clock.now();
    if (left > 0) return ok({ status: "pending", poll_in_ms: left, handle: kind });
    if (kind === "await") this.world.put({ ...object, state: object.runs_once === true ? "finished" : "healthy" });
    return ok({ status: "done" });
  }

  #simulatedFault(object: FakeObject, simulate: FakeSpecs["simulate"]): ProviderError | undefined {
    if (simulate?.fail === true)
      return { class: "failed", message: `${object.key} was told to fail.`, hint: "Remove simulate.fail." };
    if (object.faults < (simulate?.fail_times ?? 0)) {
      this.world.put({ ...object, faults: object.faults + 1 });
      return { class: "transient", message: `${object.key} was told to fail this time.` };
    }
    return undefined;
  }

  /** Whatever runs may write to the volumes it mounts. */
  #markData(project: string, desired: DesiredObject | undefined): void {
    for (const key of desired?.needs ?? []) {
      const object = this.#existing(project, key);
      if (object?.type === "storage") this.world.put({ ...object, holds_data: true });
    }
  }
}

function effectOf(kind: OperationKind, object: FakeObject, desired: DesiredObject | undefined): Partial<FakeObject> {
  if (kind === "start") return { state: "running" };
  if (kind === "stop") return { state: "stopped" };
  if (kind === "update") return { hash: desired?.hash ?? object.hash };
  return {};
}

function blankObject(project: string, { key, type, resource, hash, specs }: DesiredObject): FakeObject {
  const runs_once = (specs as FakeSpecs).run_once === true;
  return {
    project,
    key,
    type,
    resource,
    hash,
    state: "created",
    created: 0,
    faults: 0,
    ready: {},
    ...(runs_once ? { runs_once } : {}),
  };
}
