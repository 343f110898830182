import * as z from "zod";

/**
 * One thing wrong with a document, as clients see it in `errors` and `warnings`.
 * `pointer` is a JSON Pointer in URI fragment form (RFC 6901 §6), as RFC 9457 §3 shows it.
 */
export const issueSchema = z
  .object({
    pointer: z.string(),
    code: z.string(),
    detail: z.string(),
    hint: z.string().optional(),
    /** Where the value came from, when it was not the body. */
    in: z.enum(["path", "query", "header"]).optional(),
  })
  .meta({ id: "Issue", description: "One problem in a document: where it is, what it is, and what to do about it." });

export type Issue = z.infer<typeof issueSchema>;

/** JSON Pointer of a path, in URI fragment form: `["resources", 0, "name"]` → `#/resources/0/name`. */
export function pointer(path: readonly PropertyKey[]): string {
  return `#${path.map((part) => `/${escapePart(String(part))}`).join("")}`;
}

function escapePart(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
