import * as z from "zod";
import { unjudgedRequest, unwrapBlueprint } from "../blueprints/request.ts";
import type { Blueprint } from "../blueprints/schema.ts";
import { validate } from "../blueprints/validate.ts";
import { invalid, Problem } from "../http/problem.ts";
import { type AppContext, type Route, route } from "../http/route.ts";
import { eventStreamResponse } from "../http/sse.ts";
import { admit } from "./admission.ts";
import type { DeploymentView } from "./deployment.ts";
import type { DeploymentRecord } from "./journal.ts";
import { hashOf } from "./objects.ts";
import type { IndexEntry } from "./queue.ts";
import type { Refusal } from "./requests.ts";
import { STATUSES } from "./status.ts";

const status = z.enum(STATUSES);
const links = z.object({ self: z.string(), events: z.string() });

const accepted = z
  .object({ deployment_id: z.string(), status, rehearsal: z.boolean(), warnings: z.array(z.string()), links })
  .meta({ id: "DeploymentAccepted" });

const summary = z
  .object({
    deployment_id: z.string(),
    name: z.string(),
    status,
    rehearsal: z.boolean(),
    targets: z.array(z.string()),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    links,
  })
  .meta({ id: "DeploymentSummary" });

const operation = z.object({
  id: z.string(),
  kind: z.string(),
  resource: z.string(),
  object: z.string(),
  cause: z.string(),
  depends_on: z.array(z.string()),
  destroys: z.string().optional(),
  state: z.string(),
  attempts: z.int(),
  error: z.object({ class: z.string(), message: z.string(), hint: z.string().optional() }).optional(),
});

const deployment = summary
  .extend({
    on_failure: z.enum(["rollback", "keep"]),
    revision: z.int().nullable().describe("The newest revision that was reached completely."),
    operations: z.array(operation).describe("Those of the latest run, in the order of the plan."),
    left_over: z.array(z.string()).describe("What is there and was left on purpose, or could not be removed."),
    error: z.string().optional(),
  })
  .meta({ id: "Deployment" });

const idParams = z.strictObject({ id: z.string().max(100) });
const cursor = z.string().regex(/^\d+~[\w-]+$/, "Expected the next_cursor of an earlier page.");

const options = {
  on_failure: z.enum(["rollback", "keep"]).default("rollback").describe("What to do when an operation fails for good."),
  plan_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "Expected the plan_hash of a plan.")
    .optional()
    .describe("The plan that was approved; another one is refused."),
  provider: z.literal("fake").optional().describe("Rehearse on the fake provider."),
};

export const deploymentRoutes: Route[] = [
  route(
    {
      method: "post",
      path: "/api/v1/blueprints",
      scope: "deploy",
      limit: "DEPLOY_LIMIT",
      tag: "Deployments",
      summary: "Deploy a blueprint",
      description:
        "Takes a bare blueprint, or one with options beside it. What the template routes answer can be posted unchanged. An Idempotency-Key header makes repeating it safe for 24 hours.",
      query: z.strictObject({ provider: z.literal("fake").optional() }),
      body: unjudgedRequest(options),
      answers: { 202: { description: "Accepted; follow the events", schema: accepted } },
    },
    async (c, { query, body }) => {
      const { document, at, options: wanted, issues } = unwrapBlueprint(body, options);
      const verdict = validate(document, at);
      if (!verdict.valid || issues.length > 0) throw invalid([...issues, ...verdict.errors], "invalid-blueprint");
      const { blueprint } = verdict;
      const { on_failure, plan_hash } = wanted;
      const decision = admit(blueprint, c.get("config").targets, query.provider ?? wanted.provider);
      if (!decision.ok) throw invalid(decision.error, "no-target");
      const { blueprint: admitted, rehearsal, targets, warnings } = decision.value;
      const id = await claimId(c, blueprint, hashOf({ body, query }));
      const record = await c.env.DEPLOYMENT.getByName(id).create({
        id,
        blueprint: admitted,
        rehearsal,
        targets,
        on_failure,
        ...(plan_hash === undefined ? {} : { plan_hash }),
      });
      c.header("location", linksOf(id).self);
      const remarks = verdict.warnings.map(({ pointer, detail }) => `${pointer}: ${detail}`);
      return c.json(
        { deployment_id: id, status: record.status, rehearsal, warnings: [...warnings, ...remarks], links: linksOf(id) },
        202,
      );
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/deployments",
      scope: "read",
      tag: "Deployments",
      summary: "The deployments, newest first",
      query: z.strictObject({
        status: status.optional(),
        limit: z.coerce.number().int().min(1).max(100).default(20),
        cursor: cursor.optional(),
      }),
      answers: {
        200: {
          description: "One page",
          schema: z.object({ deployments: z.array(summary), next_cursor: z.string().optional() }),
        },
      },
    },
    async (c, { query }) => {
      const [created_at, id] = query.cursor?.split("~") ?? [];
      const after = created_at === undefined || id === undefined ? undefined : { created_at: Number(created_at), id };
      const filter = { limit: query.limit + 1, ...(query.status ? { status: query.status } : {}), ...(after ? { after } : {}) };
      const entries = await queueOf(c).list(filter);
      const page = entries.slice(0, query.limit);
      const last = page.at(-1);
      const more = entries.length > query.limit && last !== undefined;
      return c.json({
        deployments: page.map(summaryOf),
        ...(more ? { next_cursor: `${last.created_at}~${last.id}` } : {}),
      });
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/deployments/:id",
      scope: "read",
      tag: "Deployments",
      summary: "One deployment with its operations",
      params: idParams,
      answers: { 200: { description: "The deployment", schema: deployment } },
    },
    async (c, { params }) => {
      const view = await (await deploymentOf(c, params.id)).view();
      if (view === undefined) throw unknownDeployment(params.id);
      return c.json(viewOf(view));
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/deployments/:id/events",
      scope: "read",
      tag: "Deployments",
      summary: "Its events, replayed and followed until it settles",
      description: "Server-sent events; `id` counts from 1 without a gap. Last-Event-ID continues after that event.",
      params: idParams,
      answers: { 200: { description: "The events (see DeploymentEvent)", contentType: "text/event-stream" } },
    },
    async (c, { params }) => {
      const stub = await deploymentOf(c, params.id);
      const last = c.req.header("last-event-id") ?? "0";
      if (!/^\d{1,15}$/.test(last)) {
        const detail = "Last-Event-ID is the id of an event of this stream: a whole number.";
        throw invalid([{ pointer: "#/last-event-id", code: "invalid_value", detail, in: "header" }]);
      }
      return eventStreamResponse(await stub.events(Number(last)));
    },
  ),
  route(
    {
      method: "post",
      path: "/api/v1/deployments/:id/cancel",
      scope: "deploy",
      tag: "Deployments",
      summary: "Stop a deployment",
      description: "Nothing new is begun, what is in flight is settled, and what is there is told.",
      params: idParams,
      answers: { 202: { description: "It is being cancelled", schema: accepted } },
    },
    async (c, { params }) => {
      const stub = await deploymentOf(c, params.id);
      return acceptedResponse(c, await stub.cancel());
    },
  ),
  route(
    {
      method: "delete",
      path: "/api/v1/deployments/:id",
      scope: "deploy",
      tag: "Deployments",
      summary: "Tear a deployment down",
      description:
        "Removes all that it owns. Storage that holds data stays, unless its resources are named in delete_data, separated by commas.",
      params: idParams,
      query: z.strictObject({ delete_data: z.string().max(2000).optional() }),
      answers: { 202: { description: "It is being deleted", schema: accepted } },
    },
    async (c, { params, query }) => {
      const stub = await deploymentOf(c, params.id);
      const delete_data = (query.delete_data ?? "").split(",").filter((name) => name !== "");
      return acceptedResponse(c, await stub.remove(delete_data));
    },
  ),
];

const queueOf = (c: AppContext) => c.env.DEPLOYMENT_QUEUE.getByName("queue");

/** The object of a known deployment. Asking the index first keeps made-up ids from making objects. */
async function deploymentOf(c: AppContext, id: string) {
  if ((await queueOf(c).find(id)) === undefined) throw unknownDeployment(id);
  return c.env.DEPLOYMENT.getByName(id);
}

const unknownDeployment = (id: string) =>
  new Problem("unknown-deployment", `There is no deployment "${id}". GET /api/v1/deployments lists them.`);

const KEY_LENGTH = 255;

/** A new id, or the one that the request's Idempotency-Key stands for. Ids begin with the name, so that people can tell them apart. */
async function claimId(c: AppContext, blueprint: Blueprint, body_hash: string): Promise<string> {
  const fresh = `${blueprint.name.slice(0, 40)}-${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const key = c.req.header("idempotency-key");
  if (key === undefined) return fresh;
  if (key === "" || key.length > KEY_LENGTH) {
    const detail = `An Idempotency-Key has 1 to ${KEY_LENGTH} characters.`;
    throw invalid([{ pointer: "#/idempotency-key", code: "invalid_value", detail, in: "header" }]);
  }
  const claim = await queueOf(c).claim(`${c.get("caller").name} ${key}`, body_hash, fresh);
  if (claim.status === "mismatch") {
    throw new Problem("conflict", "This Idempotency-Key was used for another request in the last 24 hours. Use a new one.");
  }
  return claim.id;
}

const linksOf = (id: string) => ({ self: `/api/v1/deployments/${id}`, events: `/api/v1/deployments/${id}/events` });

function acceptedResponse(c: AppContext, answer: DeploymentRecord | Refusal): Response {
  if ("refused" in answer) throw new Problem("conflict", answer.refused);
  const { id, status, rehearsal } = answer;
  return c.json({ deployment_id: id, status, rehearsal, warnings: [], links: linksOf(id) }, 202);
}

function summaryOf({ id, name, status, rehearsal, targets, created_at, updated_at }: IndexEntry) {
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

function viewOf({ record, operations }: DeploymentView) {
  return {
    ...summaryOf(record),
    on_failure: record.on_failure,
    revision: record.reached.at(-1) ?? null,
    operations: operations.map(({ id, kind, resource, object, cause, depends_on, destroys, status, attempt, error }) => ({
      id,
      kind,
      resource,
      object,
      cause,
      depends_on,
      ...(destroys === undefined ? {} : { destroys }),
      state: status,
      attempts: attempt,
      ...(error === undefined
        ? {}
        : { error: { class: error.class, message: error.message, ...(error.hint ? { hint: error.hint } : {}) } }),
    })),
    left_over: record.left_over,
    ...(record.error === undefined ? {} : { error: record.error }),
  };
}
