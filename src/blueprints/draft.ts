import type * as z from "zod";
import { type Blueprint, blueprintSchema, type ProviderName, type ResourceType } from "./schema.ts";
import { type FakeSpecs, nameSchema, type specs } from "./specs.ts";

/** A value as far as it could be read: what did not parse is `undefined`, at its old place in lists. */
export type Readable<T> = T extends readonly (infer Item)[]
  ? (Readable<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Readable<T[Key]> | undefined }
    : T;

/** Everything any kind of resource can say; which of it a resource may say is the schema's business. */
export type AnySpecs = FakeSpecs & z.infer<typeof specs.network.fake> & z.infer<typeof specs.storage.fake>;

export interface DraftResource {
  /** Its place in `resources`. */
  index: number;
  name: string | undefined;
  type: ResourceType | undefined;
  provider: ProviderName | undefined;
  dependencies: (string | undefined)[];
  specs: Readable<AnySpecs>;
}

/** A blueprint of which some parts may be missing because they did not parse. */
export interface Draft {
  /** Nothing is missing. */
  complete: boolean;
  resources: DraftResource[];
  /** The first resource of each name. */
  byName: ReadonlyMap<string, DraftResource>;
  secrets: Readable<NonNullable<Blueprint["secrets"]>>;
  outputs: Readable<NonNullable<Blueprint["outputs"]>>;
  metadata: Readable<NonNullable<Blueprint["metadata"]>>;
}

/** The draft of a blueprint that parsed. */
export function draftOf(blueprint: Blueprint): Draft {
  return assemble(blueprint as Readable<Blueprint>, true);
}

/** The parts of a document that parse, so that they can be judged although others do not. */
export function salvage(value: unknown): Draft {
  const parsed = blueprintSchema.safeParse(value);
  if (parsed.success) return draftOf(parsed.data);
  const copy = structuredClone(value);
  for (const issue of parsed.error.issues) if (!isAboutTheWhole(issue)) blank(copy, issue.path);
  return assemble(isObject(copy) ? copy : {}, false);
}

/** An unknown key or a wrong length leaves what is there readable. */
function isAboutTheWhole(issue: z.core.$ZodIssue): boolean {
  const aboutLength = issue.code === "too_big" || issue.code === "too_small";
  return issue.code === "unrecognized_keys" || (aboutLength && issue.origin === "array");
}

function blank(root: unknown, path: readonly PropertyKey[]): void {
  let parent = root;
  for (const part of path.slice(0, -1)) {
    if (!isObject(parent)) return;
    parent = parent[String(part)];
  }
  const last = path.at(-1);
  if (isObject(parent) && last !== undefined) parent[String(last)] = undefined;
}

function assemble(document: Record<string, unknown>, complete: boolean): Draft {
  const resources = list(document["resources"]).flatMap((value, index) =>
    isObject(value) ? [readResource(value, index)] : [],
  );
  const byName = new Map<string, DraftResource>();
  for (const resource of resources) {
    if (resource.name !== undefined && !byName.has(resource.name)) byName.set(resource.name, resource);
  }
  return {
    complete,
    resources,
    byName,
    secrets: objects(document["secrets"]),
    outputs: objects(document["outputs"]),
    metadata: isObject(document["metadata"]) ? document["metadata"] : {},
  };
}

/** Without a type and a provider nothing else was parsed: then only what stands on its own is read. */
function readResource(value: Record<string, unknown>, index: number): DraftResource {
  const parsed = value["type"] !== undefined && value["provider"] !== undefined;
  return {
    index,
    name: nameIn(value["name"]),
    type: parsed ? (value["type"] as ResourceType) : undefined,
    provider: parsed ? (value["provider"] as ProviderName) : undefined,
    dependencies: list(value["dependencies"]).map(nameIn),
    specs: parsed && isObject(value["specs"]) ? (value["specs"] as Readable<AnySpecs>) : {},
  };
}

function nameIn(value: unknown): string | undefined {
  const parsed = nameSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

function objects<T>(value: unknown): (T | undefined)[] {
  return list(value).map((item) => (isObject(item) ? (item as T) : undefined));
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
