import * as z from "zod";
import { version } from "../../package.json";
import { invalid } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { audit, auditSchema, failOnSchema } from "./audit.ts";
import { estimate, estimateSchema } from "./estimate.ts";
import { compareEstimates, comparisonSchema } from "./estimate-comparison.ts";
import { USAGE_LEVELS } from "./estimate-demand.ts";
import { fix, fixSchema } from "./fix.ts";
import { choosePriceSheet } from "./prices/choose.ts";
import { customPricesSchema, ownedSchema, priceSheetId } from "./prices/sheet.ts";
import { blueprintRequest } from "./request.ts";
import { sarif } from "./sarif.ts";
import { MAX_SCALE_FACTOR, MIN_SCALE_FACTOR, scaleBlueprint } from "./scale.ts";
import { blueprintSchema } from "./schema.ts";

const TAG = "Blueprints";

const exampleBlueprint = {
  version: "1.0",
  name: "shop",
  resources: [
    {
      type: "service",
      name: "web",
      provider: "docker",
      specs: { image: "nginx:1.30.4-alpine", cpu: 0.5, memory_mb: 512, ports: [{ container: 80, host: 8080 }] },
    },
  ],
};

const usage = z
  .strictObject({
    level: z.enum(USAGE_LEVELS).optional().describe("Which usage is counted in the totals: mid when left out."),
    egress_gb: z.number().min(0).max(1e9).optional().describe("GiB a month to the internet, instead of the assumption."),
    public_ips: z.int().min(0).max(1000).optional().describe("Public addresses, instead of the assumption."),
  })
  .meta({ id: "Usage" });

const estimateRoute = route(
  {
    method: "post",
    path: "/api/v1/blueprints/estimate",
    scope: "read",
    tag: TAG,
    summary: "What a blueprint costs by the month",
    description:
      "A breakdown by resource and component on a dated price sheet. Traffic is an assumption at three levels and stands apart from the " +
      "baseline. With `scale_factor` it is of the scaled blueprint, and says what that changes; with `compare_to`, what changed against that " +
      "other blueprint.",
    query: z.strictObject({ price_sheet: priceSheetId.optional() }),
    body: blueprintRequest({
      price_sheet: priceSheetId.optional(),
      usage: usage.optional(),
      scale_factor: z
        .number()
        .min(MIN_SCALE_FACTOR)
        .max(MAX_SCALE_FACTOR)
        .optional()
        .describe("Multiplies cpu and memory_mb first."),
      compare_to: blueprintSchema.optional().describe("The blueprint as it was before; without it, the one before scaling."),
      owned: ownedSchema.optional(),
      prices: customPricesSchema.optional(),
    }),
    example: { blueprint: exampleBlueprint, price_sheet: "reference", usage: { egress_gb: 250 } },
    answers: {
      200: { description: "The estimate", schema: estimateSchema.extend({ comparison: comparisonSchema.optional() }) },
    },
  },
  (c, { query, body }) => {
    const { blueprint, scale_factor, compare_to } = body;
    const sheet = choosePriceSheet({ ...body, price_sheet: query.price_sheet ?? body.price_sheet });
    if (!sheet.ok) throw invalid(sheet.error);
    const options = { sheet: sheet.value, usage: body.usage ?? {} };
    const scaled = scaleBlueprint(blueprint, scale_factor ?? 1);
    if (!scaled.ok) throw invalid(scaled.error);
    const now = estimate(scaled.value, options);
    const before = compare_to ?? (scale_factor === undefined ? undefined : blueprint);
    if (before === undefined) return c.json(now);
    return c.json({ ...now, comparison: compareEstimates(estimate(before, options), now) });
  },
);

const auditRoute = route(
  {
    method: "post",
    path: "/api/v1/blueprints/audit",
    scope: "read",
    tag: TAG,
    summary: "What is risky in a blueprint",
    description:
      "Every finding with its place, why it matters and how to mend it. A finding is accepted in `metadata.audit_ignore` by rule, resource and " +
      "reason. `?format=sarif` answers SARIF 2.1.0; `?fix=true` answers the blueprint with everything mended that can be mended safely.",
    query: z
      .strictObject({
        format: z.enum(["json", "sarif"]).default("json"),
        fail_on: failOnSchema
          .optional()
          .describe("`passed` is false with an open finding of this severity or worse; high when left out."),
        fix: z.enum(["true", "false"]).default("false"),
      })
      .refine(({ format, fix }) => format === "json" || fix === "false", {
        path: ["format"],
        message: "A fixed blueprint has no SARIF form; leave out format or fix.",
      }),
    body: blueprintRequest({}),
    example: exampleBlueprint,
    answers: {
      200: {
        description: "The audit; with `fix=true` the fixed blueprint; with `format=sarif` a SARIF log",
        schema: z.union([auditSchema, fixSchema]),
      },
    },
  },
  (c, { query, body: { blueprint } }) => {
    const options = { today: new Date().toISOString().slice(0, 10), fail_on: query.fail_on };
    if (query.fix === "true") return c.json(fix(blueprint, options));
    const result = audit(blueprint, options);
    if (query.format === "json") return c.json(result);
    return c.body(JSON.stringify(sarif(result, { version })), 200, { "content-type": "application/sarif+json" });
  },
);

/** Price and risk of a blueprint: judged, never changed. */
export const judgementRoutes: Route[] = [estimateRoute, auditRoute];
