import * as z from "zod";
import { audit } from "../blueprints/audit.ts";
import { estimate } from "../blueprints/estimate.ts";
import { unjudgedRequest } from "../blueprints/request.ts";
import type { AppContext } from "../http/context.ts";
import { invalid, Problem } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { eventStreamResponse } from "../http/sse.ts";
import type { DeploymentRecord } from "./journal.ts";
import { hashOf } from "./objects.ts";
import { planFromNothing } from "./preview.ts";
import type { Refusal } from "./requests.ts";
import {
  acceptedSchema,
  deploymentSchema,
  driftSchema,
  linksOf,
  outputsSchema,
  outputsViewOf,
  planOf,
  planSchema,
  statusSchema,
  summaryOf,
  summarySchema,
  targetSchema,
  viewOf,
} from "./shapes.ts";
import { admittedOf, deployOptions, planOptions, submissionOf, today } from "./submission.ts";

const TAG = "Deployments";
const idParams = z.strictObject({ id: z.string().max(100) });
const cursor = z.string().regex(/^\d+~[\w-]+$/, "Expected the next_cursor of an earlier page.");
const rehearse = z.strictObject({ provider: z.literal("fake").optional() });

export const deploymentRoutes: Route[] = [
  route(
    {
      method: "post",
      path: "/api/v1/blueprints/plan",
      scope: "read",
      tag: TAG,
      summary: "What deploying a blueprint would do",
      description:
        "Every operation with its cause, what it waits for and what it destroys, beside the price and the findings. Nothing is changed. Deploying with the plan_hash does exactly this or is refused.",
      query: rehearse,
      body: unjudgedRequest(planOptions),
      answers: { 200: { description: "The plan", schema: planSchema } },
    },
    async (c, { query, body }) => {
      const { blueprint, options, remarks } = admittedOf(c, body, query, planOptions);
      const id = options.deployment_id;
      const plan =
        id === undefined ? planFromNothing(blueprint) : orUnavailable(await (await deploymentOf(c, id)).plan(blueprint));
      return c.json({
        ...planOf(plan),
        warnings: remarks,
        estimate: estimate(blueprint),
        audit: audit(blueprint, { today: today() }),
      });
    },
  ),
  route(
    {
      method: "post",
      path: "/api/v1/blueprints",
      scope: "deploy",
      limit: "DEPLOY_LIMIT",
      tag: TAG,
      summary: "Deploy a blueprint",
      description:
        "Takes a bare blueprint, or one with options beside it. What the template routes answer can be posted unchanged. An Idempotency-Key header makes repeating it safe for 24 hours.",
      query: rehearse,
      body: unjudgedRequest(deployOptions),
      answers: { 202: { description: "Accepted; follow the events", schema: acceptedSchema } },
    },
    async (c, { query, body }) => {
      const { warnings, ...submission } = submissionOf(c, body, query, {});
      const id = await claimId(c, submission.blueprint.name, hashOf({ body, query }));
      const record = await c.env.DEPLOYMENT.getByName(id).create({ id, ...submission });
      return accepted(c, record, warnings);
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/deployments",
      scope: "read",
      tag: TAG,
      summary: "The deployments, newest first",
      query: z.strictObject({
        status: statusSchema.optional(),
        limit: z.coerce.number().int().min(1).max(100).default(20),
        cursor: cursor.optional(),
      }),
      answers: {
        200: {
          description: "One page",
          schema: z.object({ deployments: z.array(summarySchema), next_cursor: z.string().optional() }),
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
      tag: TAG,
      summary: "One deployment with its operations",
      params: idParams,
      answers: { 200: { description: "The deployment", schema: deploymentSchema } },
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
      tag: TAG,
      summary: "Its events, replayed and followed until it settles",
      description: "Server-sent events; `id` counts from 1 without a gap. Last-Event-ID continues after that event.",
      params: idParams,
      answers: {
        200: { description: "The events (see DeploymentEvent)", contentType: "text/event-stream" },
        204: { description: "Nothing comes after Last-Event-ID any more" },
      },
    },
    async (c, { params }) => {
      const stub = await deploymentOf(c, params.id);
      const last = c.req.header("last-event-id") ?? "0";
      if (!/^\d{1,15}$/.test(last)) {
        const detail = "Last-Event-ID is the id of an event of this stream: a whole number.";
        throw invalid([{ pointer: "#/last-event-id", code: "invalid_value", detail, in: "header" }]);
      }
      // 204 tells an EventSource that asks again after the end not to come back (WHATWG HTML §9.2.3).
      if (await stub.isOver(Number(last))) return c.body(null, 204);
      return eventStreamResponse(await stub.events(Number(last)));
    },
  ),
  route(
    {
      method: "put",
      path: "/api/v1/deployments/:id",
      scope: "deploy",
      limit: "DEPLOY_LIMIT",
      tag: TAG,
      summary: "Change a deployment to another blueprint",
      description: "Only what differs is touched. When it fails, the deployment goes back to the revision before.",
      params: idParams,
      query: rehearse,
      body: unjudgedRequest(deployOptions),
      answers: { 202: { description: "Accepted; follow the events", schema: acceptedSchema } },
    },
    async (c, { params, query, body }) => {
      const stub = await deploymentOf(c, params.id);
      const { warnings, ...submission } = submissionOf(c, body, query, await stub.secretVersions());
      return accepted(c, await stub.update(submission), warnings);
    },
  ),
  route(
    {
      method: "post",
      path: "/api/v1/deployments/:id/cancel",
      scope: "deploy",
      tag: TAG,
      summary: "Stop a deployment",
      description: "Nothing new is begun, what is in flight is settled, and what is there is told.",
      params: idParams,
      answers: { 202: { description: "It is being cancelled", schema: acceptedSchema } },
    },
    async (c, { params }) => accepted(c, await (await deploymentOf(c, params.id)).cancel()),
  ),
  route(
    {
      method: "post",
      path: "/api/v1/deployments/:id/rollback",
      scope: "deploy",
      tag: TAG,
      summary: "Go back to an earlier revision",
      params: idParams,
      query: z.strictObject({
        revision: z.coerce
          .number()
          .int()
          .min(1)
          .optional()
          .describe("One that was reached; the one before the present when left out."),
      }),
      answers: { 202: { description: "It goes back", schema: acceptedSchema } },
    },
    async (c, { params, query }) => accepted(c, await (await deploymentOf(c, params.id)).rollBack(query.revision)),
  ),
  route(
    {
      method: "post",
      path: "/api/v1/deployments/:id/refresh",
      scope: "read",
      tag: TAG,
      summary: "Compare what is there with what was deployed",
      description:
        "Looks at what the deployment set and at nothing else. Changes nothing; a PUT of the same blueprint mends the drift.",
      params: idParams,
      answers: { 200: { description: "The drift", schema: driftSchema } },
    },
    async (c, { params }) => {
      const plan = orUnavailable(await (await deploymentOf(c, params.id)).plan(undefined));
      return c.json({ deployment_id: params.id, drifted: plan.operations.length > 0, ...planOf(plan) });
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/deployments/:id/outputs",
      scope: "deploy",
      tag: TAG,
      summary: "Addresses, connection strings and, once, secrets",
      params: idParams,
      answers: { 200: { description: "The outputs", schema: outputsSchema } },
    },
    async (c, { params }) => {
      // The answer to a HEAD has no body: the secrets would be shown to nobody, and never again.
      if (c.req.method === "HEAD") throw new Problem("method-not-allowed", "Use GET.", { headers: { allow: "GET" } });
      const outputs = await (await deploymentOf(c, params.id)).outputs();
      if (!outputs.ok) throw new Problem("conflict", outputs.error);
      c.header("cache-control", "no-store");
      return c.json(outputsViewOf(params.id, outputs.value));
    },
  ),
  route(
    {
      method: "delete",
      path: "/api/v1/deployments/:id",
      scope: "deploy",
      tag: TAG,
      summary: "Tear a deployment down",
      description:
        "Removes all that it owns. Storage that holds data stays, unless its resources are named in delete_data, separated by commas.",
      params: idParams,
      query: z.strictObject({ delete_data: z.string().max(2000).optional() }),
      answers: { 202: { description: "It is being deleted", schema: acceptedSchema } },
    },
    async (c, { params, query }) => {
      const delete_data = (query.delete_data ?? "").split(",").filter((name) => name !== "");
      const entry = await queueOf(c).find(params.id);
      if (entry === undefined) throw unknownDeployment(params.id);
      return accepted(c, await c.env.DEPLOYMENT.getByName(params.id).remove(delete_data, entry));
    },
  ),
  route(
    {
      method: "get",
      path: "/api/v1/targets",
      scope: "read",
      tag: TAG,
      summary: "Where deployments go",
      description: "The configured targets. Without any, every deployment is a rehearsal on the fake provider.",
      answers: {
        200: {
          description: "The targets",
          schema: z.object({ targets: z.array(targetSchema), rehearsal_only: z.boolean() }),
        },
      },
    },
    (c) => {
      const { targets } = c.get("config");
      return c.json({
        targets: targets.map(({ name, provider }) => ({ name, provider })),
        rehearsal_only: targets.length === 0,
      });
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
async function claimId(c: AppContext, name: string, body_hash: string): Promise<string> {
  const fresh = `${name.slice(0, 40)}-${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
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

function accepted(c: AppContext, answer: DeploymentRecord | Refusal, warnings: string[] = []): Response {
  if ("refused" in answer) throw new Problem("conflict", answer.refused);
  const { id, status, rehearsal } = answer;
  c.header("location", linksOf(id).self);
  return c.json({ deployment_id: id, status, rehearsal, warnings, links: linksOf(id) }, 202);
}

function orUnavailable<T>(result: { ok: true; value: T } | { ok: false; error: string }): T {
  if (result.ok) return result.value;
  throw new Problem("unavailable", result.error, { headers: { "retry-after": "10" } });
}
