import * as z from "zod";
import { auditSchema } from "../blueprints/audit.ts";
import { estimateSchema } from "../blueprints/estimate.ts";
import { blueprintSchema, PROVIDERS } from "../blueprints/schema.ts";
import { OPERATION_KINDS } from "../providers/provider.ts";
import { issueSchema } from "../validation/issue.ts";
import type { DeploymentView, Outputs } from "./deployment.ts";
import type { IndexEntry } from "./place.ts";
import { type Plan, printPlan } from "./plan.ts";
import { STATUSES } from "./status.ts";

/** Deployments as clients see them, and how they are made from what is stored. */

export const statusSchema = z.enum(STATUSES);
const links = z.object({ self: z.string(), events: z.string() });

export const acceptedSchema = z
  .object({
    deployment_id: z.string(),
    status: statusSchema,
    rehearsal: z.boolean(),
    warnings: z.array(z.string()),
    links,
  })
  .meta({ id: "DeploymentAccepted" });

export const summarySchema = z
  .object({
    deployment_id: z.string(),
    name: z.string(),
    status: statusSchema,
    rehearsal: z.boolean(),
    targets: z.array(z.string()),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    links,
  })
  .meta({ id: "DeploymentSummary" });

const planned = z.object({
  id: z.string(),
  kind: z.enum(OPERATION_KINDS),
  resource: z.string(),
  object: z.string(),
  cause: z.string(),
  depends_on: z.array(z.string()),
  destroys: z.string().optional(),
});

const operation = planned.extend({
  state: z.string(),
  attempts: z.int(),
  error: z.object({ class: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});

export const deploymentSchema = summarySchema
  .extend({
    on_failure: z.enum(["rollback", "keep"]),
    revision: z.int().nullable().describe("The revision that is there, where one was reached completely."),
    revisions: z.array(z.int()).describe("The revisions that were reached; a rollback can go to each."),
    operations: z.array(operation).describe("Those of the latest run, in the order of the plan."),
    left_over: z.array(z.string()).describe("What is there and was left on purpose, or could not be removed."),
    error: z.string().optional(),
    blueprint: blueprintSchema.optional().describe("The one it is heading for, or has reached."),
  })
  .meta({ id: "Deployment" });

export const targetSchema = z.object({ name: z.string(), provider: z.enum(PROVIDERS) }).meta({ id: "Target" });

const planFields = {
  plan_hash: z
    .string()
    .describe("Approves exactly this: a deployment that names it is refused when the plan would be another."),
  operations: z.array(planned),
  left_over: z.array(z.string()),
  text: z.string().describe("The same for people, one line an operation."),
};

export const planSchema = z
  .object({ ...planFields, warnings: z.array(issueSchema), estimate: estimateSchema, audit: auditSchema })
  .meta({ id: "Plan" });

export const driftSchema = z
  .object({ deployment_id: z.string(), drifted: z.boolean(), ...planFields })
  .meta({ id: "Drift", description: "What would have to be done to get back to what was deployed." });

export const outputsSchema = z
  .object({
    deployment_id: z.string(),
    outputs: z.array(
      z.object({
        name: z.string(),
        description: z.string().optional(),
        value: z.string().optional(),
        missing: z.string().optional(),
      }),
    ),
    secrets: z.array(z.object({ name: z.string(), value: z.string().optional() })),
    secrets_shown_at: z.iso.datetime().describe("The values of secrets are shown once, at this time."),
  })
  .meta({ id: "DeploymentOutputs" });

export const linksOf = (id: string) => ({ self: `/api/v1/deployments/${id}`, events: `/api/v1/deployments/${id}/events` });

export function summaryOf(entry: Omit<IndexEntry, "owns">) {
  const { id, name, status, rehearsal, targets, created_at, updated_at } = entry;
  return {
    deployment_id: id,
    name,
    status,
    rehearsal,
    targets,
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
    links: linksOf(id),
  };
}

export function viewOf({ record, operations, blueprint }: DeploymentView): z.infer<typeof deploymentSchema> {
  return {
    ...summaryOf(record),
    on_failure: record.on_failure,
    revision: record.reached.at(-1) ?? null,
    revisions: record.reached,
    operations: operations.map(({ status, attempt, error, ...rest }) => ({
      ...plannedOf(rest),
      state: status,
      attempts: attempt,
      ...(error === undefined
        ? {}
        : { error: { class: error.class, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } }),
    })),
    left_over: record.left_over,
    ...(record.error === undefined ? {} : { error: record.error }),
    ...(blueprint === undefined ? {} : { blueprint }),
  };
}

export function planOf(plan: Plan) {
  const { plan_hash, operations, left_over } = plan;
  return { plan_hash, operations: operations.map(plannedOf), left_over, text: printPlan(plan) };
}

export function outputsViewOf(id: string, { outputs, secrets, shown_at }: Outputs): z.infer<typeof outputsSchema> {
  return { deployment_id: id, outputs, secrets, secrets_shown_at: new Date(shown_at).toISOString() };
}

function plannedOf({ id, kind, resource, object, cause, depends_on, destroys }: Plan["operations"][number]) {
  return { id, kind, resource, object, cause, depends_on, ...(destroys === undefined ? {} : { destroys }) };
}
