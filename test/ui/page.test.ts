import { expect, test } from "vitest";
import type { Summary } from "../../src/templates/summary.ts";
import { ago, count, duration, money, words } from "../../src/ui/format.ts";
import { alike, type Finding } from "../../src/ui/judgement.ts";
import { hashOf, placeOf } from "../../src/ui/place.ts";
import { chosen } from "../../src/ui/template-filter.ts";

test("an address leads to its page and back", () => {
  expect(placeOf("")).toEqual({ page: "build" });
  expect(placeOf("#/")).toEqual({ page: "build" });
  expect(placeOf("#/templates/")).toEqual({ page: "templates" });
  for (const place of [{ page: "build" }, { page: "templates", id: "a b/c" }, { page: "deployments", id: "x-1" }] as const) {
    expect(placeOf(hashOf(place))).toEqual(place);
  }
});

test("an address that leads nowhere says so, and one that is not encoded is taken as it is", () => {
  expect(placeOf("#/nonsense")).toEqual({ page: "nowhere" });
  expect(placeOf("#/templates/a/b")).toEqual({ page: "nowhere" });
  expect(placeOf("#/templates/100%")).toEqual({ page: "templates", id: "100%" });
});

test("money is shown to the cent in its currency, and what is no number is left alone", () => {
  expect(money("1134.2", "USD")).toBe("$1,134.20");
  expect(money("unknown", "USD")).toBe("unknown");
  expect(money("12.00", "not a currency")).toBe("12.00 not a currency");
});

test("times are told in the unit that fits", () => {
  expect([12, 1250, 61_000].map(duration)).toEqual(["12 ms", "1.3 s", "1 min 1 s"]);
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(ago("2026-01-01T23:59:40Z", now)).toBe("just now");
  expect(ago("2026-01-01T23:50:00Z", now)).toBe("10 minutes ago");
  expect(ago("2025-12-30T00:00:00Z", now)).toBe("3 days ago");
  expect(ago("2026-01-02T00:00:09Z", now)).toBe("just now");
});

test("words read like words", () => {
  expect(words("rolled_back")).toBe("Rolled back");
  expect([count(1, "error"), count(2, "error")]).toEqual(["1 error", "2 errors"]);
});

test("templates pass by category and complexity, in the order a search found them", () => {
  const template = (id: string, category: string, complexity: string) => ({ id, category, complexity }) as Summary;
  const all = [template("a", "web", "simple"), template("b", "web", "medium"), template("c", "data", "simple")];
  const ids = (filter: Partial<Parameters<typeof chosen>[1]>) =>
    chosen(all, { category: undefined, complexity: undefined, found: undefined, ...filter }).map(({ id }) => id);
  expect(ids({})).toEqual(["a", "b", "c"]);
  expect(ids({ category: "web", complexity: "medium" })).toEqual(["b"]);
  expect(ids({ found: ["c", "gone", "a"] })).toEqual(["c", "a"]);
  expect(ids({ found: [] })).toEqual([]);
});

test("findings of one rule are told once, with every resource, but accepted ones apart from open ones", () => {
  const finding = (resource: string, more: Partial<Finding> = {}): Finding => ({
    id: "AIC-1",
    severity: "high",
    resource,
    pointer: `#/${resource}`,
    title: "Runs as root",
    detail: `${resource} runs as root.`,
    fix: "Set a user.",
    ...more,
  });
  const groups = alike([finding("a"), finding("b"), finding("a"), finding("c", { suppressed: { reason: "It has to." } })]);
  expect(groups.map(({ resources, details }) => [resources, details.length])).toEqual([
    [["a", "b"], 2],
    [["c"], 1],
  ]);
});
