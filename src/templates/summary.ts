import * as z from "zod";
import { CATEGORIES, COMPLEXITIES, categorySchema, complexitySchema, PROVIDERS } from "../blueprints/schema.ts";
import { providersOf } from "./instantiate.ts";
import type { Template } from "./schema.ts";

/** What a list or a search tells about a template. */

const provider = z.enum(PROVIDERS);

export const summarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    category: categorySchema,
    description: z.string().describe("A custom template's may be cut, ending in …; GET shows it whole."),
    complexity: complexitySchema,
    estimated_cost: z.string().describe('A range such as $100-200/month, or "unknown".'),
    version: z.string().optional(),
    tags: z.array(z.string()),
    providers: z.array(provider),
    source: z.enum(["bundled", "custom"]),
    shadows: z.literal(true).optional().describe("A custom template that stands in front of a bundled one of the same id."),
    updated_at: z.iso.datetime().optional().describe("When a custom template was last written."),
  })
  .meta({ id: "TemplateSummary" });

export type Summary = z.output<typeof summarySchema>;

/** What is said of a price that nobody named. */
const UNKNOWN_COST = "unknown";

/** The part of a summary that is the template's own, not the library's. */
export type OwnSummary = Omit<Summary, "id" | "source" | "shadows" | "updated_at">;

export function summarize(template: Template): OwnSummary {
  const { name, category, description, complexity, estimated_cost = UNKNOWN_COST, version, tags = [] } = template;
  return {
    name,
    category,
    description,
    complexity,
    estimated_cost,
    ...(version === undefined ? {} : { version }),
    tags,
    providers: providersOf(template),
  };
}

/** From simple to advanced, then by category in its own order, then by id. */
export function inListOrder(a: Summary, b: Summary): number {
  return (
    COMPLEXITIES.indexOf(a.complexity) - COMPLEXITIES.indexOf(b.complexity) ||
    CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category) ||
    (a.id < b.id ? -1 : 1)
  );
}
