import * as z from "zod";
import { pointer } from "../validation/issue.ts";
import { type Audit, type AuditOptions, audit, auditSchema, findAll, summarise } from "./audit.ts";
import { type Blueprint, blueprintSchema } from "./schema.ts";

export const changeSchema = z.object({
  rule: z.string(),
  resource: z.string().optional(),
  pointer: z.string(),
  from: z.unknown().optional().describe("What was there; left out when nothing was."),
  to: z.unknown(),
  why: z.string(),
});

export const fixSchema = z
  .object({ blueprint: blueprintSchema, changes: z.array(changeSchema), before: auditSchema, after: auditSchema })
  .meta({ id: "FixedBlueprint" });
export interface Fix {
  blueprint: Blueprint;
  changes: z.infer<typeof changeSchema>[];
  before: Audit;
  after: Audit;
}

/**
 * The blueprint with every open finding mended that can be mended without knowing more than the blueprint says. Accepted findings
 * stay. The result is a valid blueprint, scores no lower, and has nothing left to mend.
 */
export function fix(blueprint: Blueprint, options: AuditOptions): Fix {
  const fixed = structuredClone(blueprint);
  const changes: Fix["changes"] = [];
  const found = findAll(blueprint, options.today);
  for (const { finding, changes: mending } of found) {
    for (const { path, to, why } of mending) {
      const from = write(fixed, path, to);
      changes.push({
        rule: finding.id,
        ...(finding.resource === undefined ? {} : { resource: finding.resource }),
        pointer: pointer(path),
        ...(from === undefined ? {} : { from }),
        to,
        why,
      });
    }
  }
  const result = blueprintSchema.parse(fixed);
  return { blueprint: result, changes, before: summarise(found, options), after: audit(result, options) };
}

/** Sets what is at a path and answers what was there. The way to it exists. */
function write(root: object, path: readonly (string | number)[], value: unknown): unknown {
  let holder = root as Record<string | number, unknown>;
  for (const part of path.slice(0, -1)) holder = holder[part] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined) throw new Error("A change has a path.");
  const from = holder[last];
  holder[last] = value;
  return from;
}
