import * as z from "zod";
import { blueprintSchema, CATEGORIES, categorySchema, complexitySchema } from "../blueprints/schema.ts";
import { nameSchema } from "../blueprints/specs.ts";
import { invalid, Problem } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { nearest } from "../validation/nearest.ts";
import { readTemplate } from "./accept.ts";
import { type Catalogue, catalogueOf, type Entry } from "./catalogue.ts";
import { instantiate, providersOf } from "./instantiate.ts";
import { customizationSchema, RESERVED_IDS, templateSchema } from "./schema.ts";
import { resultSchema, searchTemplates } from "./search.ts";
import { summarySchema } from "./summary.ts";

const MAX_RESULTS = 50;

const idParams = z.object({ id: z.string() });
const newIdParams = z.object({
  id: nameSchema.refine((id) => !RESERVED_IDS.includes(id), `${RESERVED_IDS.join(" and ")} are addresses of their own.`),
});

const fault = z.object({ id: z.string(), reason: z.string() });
const listAnswer = z.object({
  templates: z.array(summarySchema),
  count: z.int(),
  left_out: z.array(fault).optional().describe("Custom templates that are stored but cannot be read."),
});
const templateAnswer = z
  .object({
    template_id: z.string(),
    blueprint: blueprintSchema,
    template: templateSchema
      .omit({ blueprint: true })
      .extend(summarySchema.pick({ id: true, providers: true, source: true, shadows: true, updated_at: true }).shape)
      .extend({ estimated_cost: z.string() }),
  })
  .meta({ id: "TemplateAnswer", description: "Can be posted to /api/v1/blueprints/ as it is." });

const conditional = "Carries an ETag; If-None-Match with it answers 304.";

export const templateRoutes: Route[] = [
  route(
    {
      method: "get",
      path: "/api/v1/templates",
      scope: "read",
      tag: "Templates",
      summary: "All templates, or those of a category or complexity",
      query: z.strictObject({ category: categorySchema.optional(), complexity: complexitySchema.optional() }),
      answers: { 200: { description: "Their summaries, from simple to advanced", schema: listAnswer } },
    },
    async (c, { query }) => {
      const catalogue = catalogueOf(c.env.TEMPLATES);
      const templates = await catalogue.list(query);
      const faults = await catalogue.faults();
      return c.json({ templates, count: templates.length, ...(faults.length > 0 ? { left_out: faults } : {}) });
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/templates/categories",
      scope: "read",
      tag: "Templates",
      summary: "The categories of templates",
      query: z.strictObject({}),
      answers: { 200: { description: "All eight", schema: z.object({ categories: z.array(categorySchema) }) } },
    },
    (c) => c.json({ categories: CATEGORIES }),
  ),
  route(
    {
      method: "get",
      path: "/api/v1/templates/search",
      scope: "read",
      tag: "Templates",
      summary: "Templates by what they are about",
      description: "Finds beginnings of words, words with typos and short names (pg, k8s, lb, otel, etl); best first.",
      query: z.strictObject({
        query: z.string().trim().min(1, "Say what to look for.").max(200),
        limit: z.coerce.number().int().min(1).max(MAX_RESULTS).default(10),
      }),
      answers: {
        200: {
          description: "The matches",
          schema: z.object({ query: z.string(), results: z.array(resultSchema), count: z.int() }),
        },
      },
    },
    async (c, { query: { query, limit } }) => {
      const results = searchTemplates(await catalogueOf(c.env.TEMPLATES).all(), query, limit);
      return c.json({ query, results, count: results.length });
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/templates/:id",
      scope: "read",
      tag: "Templates",
      summary: "One template with the blueprint it gives as it is",
      description: conditional,
      params: idParams,
      query: z.strictObject({}),
      answers: { 200: { description: "The template", schema: templateAnswer }, 304: { description: "Not changed" } },
    },
    async (c, { params: { id } }) => {
      const { body, etag } = await representation(await find(catalogueOf(c.env.TEMPLATES), id));
      // A custom template may change at any time: keep the copy, but ask.
      const headers = { etag, "cache-control": "private, no-cache" };
      if (holds(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
      return c.body(body, 200, { ...headers, "content-type": "application/json" });
    },
  ),
  route(
    {
      method: "post",
      path: "/api/v1/templates/:id/customize",
      scope: "read",
      tag: "Templates",
      summary: "A blueprint made from a template to measure",
      description: "Scales, sets parameters, renames, or moves it to another provider. Nothing is stored or deployed.",
      params: idParams,
      query: z.strictObject({}),
      body: customizationSchema,
      example: { name: "my-custom-app", description: "My customized web application", scale_factor: 2 },
      answers: { 200: { description: "The blueprint", schema: templateAnswer } },
    },
    async (c, { params: { id }, body }) => {
      const entry = await find(catalogueOf(c.env.TEMPLATES), id);
      const blueprint = instantiate(id, entry.template, body);
      if (!blueprint.ok) throw invalid(blueprint.error);
      return c.json(answer({ ...entry, blueprint: blueprint.value }));
    },
  ),
  route(
    {
      method: "put",
      path: "/api/v1/templates/:id",
      // What stands in front of a bundled template is what others deploy under that name: not for everyone who may deploy.
      scope: "admin",
      tag: "Templates",
      summary: "Save a custom template",
      description: "Under the id of a bundled template it stands in front of that one until it is deleted.",
      params: newIdParams,
      query: z.strictObject({}),
      body: { schema: templateSchema as z.ZodType<unknown>, select: () => z.unknown() },
      answers: {
        200: { description: "Saved over the one before", schema: templateAnswer },
        201: { description: "Saved as a new one", schema: templateAnswer },
      },
    },
    async (c, { params: { id }, body }) => {
      const template = readTemplate(id, body);
      if (!template.ok) throw invalid(template.error);
      const saved = await catalogueOf(c.env.TEMPLATES).put(id, template.value);
      if (!saved.ok) throw saved.error.reason === "busy" ? busy(id) : invalid(saved.error.issues);
      if (!saved.value.created) return c.json(answer(saved.value.entry));
      return c.json(answer(saved.value.entry), 201, { location: `/api/v1/templates/${id}` });
    },
  ),
  route(
    {
      method: "delete",
      path: "/api/v1/templates/:id",
      scope: "admin",
      tag: "Templates",
      summary: "Delete a custom template",
      description: "If it stood in front of a bundled one, that one is back.",
      params: idParams,
      query: z.strictObject({}),
      answers: { 204: { description: "Deleted" } },
    },
    async (c, { params: { id } }) => {
      const catalogue = catalogueOf(c.env.TEMPLATES);
      const outcome = await catalogue.delete(id);
      if (outcome === "deleted") return c.body(null, 204);
      if (outcome === "busy") throw busy(id);
      await find(catalogue, id);
      throw new Problem("conflict", `"${id}" comes with the server; only custom templates can be deleted.`);
    },
  ),
];

async function find(catalogue: Catalogue, id: string): Promise<Entry> {
  const entry = await catalogue.get(id);
  if (entry !== undefined) return entry;
  const suggestion = nearest(
    id,
    (await catalogue.all()).map((summary) => summary.id),
  );
  const hint = suggestion === undefined ? "GET /api/v1/templates/ lists them." : `Did you mean "${suggestion}"?`;
  throw new Problem("unknown-template", `There is no template "${id}". ${hint}`);
}

function busy(id: string): Problem {
  const detail = `"${id}" was written less than a second ago; write it again in a second.`;
  return new Problem("too-many-requests", detail, { headers: { "retry-after": "1" } });
}

function answer({
  id,
  template: { blueprint: _, ...template },
  blueprint,
  estimated_cost,
  source,
  shadows,
  updated_at,
}: Entry) {
  return {
    template_id: id,
    blueprint,
    template: {
      id,
      ...template,
      estimated_cost,
      providers: providersOf({ ...template, blueprint }),
      source,
      ...(shadows === undefined ? {} : { shadows }),
      ...(updated_at === undefined ? {} : { updated_at }),
    },
  } satisfies z.input<typeof templateAnswer>;
}

const ETAG_BYTES = 16;

interface Representation {
  body: string;
  etag: string;
}

/** By entry: a bundled template's is always the same object, so its JSON and digest are made once. */
const representations = new WeakMap<Entry, Representation>();

async function representation(entry: Entry): Promise<Representation> {
  const known = representations.get(entry);
  if (known !== undefined) return known;
  const body = JSON.stringify(answer(entry));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
  const hex = Array.from(new Uint8Array(digest, 0, ETAG_BYTES), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const made = { body, etag: `"${hex}"` };
  representations.set(entry, made);
  return made;
}

/** `If-None-Match` (RFC 9110 §13.1.2): weak comparison, because a proxy that compresses weakens the tag. */
function holds(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
