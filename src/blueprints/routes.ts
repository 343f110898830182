import * as z from "zod";
import { invalid } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { EXPORT_FORMATS, exportBlueprint } from "./export.ts";
import { judgementRoutes } from "./judgement.ts";
import { unjudgedRequest, unwrapBlueprint } from "./request.ts";
import { validate, validationSchema } from "./validate.ts";

const validateRoute = route(
  {
    method: "post",
    path: "/api/v1/blueprints/validate",
    scope: "read",
    tag: "Blueprints",
    summary: "Judge a blueprint: every problem at once",
    description:
      "Always 200 when the body is JSON. Errors keep it from being deployed, warnings do not. A valid one comes back with every default filled in, and with its resources in start order.",
    query: z.strictObject({}),
    body: unjudgedRequest({}),
    answers: { 200: { description: "The verdict", schema: validationSchema } },
  },
  (c, { body }) => {
    const { document, at, issues } = unwrapBlueprint(body, {});
    const verdict = validate(document, at);
    if (issues.length === 0) return c.json(verdict);
    return c.json({ valid: false, errors: [...issues, ...verdict.errors], warnings: verdict.warnings });
  },
);

const exportRoute = route(
  {
    method: "post",
    path: "/api/v1/blueprints/export",
    scope: "read",
    tag: "Blueprints",
    summary: "A blueprint as a file of another tool",
    description:
      "A compose file that docker compose runs, a formatted Terraform configuration, a Mermaid diagram, or the blueprint with every default filled in. Secrets become variables; what a format cannot hold is said in comments in it.",
    query: z.strictObject({
      format: z.enum(EXPORT_FORMATS).describe("compose and terraform deploy it elsewhere, mermaid draws it."),
    }),
    body: unjudgedRequest({}),
    answers: {
      200: { description: "The file: YAML, HCL, Mermaid or JSON, by the format asked for", contentType: "text/plain" },
    },
  },
  (c, { query, body }) => {
    const { document, at, issues } = unwrapBlueprint(body, {});
    const verdict = validate(document, at);
    if (!verdict.valid || issues.length > 0) throw invalid([...issues, ...verdict.errors], "invalid-blueprint");
    const { text, contentType, filename } = exportBlueprint(verdict.blueprint, query.format);
    return c.body(text, 200, { "content-type": contentType, "content-disposition": `attachment; filename="${filename}"` });
  },
);

export const blueprintRoutes: Route[] = [validateRoute, ...judgementRoutes, exportRoute];
