import { abortAllDurableObjects, evictAllDurableObjects, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { type DeploymentEvent, deploymentEventSchema } from "../../src/deployments/events.ts";
import type { FakeObject } from "../../src/providers/fake/world.ts";
import { fakeBlueprint, webStack } from "../support/blueprints.ts";
import { allEvents, type ReadEvent, readEvents } from "../support/events.ts";
import { post, problemOf, request } from "../support/request.ts";

interface Accepted {
  deployment_id: string;
  status: string;
  rehearsal: boolean;
  warnings: string[];
  links: { self: string; events: string };
}

const running = new Set<string>();

async function deploy(blueprint: Blueprint, options: object = {}, init: RequestInit = {}): Promise<Accepted> {
  const response = await post("/api/v1/blueprints", { blueprint, ...options }, init);
  expect(response.status).toBe(202);
  const accepted = (await response.json()) as Accepted;
  expect(response.headers.get("location")).toBe(accepted.links.self);
  running.add(accepted.links.events);
  return accepted;
}

const eventsOf = async ({ links }: Accepted, last = 0) =>
  allEvents(await request(links.events, { headers: last === 0 ? {} : { "last-event-id": String(last) } }));
const viewOf = async ({ links }: Accepted) =>
  (await (await request(links.self)).json()) as {
    status: string;
    left_over: string[];
    error?: string;
    operations: { id: string; state: string }[];
  };
const doneIds = (events: ReadEvent[]) =>
  events.flatMap(({ type, data }) =>
    type === "operation" && (data as { state: string }).state === "done" ? [(data as { id: string }).id] : [],
  );

function worldOf(id: string): Promise<FakeObject[]> {
  return runInDurableObject(env.DEPLOYMENT.getByName(id), (_, { storage }) =>
    storage.sql
      .exec<{ object: string }>("SELECT object FROM fake_object")
      .toArray()
      .map(({ object }) => JSON.parse(object) as FakeObject)
      .filter(({ created }) => created > 0),
  );
}

/** No alarm of one test may fire in the next. */
afterEach(async () => {
  await Promise.all([...running].map(async (events) => allEvents(await request(events))));
  running.clear();
});

const quick = { simulate: { delay_ms: 0 } };

test("a deployment creates each object once, dependencies healthy before dependants start, and tells it without gaps", async () => {
  const accepted = await deploy(webStack());
  const events = await eventsOf(accepted);
  for (const { id: _, ...event } of events) expect(deploymentEventSchema.safeParse(event).error).toBeUndefined();
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  const order = doneIds(events);
  expect(new Set(order).size).toBe(order.length);
  const started = events.findIndex(({ data }) => (data as { id?: string; state?: string }).id === "service/web-1:start");
  const healthy = events.findIndex(({ data }) => {
    const operation = data as { id?: string; state?: string };
    return operation.id === "service/db-1:await" && operation.state === "done";
  });
  expect(healthy).toBeGreaterThan(-1);
  expect(healthy).toBeLessThan(started);
  expect(events.at(-1)).toMatchObject({ type: "done", data: "complete", status: "succeeded" });
  const world = await worldOf(accepted.deployment_id);
  expect(world.map(({ key }) => key).toSorted()).toEqual([
    "network/back",
    "service/db-1",
    "service/web-1",
    "service/web-2",
    "storage/data",
  ]);
  expect(world.every(({ created }) => created === 1)).toBe(true);
});

test("events go on after Last-Event-ID, with nothing repeated and nothing missing", async () => {
  const accepted = await deploy(webStack());
  const all = await eventsOf(accepted);
  for (const last of [1, 7, all.length - 1]) expect(await eventsOf(accepted, last)).toEqual(all.slice(last));
  expect(await eventsOf(accepted, all.length)).toEqual([]);
  const response = await request(accepted.links.events, { headers: { "last-event-id": "seven" } });
  expect(response.status).toBe(422);
  expect((await problemOf(response)).errors[0]?.in).toBe("header");
});

test("the headers of the event stream keep it unbuffered", async () => {
  const accepted = await deploy(fakeBlueprint("one", { a: { specs: quick } }));
  const response = await request(accepted.links.events);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
  await allEvents(response);
});

test("a passing fault is retried and told with its reason", async () => {
  const accepted = await deploy(fakeBlueprint("flaky", { a: { specs: { simulate: { delay_ms: 0, fail_times: 2 } } } }));
  const events = await eventsOf(accepted);
  const retries = events.filter(({ data }) => (data as { state?: string }).state === "retrying");
  expect(retries).toHaveLength(2);
  expect(retries[0]?.data).toMatchObject({ id: "service/a-1:start", reason: expect.stringContaining("this time") });
  expect(events.at(-1)).toMatchObject({ type: "done", status: "succeeded" });
});

const doomed = (name: string) =>
  fakeBlueprint(name, {
    net: { type: "network", specs: quick },
    a: { specs: { ...quick, networks: ["net"] } },
    b: { specs: { simulate: { delay_ms: 0, fail: true } }, dependencies: ["a"] },
    c: { specs: quick, dependencies: ["b"] },
  });

test("a failure for good rolls back to what was there before: nothing", async () => {
  const accepted = await deploy(doomed("doomed"));
  const events = await eventsOf(accepted);
  expect(events.at(-1)).toMatchObject({ type: "error", status: "rolled_back", left_over: [] });
  expect(String(events.at(-1)?.data)).toContain("service/b-1 could not start: service/b-1 was told to fail.");
  expect(await worldOf(accepted.deployment_id)).toEqual([]);
  const removals = doneIds(events).filter((id) => id.endsWith(":delete"));
  expect(removals.indexOf("service/a-1:delete")).toBeLessThan(removals.indexOf("network/net:delete"));
  expect((await viewOf(accepted)).status).toBe("rolled_back");
});

test("with on_failure keep, what was made stays and is listed", async () => {
  const accepted = await deploy(doomed("kept"), { on_failure: "keep" });
  const last = (await eventsOf(accepted)).at(-1);
  expect(last).toMatchObject({ type: "error", status: "failed" });
  expect(last?.["left_over"]).toEqual(expect.arrayContaining(["network/net", "service/a-1", "service/b-1"]));
  expect((await worldOf(accepted.deployment_id)).map(({ key }) => key)).toContain("service/a-1");
  expect((await viewOf(accepted)).operations.find(({ id }) => id === "service/c-1:start")?.state).toBe("skipped");
});

test("cancelling begins nothing new, settles, and tells what is there", async () => {
  const slow = fakeBlueprint("slow", {
    a: { specs: { simulate: { delay_ms: 30 } } },
    c: { specs: quick, dependencies: ["a"] },
    d: { specs: quick, dependencies: ["c"] },
  });
  const accepted = await deploy(slow);
  for await (const { data } of readEvents(await request(accepted.links.events))) {
    if ((data as { id?: string }).id === "service/a-1:start") break;
  }
  expect((await post(`${accepted.links.self}/cancel`, {})).status).toBe(202);
  const events = await eventsOf(accepted);
  expect(events.at(-1)).toMatchObject({ type: "done", status: "cancelled" });
  expect(doneIds(events)).not.toContain("service/d-1:start");
  const left = (events.at(-1) as { left_over?: string[] } | undefined)?.left_over ?? [];
  expect(left.toSorted()).toEqual((await worldOf(accepted.deployment_id)).map(({ key }) => key).toSorted());
  const again = await post(`${accepted.links.self}/cancel`, {});
  expect(again.status).toBe(409);
  expect((await problemOf(again)).detail).toContain("cancelled already");
});

test("tearing down removes all it owns but data that was not named, and the stream has one end", async () => {
  const accepted = await deploy(webStack());
  await eventsOf(accepted);
  expect((await request(accepted.links.self, { method: "DELETE" })).status).toBe(202);
  const events = await eventsOf(accepted);
  expect(events.filter(({ type }) => type === "done" || type === "error")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ type: "done", status: "deleted", left_over: ["storage/data"] });
  expect((await worldOf(accepted.deployment_id)).map(({ key }) => key)).toEqual(["storage/data"]);
  expect((await request(accepted.links.self, { method: "DELETE" })).status).toBe(409);
});

test("tearing down takes the data that was named", async () => {
  const accepted = await deploy(webStack());
  await eventsOf(accepted);
  await request(`${accepted.links.self}?delete_data=data`, { method: "DELETE" });
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ status: "deleted", left_over: [] });
  expect(await worldOf(accepted.deployment_id)).toEqual([]);
});

test("the objects may be evicted or aborted at any time: the deployment ends as if nothing had been", async () => {
  const accepted = await deploy(
    fakeBlueprint(
      "stubborn",
      Object.fromEntries(
        Array.from({ length: 6 }, (_, index) => [
          `s${index}`,
          { specs: { simulate: { delay_ms: 40 } }, dependencies: index === 0 ? [] : [`s${index - 1}`] },
        ]),
      ),
    ),
  );
  for (let round = 0; round < 5; round++) {
    await scheduler.wait(60 + 40 * round);
    if (round % 2 === 0) await abortAllDurableObjects();
    else await evictAllDurableObjects();
    // Asking for it brings it back, as its alarm would.
    await request(accepted.links.self);
  }
  const events = await eventsOf(accepted);
  expect(events.at(-1)).toMatchObject({ type: "done", status: "succeeded" });
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  expect(doneIds(events).toSorted()).toEqual([...new Set(doneIds(events))].toSorted());
  const world = await worldOf(accepted.deployment_id);
  expect(world).toHaveLength(6);
  expect(world.every(({ created, state }) => created === 1 && state === "healthy")).toBe(true);
});

test("an Idempotency-Key makes the same request the same deployment, and another request a conflict", async () => {
  const init = { headers: { "idempotency-key": "release-7" } };
  const blueprint = fakeBlueprint("once", { a: { specs: quick } });
  const first = await deploy(blueprint, {}, init);
  expect((await deploy(blueprint, {}, init)).deployment_id).toBe(first.deployment_id);
  const other = await post("/api/v1/blueprints", { ...blueprint, name: "twice" }, init);
  expect(other.status).toBe(409);
  expect((await deploy(blueprint)).deployment_id).not.toBe(first.deployment_id);
});

test("more deployments than may run at once wait in line, are told their number, and all get their turn", async () => {
  const slow = (index: number) => fakeBlueprint(`queued-${index}`, { a: { specs: { simulate: { delay_ms: 60 } } } });
  const accepted = await Promise.all(Array.from({ length: 7 }, (_, index) => deploy(slow(index))));
  const logs = await Promise.all(accepted.map((one) => eventsOf(one)));
  expect(logs.every((events) => events.at(-1)?.["status"] === "succeeded")).toBe(true);
  const waited = logs.filter((events) => events.some((event) => event["position"] !== undefined));
  expect(waited.length).toBeGreaterThanOrEqual(3);
});

test("deployments are listed newest first, by status, page by page", async () => {
  const names = ["list-a", "list-b", "list-c"];
  for (const name of names) await eventsOf(await deploy(fakeBlueprint(name, { a: { specs: quick } })));
  type Page = { deployments: { name: string; status: string; created_at: string }[]; next_cursor?: string };
  const page = async (query: string) => (await (await request(`/api/v1/deployments?${query}`)).json()) as Page;
  const first = await page("status=succeeded&limit=2");
  expect(first.deployments.map(({ name }) => name)).toEqual(["list-c", "list-b"]);
  const second = await page(`status=succeeded&limit=2&cursor=${first.next_cursor}`);
  expect(second.deployments[0]?.name).toBe("list-a");
  expect((await page("status=deleting")).deployments).toEqual([]);
  expect((await request("/api/v1/deployments?status=donw")).status).toBe(422);
});

test("a blueprint with problems is refused with all of them, and nothing is made", async () => {
  const before = (await listDurableObjectIds(env.DEPLOYMENT)).length;
  const bad = {
    version: "1.0",
    name: "Bad Name",
    resources: [{ type: "service", name: "a", provider: "docker", specs: {}, dependencies: ["b"] }],
  };
  const response = await post("/api/v1/blueprints", { blueprint: bad, on_failure: "explode" });
  expect(response.status).toBe(422);
  const problem = await problemOf(response);
  expect(problem.type).toBe("urn:ai-cdn:problem:invalid-blueprint");
  expect(problem.errors.map(({ pointer }) => pointer)).toEqual(
    expect.arrayContaining([
      "#/on_failure",
      "#/blueprint/name",
      "#/blueprint/resources/0/specs/image",
      "#/blueprint/resources/0/dependencies/0",
    ]),
  );
  expect((await listDurableObjectIds(env.DEPLOYMENT)).length).toBe(before);
});

test("without any target a deployment is a rehearsal that names the setting; with one, a provider without a target is refused", async () => {
  const docker = {
    version: "1.0",
    name: "real",
    resources: [{ type: "service", name: "web", provider: "docker", specs: { image: "nginx:1.30.4-alpine" } }],
  };
  const rehearsed = (await (await post("/api/v1/blueprints", docker)).json()) as Accepted;
  running.add(rehearsed.links.events);
  expect(rehearsed.rehearsal).toBe(true);
  expect(rehearsed.warnings.join()).toContain("TARGETS");

  const targets = { TARGETS: '[{"name":"stage","provider":"fake"}]' };
  const refused = await request("/api/v1/blueprints", { method: "POST", body: JSON.stringify(docker) }, targets);
  expect(refused.status).toBe(422);
  const problem = await problemOf(refused);
  expect(problem.type).toBe("urn:ai-cdn:problem:no-target");
  expect(problem.errors[0]).toMatchObject({ pointer: "#/resources/0/provider", code: "no_target" });
  const asked = await request("/api/v1/blueprints?provider=fake", { method: "POST", body: JSON.stringify(docker) }, targets);
  expect(asked.status).toBe(202);
  running.add(((await asked.json()) as Accepted).links.events);
});

test("a plan that was approved and no longer fits is refused before anything is done", async () => {
  const accepted = await deploy(fakeBlueprint("approved", { a: { specs: quick } }), { plan_hash: "0".repeat(64) });
  const events = await eventsOf(accepted);
  expect(events.at(-1)).toMatchObject({
    type: "error",
    code: "plan-changed",
    status: "failed",
  } satisfies Partial<DeploymentEvent>);
  expect(await worldOf(accepted.deployment_id)).toEqual([]);
});
