import type * as z from "zod";
import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "./issue.ts";
import { nearest } from "./nearest.ts";

export interface CheckOptions {
  /** Where the value stands in what was sent; pointers start there. */
  at?: readonly PropertyKey[];
  /** Words from elsewhere and what they are called here, for hints. */
  synonyms?: Readonly<Record<string, string>>;
}

/** What wording a problem needs beside the problem itself. */
interface Context {
  root: unknown;
  /** The keys an object knows, by the unknown keys it was given. */
  knownKeys: Map<string, string[]>;
  synonyms: Readonly<Record<string, string>>;
  /** Looking for the nearest word is the costly part; a document with thousands of mistakes gets no more than this. */
  hintsLeft: number;
}

const MAX_HINTS = 200;

/** Zod puts the schema that raised an issue on `inst` while it words the message; only there can the known keys be read. */
interface RaisedIssue {
  code?: string | undefined;
  keys?: string[] | undefined;
  inst?: { _zod: { def: { shape?: object } } } | undefined;
}

/**
 * Parses a value and returns it typed, or every problem at once: pointer, code, a sentence, and a hint where one can be given.
 * Unknown keys are reported one by one, each with the nearest known key.
 */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { at = [], synonyms = {} }: CheckOptions = {},
): Result<z.output<S>, Issue[]> {
  const knownKeys: Context["knownKeys"] = new Map();
  const parsed = schema.safeParse(value, {
    error: (raw) => {
      const issue = raw as RaisedIssue;
      if (issue.code === "unrecognized_keys") {
        knownKeys.set(String(issue.keys), Object.keys(issue.inst?._zod.def.shape ?? {}));
      }
      return undefined;
    },
  });
  if (parsed.success) return ok(parsed.data);
  const start = pointer(at);
  const context: Context = { root: value, knownKeys, synonyms, hintsLeft: MAX_HINTS };
  const issues = parsed.error.issues.flatMap((issue) => explain(issue, context));
  return fail(issues.map((issue) => ({ ...issue, pointer: start + issue.pointer.slice(1) })));
}

function explain(issue: z.core.$ZodIssue, context: Context): Issue[] {
  const at = pointer(issue.path);
  const given = read(context.root, issue.path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = context.knownKeys.get(String(issue.keys)) ?? [];
      return issue.keys.map((key) => ({
        pointer: pointer([...issue.path, key]),
        code: "unknown_key",
        detail: `"${key}" is not a known key here.`,
        ...didYouMean(key, known, context, known.length > 0 ? `Known keys: ${known.join(", ")}.` : undefined),
      }));
    }
    case "invalid_union":
      return explainUnion(issue, context);
    case "invalid_value":
      return [notOneOf(issue.values.map(String), given, at, context)];
    case "invalid_type": {
      const expected = TYPE_NAMES[issue.expected] ?? issue.expected;
      if (given === undefined) return [{ pointer: at, code: "required", detail: `This field is required: ${expected}.` }];
      const got = typeof given === "number" ? String(given) : typeName(given);
      return [{ pointer: at, code: "invalid_type", detail: `Expected ${expected}, got ${got}.` }];
    }
    case "too_big":
      return [{ pointer: at, code: "too_big", detail: outOfRange(issue, issue.maximum, "at most", "less than", given) }];
    case "too_small":
      return [{ pointer: at, code: "too_small", detail: outOfRange(issue, issue.minimum, "at least", "more than", given) }];
    case "invalid_key":
      return [{ pointer: at, code: "invalid_key", detail: sentence(issue.issues[0]?.message ?? issue.message) }];
    case "custom": {
      const { code, hint } = (issue.params ?? {}) as { code?: string; hint?: string };
      return [{ pointer: at, code: code ?? "invalid", detail: issue.message, ...(hint === undefined ? {} : { hint }) }];
    }
    default:
      return [{ pointer: at, code: issue.code, detail: sentence(issue.message) }];
  }
}

/** A union that fails says what it is about: its own message, its discriminator, or the branch that came closest. */
function explainUnion(issue: Extract<z.core.$ZodIssue, { code: "invalid_union" }>, context: Context): Issue[] {
  const at = pointer(issue.path);
  if ("discriminator" in issue && issue.discriminator !== undefined) {
    const options = ("options" in issue ? (issue.options ?? []) : []).map(String);
    return [notOneOf(options, read(context.root, issue.path), at, context)];
  }
  const branches = (issue.errors ?? []).filter((branch) => branch.length > 0);
  const closest = branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  if (closest !== undefined && depth(closest) > 0) {
    return closest.flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, context));
  }
  return [{ pointer: at, code: "invalid_type", detail: sentence(issue.message) }];
}

const depth = (issues: z.core.$ZodIssue[]): number => Math.max(...issues.map((issue) => issue.path.length));

function notOneOf(options: string[], given: unknown, at: string, context: Context): Issue {
  const only = options.length === 1 ? `"${options[0]}"` : `one of ${list(options)}`;
  if (given === undefined) return { pointer: at, code: "required", detail: `This field is required: ${only}.` };
  const detail = `${show(given)} is not ${only}.`;
  return {
    pointer: at,
    code: "invalid_value",
    detail,
    ...(typeof given === "string" ? didYouMean(given, options, context) : {}),
  };
}

function didYouMean(typed: string, known: string[], context: Context, otherwise?: string): { hint?: string } {
  if (context.hintsLeft-- <= 0) return {};
  const { synonyms } = context;
  const synonym = Object.hasOwn(synonyms, typed) ? synonyms[typed] : undefined;
  const meant = synonym !== undefined && known.includes(synonym) ? synonym : nearest(typed, known);
  if (meant !== undefined) return { hint: `Did you mean "${meant}"?` };
  return otherwise === undefined ? {} : { hint: otherwise };
}

type OutOfRange = Extract<z.core.$ZodIssue, { code: "too_big" | "too_small" }>;

/** Units of what a range counts; a number counts itself. */
const COUNTED: Record<string, string> = { string: "character", array: "item", set: "item", record: "entry" };

/** Says the limit and what was given, unless the schema has words of its own for it. */
function outOfRange(issue: OutOfRange, limit: number | bigint, including: string, excluding: string, given: unknown): string {
  if (!/^Too (big|small): /.test(issue.message)) return sentence(issue.message);
  const range = `${issue.inclusive === false ? excluding : including} ${limit}`;
  const unit = COUNTED[issue.origin];
  if (unit === undefined) return `Expected ${range}, got ${show(given)}.`;
  const size = typeof given === "string" || Array.isArray(given) ? given.length : undefined;
  const units = Number(limit) === 1 ? unit : unit.replace(/y$/, "ie").concat("s");
  return `Expected ${range} ${units}${size === undefined ? "" : `, got ${size}`}.`;
}

function read(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

const MAX_SHOWN = 60;

/** A value as it may be printed back: short, and never an object's contents. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
  return typeof value === "object" ? typeName(value) : String(value);
}

/** What types are called in a sentence. */
const TYPE_NAMES: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value)
    ? "a list"
    : typeof value === "boolean"
      ? String(value)
      : (TYPE_NAMES[typeof value] ?? typeof value);
}

const list = (options: readonly string[]): string => options.map((option) => `"${option}"`).join(", ");

const sentence = (message: string): string => (/[.?!]$/.test(message) ? message : `${message}.`);
