import { describe, expect, test } from "vitest";
import type { DeploymentEvent, OperationEvent } from "../../src/deployments/events.ts";
import { byObject, counted, follow, notBegun, type Progress, resourceStates, withPlan } from "../../src/ui/progress.ts";

const status = (status: string, data = ""): DeploymentEvent => ({ type: "status", data, status }) as DeploymentEvent;
const operation = (object: string, kind: string, state: OperationEvent["state"], more: Partial<OperationEvent> = {}) => {
  const [, resource = ""] = /\/([a-z]+)/.exec(object) ?? [];
  return { type: "operation", data: { id: `${object}:${kind}`, object, resource, kind, state, ...more } } as DeploymentEvent;
};
const followAll = (events: DeploymentEvent[], from: Progress = notBegun): Progress =>
  events.reduce((progress, event) => follow(progress, progress.lastId + 1, event), from);

const deployed = followAll([
  status("queued"),
  status("planning"),
  status("running"),
  operation("service/db-1", "create", "started", { cause: "no existing service" }),
  operation("service/db-1", "create", "done", { duration_ms: 12 }),
  { type: "done", data: "complete", status: "succeeded", left_over: [] },
]);

describe("a deployment is told by its event log", () => {
  test("an operation keeps its cause and gets its duration", () => {
    expect(deployed.runs[0]?.operations).toEqual([
      {
        id: "service/db-1:create",
        object: "service/db-1",
        resource: "db",
        kind: "create",
        state: "done",
        cause: "no existing service",
        duration_ms: 12,
      },
    ]);
    expect(deployed.status).toBe("succeeded");
  });

  test("an event that comes a second time after a reconnect changes nothing", () => {
    expect(follow(deployed, 4, operation("service/db-1", "create", "started"))).toBe(deployed);
    expect(follow(deployed, 6, status("running"))).toBe(deployed);
  });

  test("tearing down is a run of its own and leaves the first as it was", () => {
    const gone = followAll([status("deleting"), operation("service/db-1", "delete", "started"), status("deleting")], deployed);
    expect(gone.runs.map(({ goal, operations }) => [goal, operations.length])).toEqual([
      ["running", 1],
      ["deleting", 1],
    ]);
    expect(gone.runs[0]).toBe(deployed.runs[0]);
  });

  test("a failure says why, and what is left over", () => {
    const failed = followAll([
      status("running"),
      operation("service/db-1", "start", "failed", { reason: "No such image.", hint: "Check its name." }),
      { type: "error", data: "db could not be started.", code: "failed", status: "rolled_back", left_over: ["storage/data"] },
    ]);
    expect(failed).toMatchObject({ status: "rolled_back", error: "db could not be started.", leftOver: ["storage/data"] });
    expect(failed.runs[0]?.operations[0]).toMatchObject({ state: "failed", reason: "No such image.", hint: "Check its name." });
    expect(failed.log.map(({ tone }) => tone)).toEqual(["plain", "error", "error"]);
  });

  test("what an operation was troubled by is forgotten once it worked", () => {
    const { runs } = followAll([
      status("running"),
      operation("service/db-1", "start", "retrying", { reason: "Timed out." }),
      operation("service/db-1", "start", "done", { duration_ms: 3 }),
    ]);
    expect(runs[0]?.operations[0]?.reason).toBeUndefined();
  });
});

describe("the plan fills in what was not heard of yet", () => {
  const planned = (id: string, state = "planned") => {
    const [object = "", kind = ""] = id.split(":");
    return { id, object, kind, resource: "db", cause: "why", state };
  };

  test("in the order of the plan, and what was heard stands", () => {
    const begun = followAll([status("running"), operation("service/db-1", "start", "started")]);
    const full = withPlan(begun, [
      planned("service/db-1:create"),
      planned("service/db-1:start"),
      planned("service/db-1:await", "skipped"),
    ]);
    expect(full.runs[0]?.operations.map(({ kind, state }) => [kind, state])).toEqual([
      ["create", "planned"],
      ["start", "working"],
      ["await", "skipped"],
    ]);
    expect(counted(full.runs[0] ?? { goal: "running", operations: [] })).toEqual({ over: 1, all: 3 });
    expect(byObject(full.runs[0] ?? { goal: "running", operations: [] }).map(([object]) => object)).toEqual(["service/db-1"]);
  });

  test("unless it is the plan of another run", () => {
    expect(withPlan(deployed, [planned("service/db-1:delete")])).toBe(deployed);
    expect(withPlan(notBegun, [planned("service/db-1:create")])).toBe(notBegun);
  });
});

test("a resource is as far as its operations are, and trouble is louder than success", () => {
  const { runs: _, ...rest } = notBegun;
  const at = (...states: OperationEvent["state"][]) =>
    resourceStates({
      ...rest,
      runs: followAll([status("running"), ...states.map((state, index) => operation(`service/db-${index}`, "start", state))])
        .runs,
    }).get("db");
  expect(at("done", "done")).toBe("done");
  expect(at("done", "started")).toBe("working");
  expect(at("started", "retrying")).toBe("retrying");
  expect(at("done", "failed", "started")).toBe("failed");
});
