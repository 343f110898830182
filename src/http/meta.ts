import * as z from "zod";
import { version } from "../../package.json";
import { BLUEPRINT_SCHEMA_PATH, blueprintJsonSchema } from "../blueprints/schema.ts";
import { catalogueOf } from "../templates/catalogue.ts";
import { openApiDocument } from "./openapi.ts";
import { type Route, route } from "./route.ts";

const welcome = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  links: z.record(z.string(), z.string()),
});

const health = z.object({
  status: z.enum(["ok", "degraded"]),
  version: z.string(),
  checks: z.record(z.string(), z.object({ status: z.enum(["ok", "degraded", "failed"]), detail: z.string() })),
});

/** The routes about the server itself. `routes` is read when a request comes, so that the document holds these too. */
export function metaRoutes(routes: readonly Route[]): Route[] {
  let document: string | undefined;
  return [
    route(
      {
        method: "get",
        path: "/",
        scope: "public",
        tag: "Server",
        summary: "What this is and where to go",
        description: "A browser gets the page, everyone else this summary.",
        answers: { 200: { description: "A summary with links", schema: welcome } },
      },
      async (c) => {
        c.header("vary", "accept");
        if (c.req.header("accept")?.includes("text/html")) return thePage(c.env.ASSETS, c.req.raw);
        return c.json({
          name: "AI-CDN",
          version,
          description:
            "An infrastructure copilot: say what you need, review the blueprint, deploy it to your own Docker hosts and Proxmox clusters.",
          links: {
            page: "/ (in a browser)",
            api: "/openapi.json",
            templates: "/api/v1/templates/",
            chat: "/api/v1/conversation/chat-stream",
            deployments: "/api/v1/deployments",
            blueprint_schema: BLUEPRINT_SCHEMA_PATH,
            health: "/health",
          },
        });
      },
    ),
    route(
      {
        method: "get",
        path: "/health",
        scope: "public",
        tag: "Server",
        summary: "How the server is",
        answers: {
          200: { description: "It works, though something may have had to be left out", schema: health },
          503: { description: "Something it needs does not answer", schema: health },
        },
      },
      async (c) => {
        const checks = {
          templates: await attempt(() => templatesLeftOut(c.env.TEMPLATES)),
          deployments: await attempt(async () => void (await c.env.DEPLOYMENT_QUEUE.getByName("queue").ping())),
        };
        const found = Object.values(checks).map(({ status }) => status);
        const status = found.every((one) => one === "ok") ? "ok" : "degraded";
        return c.json({ status, version, checks }, found.includes("failed") ? 503 : 200);
      },
    ),
    route(
      {
        method: "get",
        path: "/openapi.json",
        scope: "public",
        tag: "Server",
        summary: "This API as an OpenAPI 3.1 document",
        answers: { 200: { description: "The document", schema: z.record(z.string(), z.unknown()) } },
      },
      (c) => {
        document ??= JSON.stringify(openApiDocument(routes, version));
        return c.body(document, 200, { "content-type": "application/json" });
      },
    ),
    route(
      {
        method: "get",
        path: BLUEPRINT_SCHEMA_PATH,
        scope: "public",
        tag: "Blueprints",
        summary: "The JSON Schema of a blueprint",
        answers: {
          200: {
            description: "JSON Schema 2020-12",
            schema: z.record(z.string(), z.unknown()),
            contentType: "application/schema+json",
          },
        },
      },
      (c) => {
        const id = new URL(BLUEPRINT_SCHEMA_PATH, c.req.url).href;
        return c.body(JSON.stringify(blueprintJsonSchema(id)), 200, { "content-type": "application/schema+json" });
      },
    ),
  ];
}

/** The page as the assets hold it, in a response whose headers may still be added to. */
async function thePage(assets: Fetcher, request: Request): Promise<Response> {
  const page = await assets.fetch(request);
  const response = new Response(page.body, page);
  response.headers.append("vary", "accept");
  return response;
}

/** What is degraded, in a sentence; nothing when all is well. Ids stay in the log and in the list: this address is public. */
async function templatesLeftOut(kv: KVNamespace): Promise<string | undefined> {
  const { length } = await catalogueOf(kv).faults({ fresh: true });
  if (length === 0) return undefined;
  return `answers; ${length} stored template${length === 1 ? "" : "s"} cannot be read; GET /api/v1/templates/ names them in left_out`;
}

/** Runs a health check that may find something degraded; what it threw is logged, and told as "failed" without its text. */
async function attempt(run: () => Promise<string | undefined>): Promise<z.infer<typeof health>["checks"][string]> {
  try {
    const degraded = await run();
    return degraded === undefined ? { status: "ok", detail: "answers" } : { status: "degraded", detail: degraded };
  } catch (error) {
    console.error(JSON.stringify({ health: String(error) }));
    return { status: "failed", detail: "does not answer; see the server's log" };
  }
}
