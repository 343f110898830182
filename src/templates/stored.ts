import * as z from "zod";
import { fail, ok, type Result } from "../result.ts";
import { type Template, templateSchema } from "./schema.ts";
import { type OwnSummary, summarize, summarySchema } from "./summary.ts";

/**
 * How a custom template lies in KV: the record as the value, its summary as the key's metadata, so that listing reads no value.
 * A later format gets another number; what this version cannot read is reported, never guessed at.
 */

export const KEY_PREFIX = "template:";
const FORMAT = 1;
/** KV's limit on a key's metadata as JSON, in bytes. */
export const MAX_METADATA_BYTES = 1024;

const stamp = { format: z.literal(FORMAT), updated_at: z.iso.datetime() };
const storedTemplate = z.object({ ...stamp, template: templateSchema });
/** The format comes first: another one is told as that, not as the first field that differs. */
const storedSummary = z.object({
  ...stamp,
  ...summarySchema.omit({ id: true, source: true, shadows: true, updated_at: true }).shape,
});

export type StoredTemplate = z.output<typeof storedTemplate>;
export type StoredSummary = z.output<typeof storedSummary>;

/** Value and metadata of a key. The estimate is part of the summary alone: a record holds what its author said. */
export function encode(
  { template, estimated_cost }: { template: Template; estimated_cost: string },
  updated_at: string,
): { value: string; metadata: StoredSummary } {
  const record: StoredTemplate = { format: FORMAT, updated_at, template };
  const summary = { format: FORMAT, updated_at, ...summarize(template), estimated_cost } as const;
  return { value: JSON.stringify(record), metadata: toMetadata(summary) };
}

export function decodeSummary(metadata: unknown): Result<StoredSummary, string> {
  if (metadata === null || metadata === undefined) return fail("its key has no summary: it was not saved through this API");
  const summary = storedSummary.safeParse(metadata);
  return summary.success ? ok(summary.data) : fail(`its summary is not of this version (${firstProblem(summary.error)})`);
}

export function decodeTemplate(value: string): Result<StoredTemplate, string> {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    return fail("its value is not JSON");
  }
  const record = storedTemplate.safeParse(json);
  return record.success ? ok(record.data) : fail(`its value is not of this version (${firstProblem(record.error)})`);
}

function firstProblem({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? "unreadable" : `${issue.path.map(String).join(".") || "value"}: ${issue.message}`;
}

/** Descriptions are cut to no less than this before tags are dropped. */
const SHORTEST_DESCRIPTION = 120;

/** Cuts the description, then the tags, until the summary fits into a key's metadata. */
function toMetadata(summary: StoredSummary): StoredSummary {
  let fitting = summary;
  const characters = [...summary.description];
  while (bytes(fitting) > MAX_METADATA_BYTES) {
    const excess = bytes(fitting) - MAX_METADATA_BYTES;
    const shown = [...fitting.description].length;
    if (shown > SHORTEST_DESCRIPTION) {
      // A character is at most 6 bytes of JSON (an escape), so this never cuts more than is needed by much.
      const keep = Math.max(SHORTEST_DESCRIPTION - 1, shown - 1 - Math.max(1, Math.floor(excess / 6)));
      fitting = { ...fitting, description: `${characters.slice(0, keep).join("")}…` };
    } else if (fitting.tags.length > 0) fitting = { ...fitting, tags: fitting.tags.slice(0, -1) };
    else fitting = { ...fitting, description: `${characters.slice(0, Math.floor(shown / 2)).join("")}…` };
  }
  return fitting;
}

const encoder = new TextEncoder();
const bytes = (summary: OwnSummary): number => encoder.encode(JSON.stringify(summary)).byteLength;
