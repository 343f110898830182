import * as z from "zod";
import { problemSchema } from "./problem.ts";
import type { BodySpec, Route } from "./route.ts";
import { SCOPES } from "./scope.ts";

type Json = Record<string, unknown>;

/** The API as an OpenAPI 3.1 document, made from the same declarations that validate and guard each route. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const { spec } of routes) {
    const path = spec.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [spec.method]: operation(spec, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "AI-CDN",
      version,
      summary: "An infrastructure copilot at the edge",
      description:
        "Say what you need, review the blueprint with its price and security findings, deploy it to your own Docker hosts and Proxmox clusters. Errors are RFC 9457 problem details with every problem at once.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    tags: [...new Set(routes.map(({ spec }) => spec.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      responses: {
        Problem: {
          description: "What went wrong",
          content: { "application/problem+json": { schema: hoist(problemSchema, schemas) } },
        },
      },
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: `An entry of the setting API_TOKENS. Scopes: ${SCOPES.join(", ")}. Without any token configured, localhost needs none.`,
        },
      },
    },
  };
}

function operation(spec: Route["spec"], schemas: Json): Json {
  const { method, path, scope, tag, summary, description, answers } = spec;
  const words = path.replace("/api/v1", "").split(/[^A-Za-z0-9]+/);
  return {
    operationId: [method, ...words.filter((word) => word !== "")].join("_"),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    "x-scope": scope,
    security: scope === "public" ? [] : [{ token: [] }],
    parameters: [...parameters("path", spec.params, schemas), ...parameters("query", spec.query, schemas)],
    ...(spec.body === undefined ? {} : { requestBody: requestBody(spec.body, spec.example, schemas) }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)])),
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

function response(answer: Route["spec"]["answers"][number], schemas: Json): Json {
  const { description, schema, contentType = "application/json" } = answer;
  if (schema === undefined && answer.contentType === undefined) return { description };
  const shown = schema === undefined ? { type: "string" } : hoist(schema, schemas);
  return { description, content: { [contentType]: { schema: shown } } };
}

function requestBody(body: BodySpec, example: unknown, schemas: Json): Json {
  const schema = hoist("select" in body ? body.schema : body, schemas);
  return { required: true, content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } } };
}

function parameters(where: "path" | "query", schema: z.ZodType | undefined, schemas: Json): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = hoist(schema, schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
}

/** A schema with an id stands once in `components` and is referred to; zod collects these in `$defs`. Any other stands where it is used. */
function hoist(schema: z.ZodType, schemas: Json): Json {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json & { $defs?: Record<string, Json> };
  const { $schema: _dialect, $defs = {}, id: _id, ...rest } = json;
  const moved = JSON.parse(JSON.stringify({ rest, $defs }).replaceAll('"#/$defs/', '"#/components/schemas/')) as {
    rest: Json;
    $defs: Record<string, Json>;
  };
  for (const [name, { id: _nested, ...definition }] of Object.entries(moved.$defs)) schemas[name] ??= definition;
  return moved.rest;
}
