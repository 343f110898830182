import type * as z from "zod";
import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "./issue.ts";
import { nearest } from "./nearest.ts";

/** The keys an object knows, by the unknown keys it was given. */
type KnownKeys = Map<string, string[]>;

/** Zod puts the schema that raised an issue on `inst` while it words the message; only there can the known keys be read. */
interface RaisedIssue {
  code?: string | undefined;
  keys?: string[] | undefined;
  inst?: { _zod: { def: { shape?: object } } } | undefined;
}

/**
 * Parses a value and returns it typed, or every problem at once: pointer, code, a sentence, and a hint where one can be given.
 * Unknown keys are reported one by one, each with the nearest known key.
 * @param at Where the value stands in what was sent; pointers start there.
 */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: readonly PropertyKey[] = [],
): Result<z.output<S>, Issue[]> {
  const knownKeys: KnownKeys = new Map();
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
  const issues = parsed.error.issues.flatMap((issue) => explain(issue, value, knownKeys));
  return fail(issues.map((issue) => ({ ...issue, pointer: start + issue.pointer.slice(1) })));
}

function explain(issue: z.core.$ZodIssue, root: unknown, knownKeys: KnownKeys): Issue[] {
  const at = pointer(issue.path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys.get(String(issue.keys)) ?? [];
      return issue.keys.map((key) => ({
        pointer: pointer([...issue.path, key]),
        code: "unknown_key",
        detail: `"${key}" is not a known key here.`,
        ...hintFor(key, known),
      }));
    }
    case "invalid_union":
      return explainUnion(issue, root, knownKeys);
    case "invalid_value": {
      const options = issue.values.map(String);
      const given = read(root, issue.path);
      const suggestion = typeof given === "string" ? nearest(given, options) : undefined;
      return [
        {
          pointer: at,
          code: given === undefined ? "required" : "invalid_value",
          detail:
            given === undefined
              ? `This field is required: ${list(options)}.`
              : `${show(given)} is not one of ${list(options)}.`,
          ...(suggestion === undefined ? {} : { hint: `Did you mean "${suggestion}"?` }),
        },
      ];
    }
    case "invalid_type": {
      const given = read(root, issue.path);
      if (given === undefined)
        return [{ pointer: at, code: "required", detail: `This field is required (${issue.expected}).` }];
      return [{ pointer: at, code: "invalid_type", detail: `Expected ${issue.expected}, got ${typeName(given)}.` }];
    }
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
function explainUnion(
  issue: Extract<z.core.$ZodIssue, { code: "invalid_union" }>,
  root: unknown,
  knownKeys: KnownKeys,
): Issue[] {
  const discriminator = "discriminator" in issue ? issue.discriminator : undefined;
  if (discriminator !== undefined) {
    const given = read(root, issue.path);
    const options = ("options" in issue ? (issue.options ?? []) : []).map(String);
    const detail =
      given === undefined
        ? `This field is required${options.length > 0 ? `: ${list(options)}` : ""}.`
        : `${show(given)} is not one of ${list(options)}.`;
    const suggestion = typeof given === "string" ? nearest(given, options) : undefined;
    return [
      {
        pointer: pointer(issue.path),
        code: given === undefined ? "required" : "invalid_value",
        detail,
        ...(suggestion === undefined ? {} : { hint: `Did you mean "${suggestion}"?` }),
      },
    ];
  }
  const branches = (issue.errors ?? []).filter((branch) => branch.length > 0);
  const closest = branches.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
  const deeper = closest !== undefined && depth(closest) > 0;
  if (deeper) {
    return closest.flatMap((inner) =>
      explain({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, root, knownKeys),
    );
  }
  return [{ pointer: pointer(issue.path), code: "invalid_type", detail: sentence(issue.message) }];
}

const depth = (issues: z.core.$ZodIssue[]): number => Math.max(...issues.map((issue) => issue.path.length));

function hintFor(key: string, known: string[]): { hint: string } | Record<string, never> {
  const suggestion = nearest(key, known);
  if (suggestion !== undefined) return { hint: `Did you mean "${suggestion}"?` };
  return known.length > 0 ? { hint: `Known keys: ${known.join(", ")}.` } : {};
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

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const list = (options: readonly string[]): string => options.map((option) => `"${option}"`).join(", ");

const sentence = (message: string): string => (/[.?!]$/.test(message) ? message : `${message}.`);
