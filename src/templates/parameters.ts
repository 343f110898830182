import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import { nearest } from "../validation/nearest.ts";
import type { ParameterValue } from "./placeholders.ts";
import type { Parameter } from "./schema.ts";

type Declared = Readonly<Record<string, Parameter>>;
type Given = Readonly<Record<string, ParameterValue>>;

/** The value of every declared parameter: the given one or its default. Every unknown or unfit one is an issue. */
export function parameterValues(declared: Declared, given: Given): Result<Record<string, ParameterValue>, Issue[]> {
  const unknown = Object.keys(given)
    .filter((name) => !Object.hasOwn(declared, name))
    .map((name) => unknownParameter(name, Object.keys(declared)));
  const values = Object.entries(declared).map(([name, parameter]) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return value === undefined
      ? { name, value: parameter.default, detail: unfit(parameter, parameter.default), at: ["parameters", name, "default"] }
      : { name, value, detail: unfit(parameter, value), at: ["parameters", name] };
  });
  const wrong = values.flatMap(({ detail, at }): Issue[] =>
    detail === undefined ? [] : [{ pointer: pointer(at), code: "parameter", detail }],
  );
  const issues = [...unknown, ...wrong];
  return issues.length > 0 ? fail(issues) : ok(Object.fromEntries(values.map(({ name, value }) => [name, value])));
}

function unknownParameter(name: string, known: string[]): Issue {
  const suggestion = nearest(name, known);
  const hint =
    suggestion !== undefined
      ? `Did you mean "${suggestion}"?`
      : known.length > 0
        ? `Its parameters are: ${known.join(", ")}.`
        : "It has no parameters.";
  return {
    pointer: pointer(["parameters", name]),
    code: "unknown_parameter",
    detail: `"${name}" is not a parameter of this template.`,
    hint,
  };
}

/** Why a value does not fit its parameter (the JSON Schema words of `parameterSchema`), or `undefined` when it does. */
function unfit(parameter: Parameter, value: ParameterValue): string | undefined {
  const expected = parameter.type === "integer" ? "number" : parameter.type;
  const given: string = typeof value;
  if (given !== expected) return `Expected ${article(parameter.type)}, got ${article(given)}.`;
  if (parameter.enum !== undefined && !parameter.enum.some((option) => option === value)) {
    return `${JSON.stringify(value)} is not one of ${parameter.enum.map((option) => JSON.stringify(option)).join(", ")}.`;
  }
  if (typeof value === "number") return unfitNumber(parameter, value);
  return typeof value === "string" ? unfitText(parameter, value) : undefined;
}

function unfitNumber({ type, minimum, maximum, multipleOf }: Parameter, value: number): string | undefined {
  if (type === "integer" && !Number.isInteger(value)) return "Expected a whole number.";
  if (minimum !== undefined && value < minimum) return `${value} is below the minimum of ${minimum}.`;
  if (maximum !== undefined && value > maximum) return `${value} is above the maximum of ${maximum}.`;
  // A quotient: 0.3 is a multiple of 0.1 although 0.3 % 0.1 is not 0.
  const quotient = multipleOf === undefined ? 0 : value / multipleOf;
  return Math.abs(quotient - Math.round(quotient)) > 1e-9 ? `${value} is not a multiple of ${multipleOf}.` : undefined;
}

/** Lengths count characters, as JSON Schema does (RFC 8259 §7 code points), not UTF-16 units. */
function unfitText({ minLength, maxLength, pattern }: Parameter, value: string): string | undefined {
  const length = [...value].length;
  if (minLength !== undefined && length < minLength) return `Expected at least ${minLength} characters, got ${length}.`;
  if (maxLength !== undefined && length > maxLength) return `Expected at most ${maxLength} characters, got ${length}.`;
  if (pattern === undefined || compile(pattern)?.test(value)) return undefined;
  return `${JSON.stringify(value)} does not match the pattern ${pattern}.`;
}

/** A JSON Schema pattern: with Unicode rules, or without them where it escapes what they forbid to escape. */
export function compile(pattern: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(pattern, flags);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

const article = (type: string): string => (type === "integer" ? "a whole number" : `a ${type}`);
