import { secretsIn } from "../../blueprints/secrets.ts";
import type { FakeSpecs } from "../../blueprints/specs.ts";
import type {
  DesiredObject,
  Lifecycle,
  ObjectReference,
  OperationKind,
  Outcome,
  Ownership,
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

export const lifecycle: Lifecycle = {
  create: ({ type }) => (isPassive(type) ? ["create"] : ["create", "start", "await"]),
  resume: ({ state }) => (state === "running" ? ["await"] : ["start", "await"]),
  canUpdate: (before, after) => isPassive(after.type) || onlySizeDiffers(before, after),
  remove: (type) => (isPassive(type) ? ["delete"] : ["stop", "delete"]),
};

/** CPU and memory can be changed while something runs; nothing else can. */
function onlySizeDiffers(before: DesiredObject, after: DesiredObject): boolean {
  const rest = ({ cpu: _cpu, memory_mb: _memory, replicas: _count, ...other }: Readonly<Record<string, unknown>>) =>
    JSON.stringify(Object.entries(other).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return rest(before.specs) === rest(after.specs);
}

export interface Clock {
  /** Unix time in ms. */
  now(): number;
  wait(ms: number): Promise<void>;
}

/** One object being asked for. */
interface Subject {
  /** Its name in the world. */
  name: string;
  reference: ObjectReference;
  /** What is there under that name and is ours. */
  object: FakeObject | undefined;
}

/** Deploys nothing: keeps a world of its own in which everything can be rehearsed, faults included. */
export class FakeProvider implements Provider {
  readonly host = "localhost";
  readonly lifecycle = lifecycle;

  constructor(
    private readonly world: FakeWorld,
    private readonly clock: Clock,
  ) {}

  async observe({ deployment }: Ownership) {
    await this.clock.wait(CALL_MS);
    return ok(this.world.list().filter(({ created, owner }) => created > 0 && owner === deployment));
  }

  async preflight(owner: Ownership, objects: readonly DesiredObject[]) {
    await this.clock.wait(CALL_MS);
    const taken = objects.filter(({ key }) => {
      const occupant = this.world.get(nameOf(owner, key));
      return occupant !== undefined && occupant.created > 0 && occupant.owner !== owner.deployment;
    });
    return ok(taken.map(({ key }) => `The name of ${key} is taken by somebody else.`));
  }

  async perform(kind: OperationKind, reference: ObjectReference, handle: string | undefined): Promise<Reply<Outcome>> {
    await this.clock.wait(CALL_MS);
    const reply = handle === undefined ? this.#begin(kind, reference) : this.#ask(kind, reference);
    await this.clock.wait(CALL_MS);
    return reply;
  }

  async look(kind: OperationKind, reference: ObjectReference): Promise<Reply<Sighting>> {
    await this.clock.wait(CALL_MS);
    const { object } = this.#subject(reference);
    const done = {
      create: object !== undefined,
      start: object !== undefined && object.state !== "created" && object.state !== "stopped",
      await: object?.state === "healthy" || object?.state === "finished",
      update: object !== undefined && object.hash === reference.desired?.hash,
      stop: object === undefined || object.state === "stopped",
      delete: object === undefined,
    }[kind];
    return ok(done ? "done" : "not-done");
  }

  #subject(reference: ObjectReference): Subject {
    const { owner, key } = reference;
    return { name: nameOf(owner, key), reference, object: this.#find(owner, key) };
  }

  #find(owner: Ownership, key: string): FakeObject | undefined {
    const object = this.world.get(nameOf(owner, key));
    return object !== undefined && object.created > 0 && object.owner === owner.deployment ? object : undefined;
  }

  #begin(kind: OperationKind, reference: ObjectReference): Reply<Outcome> {
    const { object, name } = this.#subject(reference);
    const simulate = (reference.desired?.specs as FakeSpecs | undefined)?.simulate;
    if (kind === "create") return this.#create(reference, simulate);
    if (object === undefined) {
      if (kind === "stop" || kind === "delete") return ok({ status: "done" });
      return refuse({ class: "not-found", message: `${reference.key} does not exist.` });
    }
    if (kind === "delete") {
      const user = this.world.list().find(({ owner, needs }) => owner === object.owner && needs.includes(object.key));
      if (user !== undefined) return refuse({ class: "conflict", message: `${object.key} is in use by ${user.key}.` });
      this.world.remove(name);
      return ok({ status: "done" });
    }
    if (kind === "start") {
      const fault = this.#simulatedFault(object, simulate);
      if (fault !== undefined) return refuse(fault);
      this.#markData(reference);
    }
    const ready = { ...object.ready, [kind]: this.clock.now() + (simulate?.delay_ms ?? DEFAULT_DELAY_MS) };
    this.world.put({ ...object, ...effectOf(kind, object, reference.desired), ready });
    return this.#ask(kind, reference);
  }

  #create(reference: ObjectReference, simulate: FakeSpecs["simulate"]): Reply<Outcome> {
    const { owner, key, desired } = reference;
    if (desired === undefined) return refuse({ class: "invalid", message: `Nothing says what ${key} is to be.` });
    const { name } = this.#subject(reference);
    const occupant = this.world.get(name);
    if (occupant !== undefined && occupant.created > 0) {
      const whose = occupant.owner === owner.deployment ? "exists already" : "is somebody else's";
      return refuse({
        class: "conflict",
        message: `${key} ${whose}.`,
        hint: "Rename the blueprint, or remove what has the name.",
      });
    }
    const missing = desired.needs.find((other) => this.#find(owner, other) === undefined);
    if (missing !== undefined) return refuse({ class: "not-found", message: `${key} needs ${missing}, which does not exist.` });
    const unknown = [...secretsIn(desired.specs)].find((secret) => !reference.secrets.has(secret));
    if (unknown !== undefined)
      return refuse({ class: "invalid", message: `${key} needs the secret "${unknown}", which has no value.` });
    const blank = occupant ?? blankObject(name, owner.deployment, desired);
    if (isPassive(desired.type)) {
      const fault = this.#simulatedFault(blank, simulate);
      if (fault !== undefined) return refuse(fault);
    }
    const ready = { create: this.clock.now() + (simulate?.delay_ms ?? DEFAULT_DELAY_MS) };
    this.world.put({ ...blank, hash: desired.hash, needs: [...desired.needs], created: blank.created + 1, ready });
    return this.#ask("create", reference);
  }

  /** Whether a begun operation has had its time; `await` is where a started object turns healthy, or a job ends. */
  #ask(kind: OperationKind, reference: ObjectReference): Reply<Outcome> {
    const { object } = this.#subject(reference);
    if (object === undefined) {
      if (kind === "stop" || kind === "delete") return ok({ status: "done" });
      return refuse({ class: "not-found", message: `${reference.key} is gone.` });
    }
    const left = (object.ready[kind] ?? 0) - this.clock.now();
    if (left > 0) return ok({ status: "pending", poll_in_ms: left, handle: kind });
    if (kind === "await") {
      if (object.state === "created" || object.state === "stopped") {
        return refuse({ class: "failed", message: `${reference.key} does not run.` });
      }
      this.world.put({ ...object, state: object.runs_once === true ? "finished" : "healthy" });
    }
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
  #markData({ owner, desired }: ObjectReference): void {
    for (const key of desired?.needs ?? []) {
      const object = this.#find(owner, key);
      if (object?.type === "storage") this.world.put({ ...object, holds_data: true });
    }
  }
}

const nameOf = ({ project }: Ownership, key: string) => `${project}/${key}`;

function effectOf(kind: OperationKind, object: FakeObject, desired: DesiredObject | undefined): Partial<FakeObject> {
  if (kind === "start") return { state: "running" };
  if (kind === "stop") return { state: "stopped" };
  if (kind === "update") return { hash: desired?.hash ?? object.hash };
  return {};
}

function blankObject(name: string, owner: string, { key, type, resource, hash, specs }: DesiredObject): FakeObject {
  const runs_once = (specs as FakeSpecs).run_once === true;
  return {
    name,
    owner,
    key,
    type,
    resource,
    hash,
    state: "created",
    needs: [],
    created: 0,
    faults: 0,
    ready: {},
    ...(runs_once ? { runs_once } : {}),
  };
}
