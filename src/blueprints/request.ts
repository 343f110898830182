import * as z from "zod";
import type { BodySpec } from "../http/route.ts";
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
