import { blueprintSchema, type Resource, resourceSchema } from "../blueprints/schema.ts";
import { fail, ok, type Result } from "../result.ts";
import { check } from "../validation/check.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import { resourceShape, type Shaped, toName } from "./shape.ts";

/** A document in our format, and what had to be changed for it. */
export interface Normalised<T> {
  value: T;
  warnings: Issue[];
}

type Json = Record<string, unknown>;
type Schema = Parameters<typeof check>[0];

/** Repairs are made in rounds, because one (a renamed key) may uncover the next (its value's type). */
const MAX_ROUNDS = 6;

/**
 * Brings what a model wrote into our format where the meaning is plain: other tools' words for the same thing, missing
 * defaults, numbers written as text, names that are no DNS labels, unknown keys. Each change is a warning. What cannot be
 * repaired without guessing is an error, for the model to mend.
 */
export function normaliseBlueprint(input: unknown): Result<Normalised<unknown>, Issue[]> {
  const warnings: Issue[] = [];
  const outer = isObject(input) && isObject(input["blueprint"]) ? input["blueprint"] : input;
  if (!isObject(outer)) {
    return fail([{ pointer: "#", code: "invalid_type", detail: "Expected a blueprint: a JSON object with resources." }]);
  }
  const document: Json = { ...structuredClone(outer) };
  if (document["version"] !== "1.0") document["version"] = "1.0";
  const name = toName(typeof document["name"] === "string" ? document["name"] : "blueprint");
  if (name !== document["name"]) {
    warnings.push(changed(["name"], `The blueprint is called "${name}".`));
    document["name"] = name;
  }
  document["resources"] = shapeResources(document["resources"], warnings);
  for (const key of ["secrets", "outputs"]) if (isObject(document[key])) document[key] = named(document[key] as Json);
  const repaired = repair(blueprintSchema, document, [], warnings);
  return repaired.ok ? ok({ value: repaired.value, warnings }) : repaired;
}

/** The same for one resource, `index` being its place in the blueprint. */
export function normaliseResource(input: unknown, index: number): Result<Normalised<Resource>, Issue[]> {
  if (!isObject(input)) {
    return fail([
      { pointer: pointer(["resources", index]), code: "invalid_type", detail: "Expected a resource: a JSON object." },
    ]);
  }
  const shaped = resourceShape(structuredClone(input), index, "docker");
  const warnings = shaped.warnings;
  const repaired = repair(resourceSchema, shaped.resource, ["resources", index], warnings);
  return repaired.ok ? ok({ value: repaired.value as Resource, warnings }) : repaired;
}

function shapeResources(value: unknown, warnings: Issue[]): unknown {
  const list = isObject(value) ? named(value) : value;
  if (!Array.isArray(list)) return value;
  const provider = commonProvider(list);
  const taken = new Set<string>();
  const names = new Map<string, string>();
  const resources = list.map((entry, index) => {
    if (!isObject(entry)) return entry;
    const shaped: Shaped = resourceShape(entry, index, provider);
    warnings.push(...shaped.warnings);
    const resource = shaped.resource;
    const written = typeof entry["name"] === "string" ? entry["name"] : "";
    if (!names.has(written)) names.set(written, String(resource["name"]));
    taken.add(String(resource["name"]));
    return resource;
  });
  return resources.map((resource, index) =>
    isObject(resource) ? { ...resource, ...knownDependencies(resource, index, names, taken, warnings) } : resource,
  );
}

/** Dependencies by the names the resources have now; those on nothing, on itself or given twice are dropped. */
function knownDependencies(
  resource: Json,
  index: number,
  names: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
  warnings: Issue[],
): { dependencies: unknown } {
  const given = resource["dependencies"];
  if (!Array.isArray(given)) return { dependencies: given ?? [] };
  const kept = new Set<string>();
  given.forEach((entry, place) => {
    const name = names.get(String(entry)) ?? String(entry);
    if (taken.has(name) && name !== resource["name"]) kept.add(name);
    else
      warnings.push(
        changed(
          ["resources", index, "dependencies", place],
          `The dependency on "${name}" is dropped: it is not another resource.`,
        ),
      );
  });
  return { dependencies: [...kept] };
}

/** Applies what the schema's own complaints suggest until nothing is left to complain about, or nothing can be done. */
function repair(schema: Schema, document: unknown, base: readonly PropertyKey[], warnings: Issue[]): Result<unknown, Issue[]> {
  const placed = (issue: Issue): Issue => ({ ...issue, pointer: pointer(base) + issue.pointer.slice(1) });
  for (let round = 0; ; round++) {
    const result = check(schema, document);
    if (result.ok) return result;
    const mended = result.error.map((issue) => mend(schema, document, issue)).filter((warning) => warning !== undefined);
    if (mended.length === 0 || round === MAX_ROUNDS) return fail(result.error.map(placed));
    warnings.push(...mended.map(placed));
  }
}

/** Mends one complaint in place and says how; `undefined` when that would be guessing. */
function mend(schema: Schema, document: unknown, issue: Issue): Issue | undefined {
  const path = issue.pointer
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key = path.at(-1) ?? "";
  const parent = path.slice(0, -1).reduce<unknown>((value, part) => (isContainer(value) ? value[part] : undefined), document);
  if (!isContainer(parent)) return undefined;
  const value = parent[key];
  const say = (detail: string): Issue => ({ pointer: issue.pointer, code: "normalised", detail });
  if (issue.code === "unknown_key") {
    const meant = /^Did you mean "(.+)"\?$/.exec(issue.hint ?? "")?.[1];
    delete parent[key];
    if (meant !== undefined && parent[meant] === undefined) {
      parent[meant] = value;
      return say(`"${key}" is read as "${meant}".`);
    }
    return say(`"${key}" is dropped: it is not a known key here.`);
  }
  if (value === null && !Array.isArray(parent)) {
    delete parent[key];
    return say(`"${key}" is dropped: it is null.`);
  }
  for (const reading of readings(value)) {
    parent[key] = reading;
    const rest = check(schema, document);
    if (rest.ok || !rest.error.some(({ pointer: at }) => at.startsWith(issue.pointer))) {
      return say(`"${key}" is read as ${JSON.stringify(reading)}.`);
    }
  }
  parent[key] = value;
  return undefined;
}

/** What a value of the wrong type may have been meant as. */
function readings(value: unknown): unknown[] {
  switch (typeof value) {
    case "string": {
      const number = /^\s*\d+(\.\d+)?\s*$/.test(value) ? [Number(value), Math.ceil(Number(value))] : [];
      return [...number, ...(/^(true|false)$/.test(value) ? [value === "true"] : []), [value]];
    }
    case "number":
      return [...(Number.isFinite(value) ? [Math.max(1, Math.ceil(value))] : []), String(value)];
    case "boolean":
      return [String(value)];
    default:
      return isObject(value) ? [[value]] : [];
  }
}

/** `{web: {…}}` as a list of things that carry their names. */
function named(map: Json): unknown[] {
  return Object.entries(map).map(([name, value]) => (isObject(value) ? { name, ...value } : { name, value }));
}

/** The provider most resources name; those that name none get it. */
function commonProvider(resources: readonly unknown[]): string {
  const counts = new Map<string, number>();
  for (const resource of resources) {
    if (isObject(resource) && typeof resource["provider"] === "string") {
      counts.set(resource["provider"], (counts.get(resource["provider"]) ?? 0) + 1);
    }
  }
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "docker";
}

const changed = (path: readonly PropertyKey[], detail: string): Issue => ({
  pointer: pointer(path),
  code: "normalised",
  detail,
});

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const isContainer = (value: unknown): value is Json => typeof value === "object" && value !== null;
