import { expect, test } from "vitest";
import type { Operation } from "../../src/deployments/plan.ts";
import {
  apply,
  decide,
  MAX_ATTEMPTS,
  OPERATION_DEADLINE_MS,
  type Run,
  type RunEvent,
  settle,
  startRun,
} from "../../src/deployments/step.ts";
import type { ProviderError } from "../../src/providers/provider.ts";

const operation = (id: string, ...depends_on: string[]): Operation => ({
  id,
  kind: "create",
  resource: id,
  object: id,
  provider: "fake",
  cause: "test",
  depends_on,
});
const transient: ProviderError = { class: "transient", message: "passing" };
const permanent: ProviderError = { class: "invalid", message: "wrong" };

const after = (run: Run, ...events: RunEvent[]) => events.reduce(apply, run);
const begun = (id: string, now = 0): RunEvent => ({ type: "begun", id, now });
const done = (id: string, now = 0): RunEvent => ({ type: "answered", id, now, outcome: { status: "done" } });
const failed = (id: string, error: ProviderError, now = 0, chance = 1): RunEvent => ({
  type: "failed",
  id,
  now,
  error,
  chance,
});
const ids = (operations: { id: string }[]) => operations.map(({ id }) => id);
const statusOf = (run: Run, id: string) => run.operations.find((entry) => entry.id === id)?.status;

test("independent operations are due together, up to the limit; dependants when what they wait for is done", () => {
  const run = startRun([operation("a"), operation("b"), operation("c"), operation("d", "a", "b")]);
  expect(ids(decide(run, 0, 10).begin)).toEqual(["a", "b", "c"]);
  expect(ids(decide(run, 0, 2).begin)).toEqual(["a", "b"]);
  const later = after(run, begun("a"), begun("b"), done("a"));
  expect(ids(decide(later, 0, 10).begin)).toEqual(["c"]);
  expect(ids(decide(after(later, done("b")), 0, 10).begin)).toEqual(["c", "d"]);
  expect(ids(decide(after(later, begun("c")), 0, 2).begin), "two are in flight").toEqual([]);
});

test("a run is settled when all is done, and not before", () => {
  const run = after(startRun([operation("a"), operation("b", "a")]), begun("a"), done("a"), begun("b"));
  expect(decide(run, 0, 5).settled).toBeUndefined();
  expect(decide(after(run, done("b")), 0, 5).settled).toBe("succeeded");
  expect(decide(startRun([]), 0, 5).settled).toBe("succeeded");
});

test("a passing fault is tried again after a growing, spread pause, and fails for good after the last attempt", () => {
  let run = startRun([operation("a")]);
  const pauses: number[] = [];
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
    run = after(run, begun("a"), failed("a", transient));
    const { wake_at = 0, begin } = decide(run, 0, 5);
    expect(begin, "not before its time").toEqual([]);
    expect(ids(decide(run, wake_at, 5).begin)).toEqual(["a"]);
    pauses.push(wake_at);
  }
  expect(pauses).toEqual(pauses.toSorted((x, y) => x - y));
  expect(new Set(pauses).size).toBeGreaterThan(2);
  run = after(run, begun("a"), failed("a", transient));
  expect(statusOf(run, "a")).toBe("failed");
  const half = after(startRun([operation("a")]), begun("a"), failed("a", transient, 0, 0.5));
  expect(decide(half, 0, 5).wake_at).toBeLessThan(pauses[0] ?? 0);
});

test("a pause that the provider asks for is kept", () => {
  const run = after(startRun([operation("a")]), begun("a"), failed("a", { ...transient, retry_after_ms: 9_000 }, 0, 0));
  expect(decide(run, 8_999, 5).begin).toEqual([]);
  expect(ids(decide(run, 9_000, 5).begin)).toEqual(["a"]);
});

test("after a failure for good nothing new is begun, what is in flight is settled, the rest is skipped", () => {
  const run = after(
    startRun([operation("a"), operation("b"), operation("c", "a")]),
    begun("a"),
    begun("b"),
    failed("a", permanent),
  );
  const decision = decide(run, 0, 5);
  expect(decision).toMatchObject({ begin: [], look: [] });
  expect(decision.settled).toBeUndefined();
  const ended = after(run, done("b"));
  expect(decide(ended, 0, 5).settled).toBe("failed");
  expect(statusOf(settle(ended), "c")).toBe("skipped");
});

test("cancelling stops new work and settles what is in flight, polls included", () => {
  const pending: RunEvent = { type: "answered", id: "a", now: 0, outcome: { status: "pending", poll_in_ms: 100 } };
  const run = after(startRun([operation("a"), operation("b", "a")]), begun("a"), pending, { type: "cancelled" });
  expect(decide(run, 50, 5)).toMatchObject({ begin: [], wake_at: 100 });
  expect(ids(decide(run, 100, 5).ask)).toEqual(["a"]);
  expect(decide(after(run, done("a", 101)), 101, 5).settled).toBe("cancelled");
});

test("asking about a pending operation is no new attempt, and keeps its handle", () => {
  const pending: RunEvent = {
    type: "answered",
    id: "a",
    now: 0,
    outcome: { status: "pending", poll_in_ms: 1, handle: "task-7" },
  };
  const run = after(startRun([operation("a")]), begun("a"), pending);
  expect(decide(run, 0, 5)).toMatchObject({ begin: [], ask: [], wake_at: 1 });
  expect(decide(run, 1, 5).ask).toMatchObject([{ attempt: 1, handle: "task-7", status: "waiting" }]);
  expect(
    after(run, { ...pending, now: 1, outcome: { status: "pending", poll_in_ms: 1 } } as RunEvent).operations[0]?.handle,
  ).toBe("task-7");
});

test("an operation that stays pending past its deadline has failed", () => {
  const pending = (now: number): RunEvent => ({
    type: "answered",
    id: "a",
    now,
    outcome: { status: "pending", poll_in_ms: 1 },
  });
  const run = after(startRun([operation("a")]), begun("a"), pending(0), pending(OPERATION_DEADLINE_MS + 1));
  expect(statusOf(run, "a")).toBe("failed");
});

test("what was running when the process died is looked for, never repeated blindly", () => {
  const run = after(startRun([operation("a"), operation("b")]), begun("a"), { type: "interrupted" });
  const decision = decide(run, 0, 5);
  expect(ids(decision.look)).toEqual(["a"]);
  expect(ids(decision.begin)).toEqual(["b"]);
  expect(statusOf(after(run, { type: "looked", id: "a", now: 0, sighting: "done" }), "a")).toBe("done");
  const again = after(run, { type: "looked", id: "a", now: 0, sighting: "not-done" });
  expect(ids(decide(again, 0, 5).begin)).toContain("a");
});

test("when looking fails too, it is looked for again, and given up after the attempts of any operation", () => {
  let run = after(startRun([operation("a")]), begun("a"), failed("a", { class: "unknown-outcome", message: "596" }));
  expect(ids(decide(run, 1e9, 5).look)).toEqual(["a"]);
  let looks = 0;
  for (; statusOf(run, "a") === "unknown"; looks++) {
    expect(decide(run, 1e9, 5).begin).toEqual([]);
    run = after(run, failed("a", transient));
  }
  expect(statusOf(run, "a")).toBe("failed");
  expect(looks).toBe(MAX_ATTEMPTS - 1);
});

test("an event leaves the operations it is not about as the same objects", () => {
  const run = startRun([operation("a"), operation("b")]);
  expect(apply(run, begun("a")).operations[1]).toBe(run.operations[1]);
});
