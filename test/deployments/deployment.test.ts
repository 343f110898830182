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
  const over = await request(accepted.links.events, { headers: { "last-event-id": String(all.length) } });
  expect(over.status, "an EventSource does not come back after 204").toBe(204);
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

test("tearing down works by the marks on what is there, even when the journal is gone", async () => {
  const accepted = await deploy(webStack());
  await eventsOf(accepted);
  await runInDurableObject(env.DEPLOYMENT.getByName(accepted.deployment_id), (_, { storage }) => {
    for (const table of ["deployment", "revision", "run", "operation"]) storage.sql.exec(`DELETE FROM ${table}`);
  });
  expect((await request(`${accepted.links.self}?delete_data=data`, { method: "DELETE" })).status).toBe(202);
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ type: "done", status: "deleted", left_over: [] });
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

test("the list says where each deployment is while it runs", async () => {
  const accepted = await deploy(fakeBlueprint("visible", { a: { specs: { simulate: { delay_ms: 300 } } } }));
  const listed = async (status: string) => {
    const { deployments } = (await (await request(`/api/v1/deployments?status=${status}`)).json()) as {
      deployments: { deployment_id: string }[];
    };
    return deployments.some(({ deployment_id }) => deployment_id === accepted.deployment_id);
  };
  for await (const { data } of readEvents(await request(accepted.links.events))) {
    if ((data as { kind?: string }).kind === "start") break;
  }
  expect(await listed("running")).toBe(true);
  await eventsOf(accepted);
  await expect.poll(() => listed("succeeded")).toBe(true);
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

const put = (accepted: Accepted, body: unknown) => request(accepted.links.self, { method: "PUT", body: JSON.stringify(body) });
interface PlanBody {
  plan_hash: string;
  text: string;
  operations: unknown[];
  estimate: { total_monthly_cost: string };
  audit: { score: number };
}
const planned = async (body: unknown) => (await (await post("/api/v1/blueprints/plan", body)).json()) as PlanBody;

test("a plan tells what would be done, what it costs and what is risky, and deploying with its hash does exactly that", async () => {
  const blueprint = webStack();
  const plan = await planned(blueprint);
  expect(plan.text).toContain("[1,2] -> #3 service/db-1 create, no existing service");
  expect(plan.operations).toHaveLength(11);
  expect(plan.estimate.total_monthly_cost).toMatch(/^\d+\.\d\d$/);
  expect(plan.audit.score).toBeLessThanOrEqual(100);
  const accepted = await deploy(blueprint, { plan_hash: plan.plan_hash });
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ type: "done", status: "succeeded" });
});

test("an update touches only what changed; the same again is nothing to do", async () => {
  const accepted = await deploy(webStack());
  await eventsOf(accepted);
  const before = await worldOf(accepted.deployment_id);
  const preview = await planned({ blueprint: webStack({ replicas: 3 }), deployment_id: accepted.deployment_id });
  expect(preview.text.split("\n")).toEqual([
    "[] -> #1 service/web-3 create, no existing service",
    "[1] -> #2 service/web-3 start, no existing service",
    "[2] -> #3 service/web-3 await, no existing service",
  ]);
  expect((await put(accepted, { blueprint: webStack({ replicas: 3 }), plan_hash: preview.plan_hash })).status).toBe(202);
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ status: "succeeded" });
  const after = await worldOf(accepted.deployment_id);
  expect(after).toHaveLength(before.length + 1);
  for (const object of before) expect(after).toContainEqual(object);
  await put(accepted, webStack({ replicas: 3 }));
  const events = await eventsOf(accepted);
  expect(events.at(-2)?.data).toBe("Nothing has to be done.");
});

test("an update that fails goes back to the revision that served before", async () => {
  const accepted = await deploy(webStack({ replicas: 1 }));
  await eventsOf(accepted);
  const before = await worldOf(accepted.deployment_id);
  const broken = webStack({ replicas: 1, image: "nginx:broken" });
  const web = broken.resources.find(({ name }) => name === "web");
  Object.assign(web?.specs ?? {}, { simulate: { fail: true } });
  await put(accepted, broken);
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ type: "error", status: "rolled_back", left_over: [] });
  const after = await worldOf(accepted.deployment_id);
  const essence = (objects: FakeObject[]) =>
    objects.map(({ key, hash, state }) => ({ key, hash, state })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  expect(essence(after)).toEqual(essence(before));
});

test("going back to an earlier revision, and only to one that was reached", async () => {
  const accepted = await deploy(webStack({ replicas: 1 }));
  await eventsOf(accepted);
  const none = await post(`${accepted.links.self}/rollback`, {});
  expect(none.status).toBe(409);
  await put(accepted, webStack({ replicas: 3 }));
  await eventsOf(accepted);
  expect((await post(`${accepted.links.self}/rollback?revision=7`, {})).status).toBe(409);
  expect((await post(`${accepted.links.self}/rollback`, {})).status).toBe(202);
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ type: "done", status: "rolled_back" });
  expect((await worldOf(accepted.deployment_id)).map(({ key }) => key)).not.toContain("service/web-3");
  expect(await viewOf(accepted)).toMatchObject({ revision: 1, revisions: [1] });
});

test("drift is what differs from what was deployed, and putting the same again mends it", async () => {
  const accepted = await deploy(webStack({ replicas: 1 }));
  await eventsOf(accepted);
  const refresh = async () =>
    (await (await post(`${accepted.links.self}/refresh`, {})).json()) as { drifted: boolean; text: string };
  expect(await refresh()).toMatchObject({ drifted: false, text: "Nothing to do." });
  await runInDurableObject(env.DEPLOYMENT.getByName(accepted.deployment_id), (_, { storage }) => {
    storage.sql.exec("DELETE FROM fake_object WHERE name = 'shop/service/web-1'");
  });
  expect(await refresh()).toMatchObject({
    drifted: true,
    text: expect.stringContaining("service/web-1 create, no existing service"),
  });
  await put(accepted, webStack({ replicas: 1 }));
  await eventsOf(accepted);
  expect(await refresh()).toMatchObject({ drifted: false });
});

const withSecrets = (name: string): Blueprint => ({
  ...fakeBlueprint(name, {
    db: {
      specs: {
        ...quick,
        image: "postgres:18.6-alpine",
        env: { POSTGRES_PASSWORD: { secret: "db_password" }, LICENSE: { secret: "license" } },
        ports: [{ container: 5432, host: 15432, host_ip: "127.0.0.1" }],
      },
    },
  }),
  secrets: [{ name: "db_password", generate: "password:24" }, { name: "license" }],
  outputs: [
    { name: "url", value: "postgres://app:${secret.db_password}@${target.host}:${db.port.5432}/app" },
    { name: "port", value: "${db.port.5432}" },
  ],
});

test("secrets are made or given, kept sealed, shown once, and in no event, view, plan or table", async () => {
  const missing = await post("/api/v1/blueprints", withSecrets("locked"));
  expect(missing.status).toBe(422);
  expect((await problemOf(missing)).errors[0]).toMatchObject({ pointer: "#/secrets/license", code: "missing_secret" });

  const given = "license-4711-abcdef";
  const accepted = await deploy(withSecrets("locked"), { secrets: { license: given } });
  const events = await eventsOf(accepted);
  expect(events.at(-1)).toMatchObject({ status: "succeeded" });
  type OutputsBody = {
    outputs: { name: string; value?: string; missing?: string }[];
    secrets: { name: string; value?: string }[];
  };
  const outputs = async () => (await (await request(`${accepted.links.self}/outputs`)).json()) as OutputsBody;
  const first = await outputs();
  const password = first.secrets.find(({ name }) => name === "db_password")?.value ?? "";
  expect(password).toMatch(/^[\w-]{24}$/);
  expect(first.secrets).toContainEqual({ name: "license", value: given });
  expect(first.outputs).toContainEqual({ name: "url", value: `postgres://app:${password}@localhost:15432/app` });
  const second = await outputs();
  expect(second.secrets).toEqual([{ name: "db_password" }, { name: "license" }]);
  expect(second.outputs).toContainEqual({ name: "port", value: "15432" });
  expect(second.outputs.find(({ name }) => name === "url")).toMatchObject({
    missing: expect.stringContaining("shown already"),
  });

  const everything = await runInDurableObject(env.DEPLOYMENT.getByName(accepted.deployment_id), (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    return JSON.stringify(
      tables.flatMap(({ name }) => (name.startsWith("_") ? [] : storage.sql.exec(`SELECT * FROM ${name}`).toArray())),
    );
  });
  const plan = await planned({ blueprint: withSecrets("locked"), deployment_id: accepted.deployment_id });
  const view = await (await request(accepted.links.self)).text();
  for (const secret of [password, given]) {
    for (const text of [everything, JSON.stringify(events), JSON.stringify(plan), view]) expect(text).not.toContain(secret);
  }
  expect(plan.text, "the values stay as they are").toBe("Nothing to do.");

  await put(accepted, { blueprint: withSecrets("locked"), secrets: { license: "another-license-0815" } });
  const rotated = await eventsOf(accepted);
  expect(
    doneIds(rotated).filter((id) => id === "service/db-1:create"),
    "another value is another container",
  ).toHaveLength(2);
});

test("a value is shown once: another secret's new value brings only itself", async () => {
  const accepted = await deploy(withSecrets("rotating"), { secrets: { license: "license-one-0001" } });
  await eventsOf(accepted);
  const shown = async () =>
    ((await (await request(`${accepted.links.self}/outputs`)).json()) as { secrets: { name: string; value?: string }[] })
      .secrets;
  expect((await shown()).every(({ value }) => value !== undefined)).toBe(true);
  await put(accepted, { blueprint: withSecrets("rotating"), secrets: { license: "license-two-0002" } });
  await eventsOf(accepted);
  expect(await shown()).toEqual([{ name: "db_password" }, { name: "license", value: "license-two-0002" }]);
  expect(await shown()).toEqual([{ name: "db_password" }, { name: "license" }]);
});

test("a deployment that no tick can carry out ends, and frees its place", async () => {
  const accepted = await deploy(fakeBlueprint("broken", { a: { specs: { simulate: { delay_ms: 2_000 } } } }));
  const stub = env.DEPLOYMENT.getByName(accepted.deployment_id);
  await runInDurableObject(stub, async (deployment, { storage }) => {
    // What a bug or a broken disk would look like: the plan refers to a revision that is gone.
    storage.sql.exec("DELETE FROM revision");
    for (let tick = 0; tick < 12; tick++) await deployment.alarm();
  });
  await abortAllDurableObjects();
  await runInDurableObject(env.DEPLOYMENT.getByName(accepted.deployment_id), async (deployment) => {
    for (let tick = 0; tick < 12; tick++) await deployment.alarm();
  });
  expect(await viewOf(accepted)).toMatchObject({ status: "failed", error: expect.stringContaining("again and again") });
});

test("where callers are told apart, secrets are refused without a key of the operator's", async () => {
  const settings = { API_TOKENS: "me:admin:0123456789abcdef" };
  const body = JSON.stringify({ blueprint: withSecrets("keyless"), secrets: { license: "x" } });
  const refused = await request(
    "/api/v1/blueprints",
    { method: "POST", body, headers: { authorization: "Bearer 0123456789abcdef" } },
    settings,
  );
  expect(refused.status).toBe(422);
  expect((await problemOf(refused)).detail).toContain("SECRETS_KEY");
});

test("an open critical finding blocks a deployment until it is accepted with a reason", async () => {
  const privileged = {
    version: "1.0",
    name: "risky",
    resources: [{ type: "service", name: "agent", provider: "docker", specs: { image: "busybox:1.37.0", privileged: true } }],
  };
  const blocked = await post("/api/v1/blueprints", privileged);
  expect(blocked.status).toBe(422);
  const problem = await problemOf(blocked);
  expect(problem.type).toBe("urn:ai-cdn:problem:audit-blocked");
  const [finding] = problem.errors;
  expect(finding?.pointer).toMatch(/^#\/resources\/0/);
  const accepted = {
    ...privileged,
    metadata: { audit_ignore: [{ rule: finding?.code, resource: "agent", reason: "it loads kernel modules on a lab host" }] },
  };
  const response = await post("/api/v1/blueprints", accepted);
  expect(response.status).toBe(202);
  running.add(((await response.json()) as Accepted).links.events);
});

test("hundreds of watchers see the same log, each to its end", async () => {
  const accepted = await deploy(webStack());
  const logs = await Promise.all(Array.from({ length: 200 }, () => eventsOf(accepted)));
  const [first] = logs;
  expect(first?.at(-1)?.type).toBe("done");
  for (const log of logs) expect(log).toEqual(first);
});

test("asking for outputs while something new is under way neither undoes it nor uses up values nobody has seen", async () => {
  const accepted = await deploy(withSecrets("asked"), { secrets: { license: "license-4711-abcdef" } });
  await eventsOf(accepted);
  const outputs = () => request(`${accepted.links.self}/outputs`);
  const secret = "another-license-0815";
  const [early, updated] = await Promise.all([
    outputs(),
    put(accepted, { blueprint: withSecrets("asked"), secrets: { license: secret } }),
  ]);
  expect(updated.status).toBe(202);
  expect([200, 409]).toContain(early.status);
  await early.text();
  expect((await outputs()).status).toBe(409);
  const events = await eventsOf(accepted);
  expect(
    doneIds(events).filter((id) => id === "service/db-1:create"),
    "the update was carried out",
  ).toHaveLength(2);
  expect(await (await outputs()).json()).toMatchObject({ secrets: [{}, { name: "license", value: secret }] });
});

test("of those who ask for outputs at once, one is shown the secrets", async () => {
  const accepted = await deploy(withSecrets("raced"), { secrets: { license: "license-4711-abcdef" } });
  await eventsOf(accepted);
  expect((await request(`${accepted.links.self}/outputs`, { method: "HEAD" })).status, "shown to nobody").toBe(405);
  const texts = await Promise.all([1, 2, 3].map(async () => (await request(`${accepted.links.self}/outputs`)).text()));
  expect(texts.filter((text) => text.includes("license-4711-abcdef"))).toHaveLength(1);
});

test("an update with a new secret can be approved by its plan", async () => {
  const accepted = await deploy(fakeBlueprint("later", { db: { specs: quick } }));
  await eventsOf(accepted);
  const blueprint: Blueprint = {
    ...fakeBlueprint("later", { db: { specs: { ...quick, env: { KEY: { secret: "key" } } } } }),
    secrets: [{ name: "key", generate: "password:24" }],
  };
  const { plan_hash } = await planned({ blueprint, deployment_id: accepted.deployment_id });
  expect((await put(accepted, { blueprint, plan_hash })).status).toBe(202);
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ type: "done", status: "succeeded" });
});

test("a refused plan still says what is there", async () => {
  const accepted = await deploy(fakeBlueprint("there", { a: { specs: quick } }));
  await eventsOf(accepted);
  await put(accepted, { blueprint: fakeBlueprint("there", { b: { specs: quick } }), plan_hash: "0".repeat(64) });
  await eventsOf(accepted);
  expect(await viewOf(accepted)).toMatchObject({ status: "failed", left_over: ["service/a-1"] });
});

test("a deployment that was asked for something new is not forgotten", async () => {
  const accepted = await deploy(fakeBlueprint("kept", { a: { specs: { simulate: { delay_ms: 300 } } } }));
  expect(await env.DEPLOYMENT.getByName(accepted.deployment_id).forget()).toBe(false);
  expect((await eventsOf(accepted)).at(-1)).toMatchObject({ type: "done", status: "succeeded" });
});
