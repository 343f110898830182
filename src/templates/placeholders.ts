import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import { nearest } from "../validation/nearest.ts";
import { evaluate, type Lookup, type Reference } from "./expression.ts";

/** Replaces the placeholders that `schema.ts` describes: `${param.NAME}` and `${= EXPRESSION}`. */

export type ParameterValue = string | number | boolean;

/** What a size is called; expressions can refer to these. */
export const SIZE_FIELDS = ["cpu", "memory_mb", "disk_gb", "replicas", "gpus"] as const;
export type Sizes = Partial<Record<(typeof SIZE_FIELDS)[number], unknown>>;

/** What placeholders can refer to. Without `sizes`, only parameters. */
export interface Scope {
  parameters: Readonly<Record<string, ParameterValue>>;
  sizes?: ReadonlyMap<string, Sizes>;
  /** Name of the resource the text stands in. */
  self?: string;
}

/** `${param.` and `${=` are ours alone: no shell variable holds a dot or starts with an equals sign. */
const PLACEHOLDER = /\$\{(param\.|=)([^}]*)(\}?)/g;

/**
 * A copy of `value` with every placeholder in its texts replaced. A text that is nothing but one placeholder takes the type of
 * what it stands for, except as an item of a list: a blueprint's lists are of texts, above all command lines.
 * What cannot be replaced stays as it is and is reported in `issues`, with its place below `path`.
 */
export function fill(value: unknown, path: readonly PropertyKey[], scope: Scope, issues: Issue[]): unknown {
  if (typeof value === "string") return fillText(value, path, scope, issues);
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const filled = fill(item, [...path, index], scope, issues);
      return typeof item === "string" ? String(filled) : filled;
    });
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...path, key], scope, issues)]));
}

function fillText(text: string, path: readonly PropertyKey[], scope: Scope, issues: Issue[]): unknown {
  // Most texts hold none: one scan tells, and a long configuration file is not copied.
  if (!text.includes("${")) return text;
  let whole: ParameterValue | undefined;
  const filled = text.replace(PLACEHOLDER, (placeholder, kind: string, inner: string, end: string) => {
    const value = end === "" ? fail("The placeholder does not end: a } is missing.") : resolve(kind, inner, scope);
    if (!value.ok) {
      issues.push({ pointer: pointer(path), code: "placeholder", detail: `${placeholder}: ${value.error}` });
      return placeholder;
    }
    if (placeholder.length === text.length) whole = value.value;
    return String(value.value);
  });
  return whole ?? filled;
}

function resolve(kind: string, inner: string, scope: Scope): Result<ParameterValue, string> {
  return kind === "=" ? evaluate(inner, numberOf(scope)) : parameter(inner, scope);
}

function parameter(name: string, { parameters }: Scope): Result<ParameterValue, string> {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  return value === undefined ? fail(`There is no parameter "${name}".${suggest(name, Object.keys(parameters))}`) : ok(value);
}

function numberOf(scope: Scope): Lookup {
  return (reference) => {
    if (reference.kind !== "param") return size(reference, scope);
    const value = parameter(reference.name, scope);
    if (!value.ok) return value;
    return typeof value.value === "number" ? ok(value.value) : fail(`The parameter "${reference.name}" is not a number.`);
  };
}

const WHEN_LEFT_OUT: Sizes = { replicas: 1, gpus: 0 };

function size(reference: Exclude<Reference, { kind: "param" }>, { sizes, self }: Scope): Result<number, string> {
  if (sizes === undefined) return fail("A size of a resource can be set by parameters only, not from other sizes.");
  const name = reference.kind === "self" ? self : reference.name;
  if (name === undefined) return fail("self stands for a resource; there is none here. Use resource.NAME instead.");
  const known = sizes.get(name);
  if (known === undefined) return fail(`There is no resource "${name}".${suggest(name, sizes.keys())}`);
  const field = SIZE_FIELDS.find((candidate) => candidate === reference.field);
  if (field === undefined) {
    return fail(
      `"${reference.field}" is not a size; sizes are ${SIZE_FIELDS.join(", ")}.${suggest(reference.field, SIZE_FIELDS)}`,
    );
  }
  const value = known[field] ?? WHEN_LEFT_OUT[field];
  return typeof value === "number" ? ok(value) : fail(`The resource "${name}" does not set ${field}.`);
}

function suggest(word: string, known: Iterable<string>): string {
  const suggestion = nearest(word, known);
  return suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
}
