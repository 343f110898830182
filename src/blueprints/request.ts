import * as z from "zod";
import type { BodySpec } from "../http/route.ts";
import { check } from "../validation/check.ts";
import type { Issue } from "../validation/issue.ts";
import { blueprintSchema } from "./schema.ts";

/** What `GET /templates/{id}` and `customize` answer beside the blueprint: accepted, so that their answers can be posted unchanged. */
const carriedAlong = {
  template_id: z.string().max(63).optional().describe("The template the blueprint was made from."),
  template: z.unknown().optional().describe("The template's record, as the template routes answer it; not read."),
};

/**
 * The body of a request about a blueprint: the bare blueprint, or `{blueprint, …options}`. Both parse to
 * `{blueprint, …options}`; pointers in errors are those of the form that was sent.
 */
export function blueprintRequest<O extends z.ZodRawShape>(options: O) {
  const wrapped = z.strictObject({ blueprint: blueprintSchema, ...carriedAlong, ...options });
  type Parsed = z.output<typeof wrapped>;
  const bare = blueprintSchema.transform((blueprint) => ({ blueprint }) as Parsed);
  const schema: z.ZodType<Parsed> = z.union([wrapped, bare]) as unknown as z.ZodType<Parsed>;
  return {
    schema,
    select: (value: unknown): z.ZodType<Parsed> =>
      typeof value === "object" && value !== null && "blueprint" in value ? (wrapped as unknown as z.ZodType<Parsed>) : bare,
  } satisfies BodySpec;
}

/** What was sent about a blueprint, taken apart but not judged: the document, where it stands, the options, and what is wrong with those. */
export interface UnjudgedBlueprint<Options> {
  document: unknown;
  at: readonly PropertyKey[];
  options: Options;
  issues: Issue[];
}

/**
 * Finds the blueprint in a body in either form, for those that judge it themselves and name every problem at once. Every option
 * has to be optional or have a default, because a bare blueprint brings none.
 */
export function unwrapBlueprint<O extends z.ZodRawShape>(
  body: unknown,
  options: O,
): UnjudgedBlueprint<z.output<z.ZodObject<O>>> {
  const own = z.object(options);
  if (typeof body !== "object" || body === null || !("blueprint" in body)) {
    return { document: body, at: [], options: own.parse({}), issues: [] };
  }
  const parsed = check(z.strictObject({ blueprint: z.unknown(), ...carriedAlong, ...options }), body);
  const unwrapped = { document: body.blueprint, at: ["blueprint"] };
  if (!parsed.ok) return { ...unwrapped, options: own.parse({}), issues: parsed.error };
  return { ...unwrapped, options: own.parse(parsed.value), issues: [] };
}

/** The body of a request whose blueprint the route judges itself: shown as a blueprint in the API document, taken as it is. */
export function unjudgedRequest<O extends z.ZodRawShape>(options: O) {
  return { schema: blueprintRequest(options).schema as z.ZodType<unknown>, select: () => z.unknown() } satisfies BodySpec;
}
