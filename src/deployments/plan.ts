import type { ProviderName } from "../blueprints/schema.ts";
import type { DesiredObject, Lifecycle, ObservedObject, OperationKind } from "../providers/provider.ts";
import { hashOf } from "./objects.ts";

/** One provider call to come: what, on which object, why, and which operations have to be done before. */
export interface Operation {
  /** `service/web-1:create`; the same operation has the same id in every plan. */
  id: string;
  kind: OperationKind;
  resource: string;
  /** Key of the object. */
  object: string;
  provider: ProviderName;
  /** Why this is done, in words. */
  cause: string;
  depends_on: string[];
  /** What is lost by it, where something is. */
  destroys?: string;
}

export interface Plan {
  operations: Operation[];
  /** What is there, is not wanted any more and is left all the same: storage that holds data. */
  left_over: string[];
  /** SHA-256 of the operations, of what is wanted and of what was observed: another world or another wish gives another hash. */
  plan_hash: string;
}

/** All that the planner looks at. Nothing else decides a plan. */
export interface PlanInput {
  desired: readonly DesiredObject[];
  observed: readonly ObservedObject[];
  /**
   * What was wanted before this, in every version there may be: the one that an object was made from (by its hash) tells a
   * change that fits the living object from one that needs a new one.
   */
  previous: readonly DesiredObject[];
  lifecycles: Readonly<Partial<Record<ProviderName, Lifecycle>>>;
  /** Storage that may be deleted with its data: resources by name. */
  delete_data?: readonly string[];
}

/** What to do so that what is there becomes what is wanted: a graph of atomic operations, dependencies first. Pure. */
export function plan(input: PlanInput): Plan {
  const observed = new Map(input.observed.map((object) => [object.key, object]));
  const previous = madeFrom(input);
  const changes = input.desired.flatMap((object) =>
    changeOf(object, observed.get(object.key), previous.get(object.key), input),
  );
  const { removals, left_over } = removalsOf(input, previous);
  const operations = link([...removals, ...changes], input, previous);
  const world = input.observed.map(({ key, hash, state }) => ({ key, hash, state }));
  const wish = input.desired.map(({ key, hash }) => ({ key, hash })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return { operations, left_over, plan_hash: hashOf({ operations, wish, world }) };
}

/** For each object that is there, what it was made from, as far as that is known. */
function madeFrom({ observed, previous }: PlanInput): Map<string, DesiredObject> {
  const versions = new Map(previous.map((object) => [`${object.key} ${object.hash}`, object]));
  return new Map(
    observed.flatMap(({ key, hash }) => {
      const version = versions.get(`${key} ${hash}`);
      return version === undefined ? [] : [[key, version]];
    }),
  );
}

/** Operations on one object, in their order; `link` adds what they wait for on other objects. */
interface Chain {
  object: string;
  resource: string;
  provider: ProviderName;
  steps: { kind: OperationKind; cause: string; destroys?: string }[];
  desired?: DesiredObject;
}

function changeOf(
  object: DesiredObject,
  observed: ObservedObject | undefined,
  previous: DesiredObject | undefined,
  { lifecycles }: PlanInput,
): Chain[] {
  const lifecycle = lifecycleOf(lifecycles, object.provider);
  const chain = (steps: Chain["steps"]): Chain[] => [
    { object: object.key, resource: object.resource, provider: object.provider, steps, desired: object },
  ];
  const because = (cause: string) => (kind: OperationKind) => ({ kind, cause });
  if (observed === undefined) return chain(lifecycle.create(object).map(because(`no existing ${object.type}`)));
  const resume = works(observed) ? [] : lifecycle.resume(observed).map(because(`it is ${observed.state}`));
  if (observed.hash === object.hash) return resume.length === 0 ? [] : chain(resume);
  const changed = changedKeys(previous, object);
  const cause = changed.length > 0 ? `changed: ${changed.join(", ")}` : "differs from what is wanted";
  if (previous !== undefined && sameSecrets(previous, object) && lifecycle.canUpdate(previous, object))
    return chain([{ kind: "update", cause }, ...resume]);
  const destroys = `${object.key} as it is now`;
  return chain([
    ...lifecycle.remove(object.type).map((kind) => ({ kind, cause, ...(kind === "delete" ? { destroys } : {}) })),
    ...lifecycle.create(object).map(because(cause)),
  ]);
}

function works({ type, state }: ObservedObject): boolean {
  return type === "network" || type === "storage" || state === "healthy" || state === "finished";
}

function removalsOf(input: PlanInput, previous: Map<string, DesiredObject>): { removals: Chain[]; left_over: string[] } {
  const wanted = new Set(input.desired.map(({ key }) => key));
  const unwanted = input.observed.filter(({ key }) => !wanted.has(key));
  const stays = ({ type, resource, holds_data }: ObservedObject) =>
    type === "storage" && holds_data === true && input.delete_data?.includes(resource) !== true;
  const removals = unwanted
    .filter((object) => !stays(object))
    .map((object): Chain => {
      const provider = previous.get(object.key)?.provider ?? providerOf(object.key, input);
      const destroys = object.type === "storage" ? `the data of ${object.resource}` : object.key;
      const cause = "no longer wanted";
      const kinds = lifecycleOf(input.lifecycles, provider).remove(object.type);
      const steps = kinds.map((kind) => ({ kind, cause, ...(kind === "delete" ? { destroys } : {}) }));
      return { object: object.key, resource: object.resource, provider, steps };
    });
  return { removals, left_over: unwanted.filter(stays).map(({ key }) => key) };
}

/**
 * Turns chains into a graph. Within a chain each operation waits for the one before. Across chains: creating waits for the
 * networks and volumes it needs, starting waits until what it comes after is healthy, and removing waits until what came
 * after it, or was attached to it, is gone.
 */
function link(chains: Chain[], input: PlanInput, previous: Map<string, DesiredObject>): Operation[] {
  const last = new Map<string, string>();
  const deletes = new Map<string, string>();
  for (const { object, steps } of chains) {
    const final = steps.at(-1);
    if (final !== undefined) last.set(object, `${object}:${final.kind}`);
    if (steps.some(({ kind }) => kind === "delete")) deletes.set(object, `${object}:delete`);
  }
  const dependants = dependantsOf(input, previous);
  const present = (ids: (string | undefined)[]): string[] => [...new Set(ids.filter((id) => id !== undefined))];
  return chains.flatMap(({ object, resource, provider, steps, desired }) =>
    steps.map(({ kind, cause, destroys }, index): Operation => {
      const before = index > 0 ? [`${object}:${steps[index - 1]?.kind}`] : [];
      const others: (string | undefined)[] = [];
      if (kind === "create") others.push(...(desired?.needs ?? []).map((key) => last.get(key)));
      if (kind === "start" || kind === "update") others.push(...(desired?.after ?? []).map((key) => last.get(key)));
      if (desired === undefined && index === 0) others.push(...(dependants.get(object) ?? []).map((key) => deletes.get(key)));
      const depends_on = present([...before, ...others]);
      return {
        id: `${object}:${kind}`,
        kind,
        resource,
        object,
        provider,
        cause,
        depends_on,
        ...(destroys === undefined ? {} : { destroys }),
      };
    }),
  );
}

/** Who comes after an object or is attached to it, as far as it is known; without a record, everything that runs is attached. */
function dependantsOf({ observed }: PlanInput, previous: Map<string, DesiredObject>): Map<string, string[]> {
  const dependants = new Map<string, string[]>();
  const add = (key: string, dependant: string) => dependants.set(key, [...(dependants.get(key) ?? []), dependant]);
  for (const { key, needs, after } of previous.values()) {
    for (const other of [...needs, ...after]) add(other, key);
  }
  const passive = observed.filter(({ type }) => type === "network" || type === "storage");
  for (const { key, type } of observed) {
    if (type === "network" || type === "storage" || previous.has(key)) continue;
    for (const other of passive) add(other.key, key);
  }
  return dependants;
}

function changedKeys(previous: DesiredObject | undefined, object: DesiredObject): string[] {
  if (previous === undefined) return [];
  const keys = differing(previous.specs, object.specs).filter((key) => key !== "replicas");
  return [...keys, ...differing(previous.secrets, object.secrets).map((name) => `secret ${name}`)];
}

/** A process reads its secrets when it starts: no living object takes a new value. */
const sameSecrets = (before: DesiredObject, after: DesiredObject) => differing(before.secrets, after.secrets).length === 0;

function differing(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => hashOf(before[key] ?? null) !== hashOf(after[key] ?? null)).toSorted();
}

function lifecycleOf(lifecycles: PlanInput["lifecycles"], provider: ProviderName): Lifecycle {
  const lifecycle = lifecycles[provider];
  if (lifecycle === undefined) throw new Error(`No lifecycle for the provider ${provider}; admission lets none of these in.`);
  return lifecycle;
}

/** Whose an object is that was made from something unknown: of the provider that any version of it was for, or of the only one. */
function providerOf(key: string, { previous, lifecycles }: PlanInput): ProviderName {
  const provider = previous.find((object) => object.key === key)?.provider ?? (Object.keys(lifecycles) as ProviderName[])[0];
  if (provider === undefined) throw new Error("A plan needs at least one provider.");
  return provider;
}

/** A plan as text, one line an operation: `[1,2] -> #3 service/web-1 create, no existing service`. */
export function printPlan({ operations, left_over }: Plan): string {
  if (operations.length === 0 && left_over.length === 0) return "Nothing to do.";
  const numbers = new Map(operations.map(({ id }, index) => [id, index + 1]));
  const lines = operations.map(({ id, object, kind, cause, depends_on, destroys }) => {
    const waits = depends_on.map((other) => numbers.get(other)).join(",");
    return `[${waits}] -> #${numbers.get(id)} ${object} ${kind}, ${cause}${destroys === undefined ? "" : ` (destroys ${destroys})`}`;
  });
  return [...lines, ...left_over.map((key) => `left: ${key} holds data`)].join("\n");
}
