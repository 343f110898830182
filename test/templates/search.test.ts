import { expect, test } from "vitest";
import { bundled } from "../../src/templates/catalogue.ts";
import { searchTemplates } from "../../src/templates/search.ts";
import { type Summary, summarize } from "../../src/templates/summary.ts";

const summaries = Object.entries(bundled).map(([id, template]): Summary => ({ id, ...summarize(template), source: "bundled" }));
const ids = (query: string, limit = 10) => searchTemplates(summaries, query, limit).map(({ id }) => id);

test.each([
  ["kubernetes", "microservices-k8s"],
  ["kuberntes", "microservices-k8s"],
  ["k8s", "microservices-k8s"],
  ["service mesh", "microservices-k8s"],
  ["istio", "microservices-k8s"],
  ["postgres failover", "postgres-ha"],
  ["postgres", "postgres-ha"],
  ["postgress", "postgres-ha"],
  ["pg", "postgres-ha"],
  ["postgresql cluster", "postgres-ha"],
  ["patroni", "postgres-ha"],
  ["gpu", "ml-training"],
  ["machine learning", "ml-training"],
  ["cuda", "ml-training"],
  ["mtls", "zero-trust-network"],
  ["zero trust", "zero-trust-network"],
  ["sso", "zero-trust-network"],
  ["kafka etl", "data-pipeline"],
  ["etl", "data-pipeline"],
  ["airflw", "data-pipeline"],
  ["mq", "data-pipeline"],
  ["cache", "redis-cluster"],
  ["redis", "redis-cluster"],
  ["grafna", "observability-stack"],
  ["otel", "observability-stack"],
  ["monitoring", "observability-stack"],
  ["tracing", "observability-stack"],
  ["alerts", "observability-stack"],
  ["message broker", "data-pipeline"],
  ["nosql", "redis-cluster"],
  ["certificate", "zero-trust-network"],
  ["prom", "observability-stack"],
  ["api gatway", "api-gateway"],
  ["rate limiting", "api-gateway"],
  ["cdn", "ha-web-app"],
  ["lb", "simple-web-app"],
  ["a simple web app for my company", "simple-web-app"],
  ["high availability website", "ha-web-app"],
])("%s finds %s first", (query, id) => {
  expect(ids(query)[0]).toBe(id);
});

test("a result says what matched, and where", () => {
  const [first] = searchTemplates(summaries, "kuberntes", 1);
  expect(first?.matched["kubernetes"]).toContain("description");
  expect(first?.score).toBeGreaterThan(0);
});

test("results come best first, and no more than asked for", () => {
  const results = searchTemplates(summaries, "web database cluster", 3);
  expect(results).toHaveLength(3);
  expect(results.map(({ score }) => score)).toEqual(results.map(({ score }) => score).toSorted((a, b) => b - a));
});

test("a word that a template uses is no typo of another template's word", () => {
  const named = (name: string): Summary => ({ ...(summaries[0] as Summary), id: name, name, description: name, tags: [] });
  const both = [named("routing"), named("rotting")];
  expect(searchTemplates(both, "routing", 10).map(({ id }) => id)).toEqual(["routing"]);
  expect(searchTemplates(both, "roting", 10)).toHaveLength(2);
});

test("when nothing has all the words, what has some of them is found", () => {
  expect(ids("grafana on mars")[0]).toBe("observability-stack");
});

test.each(["xyzzy", "???", "", "   "])("%j finds nothing", (query) => {
  expect(ids(query)).toEqual([]);
});

test.each(["constructor", "__proto__", "toString"])("%s is a word like any other", (query) => {
  expect(ids(query)).toEqual([]);
});
