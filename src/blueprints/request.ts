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

/** What was sent about a blueprint, taken apart but not judged: the document, where it stands, and what is wrong beside it. */
export interface UnjudgedBlueprint {
  document: unknown;
  at: readonly PropertyKey[];
  issues: Issue[];
}

const wrapper = z.strictObject({ blueprint: z.unknown(), ...carriedAlong });

/** Finds the blueprint in a body in either form, for those that judge it themselves and name every problem at once. */
export function unwrapBlueprint(body: unknown): UnjudgedBlueprint {
  if (typeof body !== "object" || body === null || !("blueprint" in body)) return { document: body, at: [], issues: [] };
  const parsed = check(wrapper, body);
  return { document: body.blueprint, at: ["blueprint"], issues: parsed.ok ? [] : parsed.error };
}
