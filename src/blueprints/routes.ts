import { type Route, route } from "../http/route.ts";
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

export const blueprintRoutes: Route[] = [validateRoute, ...judgementRoutes];
