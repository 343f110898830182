import { expect, test } from "vitest";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { objectsOf } from "../../src/deployments/objects.ts";
import { type Plan, plan, printPlan } from "../../src/deployments/plan.ts";
import { FakeProvider } from "../../src/providers/fake/provider.ts";
import { MemoryWorld } from "../../src/providers/fake/world.ts";
import type { ObservedObject } from "../../src/providers/provider.ts";
import { fakeBlueprint, webStack } from "../support/blueprints.ts";

const { lifecycle } = new FakeProvider(new MemoryWorld(), { now: () => 0, wait: () => Promise.resolve() });

/** The world after a blueprint was deployed completely. */
function deployed(blueprint: Blueprint): ObservedObject[] {
  return objectsOf(blueprint).map(({ key, type, resource, hash }) => ({
    key,
    type,
    resource,
    hash,
    state: type === "network" || type === "storage" ? "created" : "healthy",
    ...(type === "storage" ? { holds_data: true } : {}),
  }));
}

function planFor(
  wanted: Blueprint | undefined,
  before?: Blueprint,
  observed = before ? deployed(before) : [],
  delete_data: string[] = [],
): Plan {
  return plan({
    desired: wanted ? objectsOf(wanted) : [],
    previous: before ? objectsOf(before) : [],
    observed,
    lifecycles: { fake: lifecycle },
    delete_data,
  });
}

const lines = (text: string) => text.trim().replace(/^ +/gm, "");

test("from nothing: networks and volumes first, starts wait for healthy dependencies", () => {
  expect(printPlan(planFor(webStack()))).toBe(
    lines(`
      [] -> #1 network/back create, no existing network
      [] -> #2 storage/data create, no existing storage
      [1,2] -> #3 service/db-1 create, no existing service
      [3] -> #4 service/db-1 start, no existing service
      [4] -> #5 service/db-1 await, no existing service
      [1] -> #6 service/web-1 create, no existing service
      [6,5] -> #7 service/web-1 start, no existing service
      [7] -> #8 service/web-1 await, no existing service
      [1] -> #9 service/web-2 create, no existing service
      [9,5] -> #10 service/web-2 start, no existing service
      [10] -> #11 service/web-2 await, no existing service`),
  );
});

test("the same blueprint again is an empty plan", () => {
  expect(printPlan(planFor(webStack(), webStack()))).toBe("Nothing to do.");
});

test("one more replica touches none of those there", () => {
  expect(printPlan(planFor(webStack({ replicas: 3 }), webStack()))).toBe(
    lines(`
      [] -> #1 service/web-3 create, no existing service
      [1] -> #2 service/web-3 start, no existing service
      [2] -> #3 service/web-3 await, no existing service`),
  );
});

test("one replica less removes the last", () => {
  expect(printPlan(planFor(webStack({ replicas: 1 }), webStack()))).toBe(
    lines(`
      [] -> #1 service/web-2 stop, no longer wanted
      [1] -> #2 service/web-2 delete, no longer wanted (destroys service/web-2)`),
  );
});

test("more memory is given in place", () => {
  expect(printPlan(planFor(webStack({ memory_mb: 512 }), webStack()))).toBe(
    lines(`
      [] -> #1 service/web-1 update, changed: memory_mb
      [] -> #2 service/web-2 update, changed: memory_mb`),
  );
});

test("another image is another container, and says what it destroys", () => {
  expect(printPlan(planFor(webStack({ image: "nginx:1.31.4-alpine", replicas: 1 }), webStack({ replicas: 1 })))).toBe(
    lines(`
      [] -> #1 service/web-1 stop, changed: image
      [1] -> #2 service/web-1 delete, changed: image (destroys service/web-1 as it is now)
      [2] -> #3 service/web-1 create, changed: image
      [3] -> #4 service/web-1 start, changed: image
      [4] -> #5 service/web-1 await, changed: image`),
  );
});

test("teardown goes backwards and leaves data that was not named", () => {
  const text = printPlan(planFor(undefined, webStack({ replicas: 1 })));
  expect(text).toBe(
    lines(`
      [6] -> #1 network/back delete, no longer wanted (destroys network/back)
      [5] -> #2 service/db-1 stop, no longer wanted
      [2] -> #3 service/db-1 delete, no longer wanted (destroys service/db-1)
      [] -> #4 service/web-1 stop, no longer wanted
      [4] -> #5 service/web-1 delete, no longer wanted (destroys service/web-1)
      left: storage/data holds data`).replace("[6]", "[3,5]"),
  );
});

test("data that was named goes with the rest, last of all", () => {
  const made = planFor(undefined, webStack({ replicas: 1 }), undefined, ["data"]);
  const removal = made.operations.find(({ object }) => object === "storage/data");
  expect(removal).toMatchObject({ kind: "delete", destroys: "the data of data", depends_on: ["service/db-1:delete"] });
  expect(made.left_over).toEqual([]);
});

test("teardown works from the marks alone, when nothing is known of what was wanted", () => {
  const observed = deployed(webStack({ replicas: 1 }));
  const made = planFor(undefined, undefined, observed, ["data"]);
  const order = (object: string) => made.operations.find(({ id }) => id === `${object}:delete`)?.depends_on;
  expect(order("network/back")?.toSorted()).toEqual(["service/db-1:delete", "service/web-1:delete"]);
  expect(order("storage/data")?.toSorted()).toEqual(["service/db-1:delete", "service/web-1:delete"]);
});

test("what stopped is started again, and what was created but never started goes on from there", () => {
  const observed = deployed(webStack({ replicas: 1 })).map((object) =>
    object.key === "service/web-1" ? { ...object, state: "stopped" as const } : object,
  );
  expect(printPlan(planFor(webStack({ replicas: 1 }), webStack({ replicas: 1 }), observed))).toBe(
    lines(`
      [] -> #1 service/web-1 start, it is stopped
      [1] -> #2 service/web-1 await, it is stopped`),
  );
});

test("the hash of a plan is the same for the same world and wish, and another for any other", () => {
  const hash = planFor(webStack()).plan_hash;
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(planFor(webStack()).plan_hash).toBe(hash);
  expect(planFor(webStack({ replicas: 3 })).plan_hash).not.toBe(hash);
  expect(planFor(webStack(), webStack()).plan_hash).not.toBe(hash);
  expect(planFor(webStack({ image: "evil.example/nginx:1" })).plan_hash, "made from something else").not.toBe(hash);
});

test("the order in which a document is written changes nothing", () => {
  const one = fakeBlueprint("a", { x: { specs: { cpu: 1, memory_mb: 64 } } });
  const other = fakeBlueprint("a", { x: { specs: { memory_mb: 64, cpu: 1 } } });
  expect(planFor(other, one).operations).toEqual([]);
});

const app = (specs: object, dependencies: string[] = []) =>
  fakeBlueprint("app", { cache: { specs: { image: "cache:1" } }, web: { specs: { image: "web:1", ...specs }, dependencies } });

test("another environment or another port is another container", () => {
  const before = app({ env: { MODE: "a" }, ports: [{ container: 80, host: 8080 }] });
  const replaced = (cause: string) =>
    lines(`
      [] -> #1 service/web-1 stop, ${cause}
      [1] -> #2 service/web-1 delete, ${cause} (destroys service/web-1 as it is now)
      [2] -> #3 service/web-1 create, ${cause}
      [3] -> #4 service/web-1 start, ${cause}
      [4] -> #5 service/web-1 await, ${cause}`);
  const otherEnv = app({ env: { MODE: "b" }, ports: [{ container: 80, host: 8080 }] });
  expect(printPlan(planFor(otherEnv, before))).toBe(replaced("changed: env"));
  const otherPort = app({ env: { MODE: "a" }, ports: [{ container: 80, host: 9090 }] });
  expect(printPlan(planFor(otherPort, before))).toBe(replaced("changed: ports"));
});

test("a resource with another name is another resource", () => {
  const renamed = fakeBlueprint("app", { cache: { specs: { image: "cache:1" } }, site: { specs: { image: "web:1" } } });
  expect(printPlan(planFor(renamed, app({})))).toBe(
    lines(`
      [] -> #1 service/web-1 stop, no longer wanted
      [1] -> #2 service/web-1 delete, no longer wanted (destroys service/web-1)
      [] -> #3 service/site-1 create, no existing service
      [3] -> #4 service/site-1 start, no existing service
      [4] -> #5 service/site-1 await, no existing service`),
  );
});

test("a resource that is left out is removed", () => {
  expect(printPlan(planFor(fakeBlueprint("app", { cache: { specs: { image: "cache:1" } } }), app({})))).toBe(
    lines(`
      [] -> #1 service/web-1 stop, no longer wanted
      [1] -> #2 service/web-1 delete, no longer wanted (destroys service/web-1)`),
  );
});

test("a new dependency between what runs already is nothing to do, and orders what is started later", () => {
  expect(printPlan(planFor(app({}, ["cache"]), app({})))).toBe("Nothing to do.");
  const observed = deployed(app({})).map((object) => ({ ...object, state: "stopped" as const }));
  expect(printPlan(planFor(app({}, ["cache"]), app({}), observed))).toBe(
    lines(`
      [] -> #1 service/cache-1 start, it is stopped
      [1] -> #2 service/cache-1 await, it is stopped
      [2] -> #3 service/web-1 start, it is stopped
      [3] -> #4 service/web-1 await, it is stopped`),
  );
});
