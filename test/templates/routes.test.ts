import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { blueprintRequest } from "../../src/blueprints/request.ts";
import { KEY_PREFIX } from "../../src/templates/stored.ts";
import { check } from "../../src/validation/check.ts";
import { call, get } from "../support/api.ts";

const wiki = {
  name: "Team Wiki",
  category: "web",
  complexity: "simple",
  description: "A wiki for a team",
  tags: ["wiki", "docs"],
  parameters: { port: { type: "integer", description: "Port of the host.", default: 8080, minimum: 1024 } },
  blueprint: {
    version: "1.0",
    name: "wiki",
    resources: [
      {
        type: "service",
        name: "wiki",
        provider: "docker",
        specs: { image: "nginx:1.30.4-alpine", cpu: 1, memory_mb: 512, ports: [{ container: 80, host: "${param.port}" }] },
      },
    ],
  },
};

const savedIds = new Set<string>();

/** Saves a custom template for one test. */
async function saved(change: object = {}, id = "team-wiki"): Promise<string> {
  savedIds.add(id);
  expect((await call("PUT", `/templates/${id}`, { ...wiki, ...change })).status).toBe(201);
  return id;
}

afterEach(async () => {
  for (const id of savedIds) await call("DELETE", `/templates/${id}`);
  savedIds.clear();
});

const deployable = blueprintRequest({});
const problems = ({ body }: { body: { errors: { pointer: string; code: string; hint?: string; detail: string }[] } }) =>
  body.errors;

describe("GET /templates/", () => {
  test("lists the ten, from simple to advanced, with everything a list needs", async () => {
    const { status, body } = await get("/templates/");
    expect(status).toBe(200);
    expect(body.templates.map(({ id }: { id: string }) => id)).toEqual([
      "simple-web-app",
      "redis-cluster",
      "ha-web-app",
      "postgres-ha",
      "api-gateway",
      "observability-stack",
      "microservices-k8s",
      "data-pipeline",
      "ml-training",
      "zero-trust-network",
    ]);
    expect(body.count).toBe(10);
    expect(body.templates[0]).toMatchObject({
      id: "simple-web-app",
      name: "Simple Web Application",
      category: "web",
      description: expect.any(String),
      complexity: "simple",
      estimated_cost: expect.stringMatching(/^\$\d+-\d+\/month$/),
      source: "bundled",
    });
  });

  test.each([
    ["category=database", ["redis-cluster", "postgres-ha"]],
    ["complexity=simple", ["simple-web-app", "redis-cluster"]],
    ["category=web&complexity=medium", ["ha-web-app"]],
    ["category=ml&complexity=simple", []],
  ])("%s keeps what fits, and counts it", async (query, ids) => {
    const { body } = await get(`/templates/?${query}`);
    expect(body.templates.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(body.count).toBe(ids.length);
  });

  test("an unknown category and an unknown complexity are refused together, each with what there is", async () => {
    const answer = await get("/templates/?category=datbase&complexity=hard");
    expect(answer.status).toBe(422);
    expect(problems(answer)).toMatchObject([
      {
        pointer: "#/category",
        detail: expect.stringContaining('"web", "database", "microservices"'),
        hint: 'Did you mean "database"?',
      },
      { pointer: "#/complexity", detail: expect.stringContaining('"simple", "medium", "advanced"') },
    ]);
  });

  test("an unknown filter is refused by name", async () => {
    const answer = await get("/templates/?categroy=web");
    expect(problems(answer)).toMatchObject([{ pointer: "#/categroy", code: "unknown_key", hint: 'Did you mean "category"?' }]);
  });
});

test("the categories are the eight, in their order", async () => {
  expect((await get("/templates/categories")).body).toEqual({
    categories: ["web", "database", "microservices", "data", "ml", "security", "networking", "monitoring"],
  });
});

describe("GET /templates/search/", () => {
  test("answers the query, ranked results with what matched, and their count", async () => {
    const { status, body } = await get("/templates/search/?query=kubernetes&limit=5");
    expect(status).toBe(200);
    expect(body).toMatchObject({ query: "kubernetes", count: body.results.length });
    expect(body.results[0]).toMatchObject({
      id: "microservices-k8s",
      estimated_cost: expect.any(String),
      score: expect.any(Number),
      matched: { kubernetes: expect.arrayContaining(["description"]) },
    });
  });

  test("finds custom templates as soon as they are saved, and no longer when they are deleted", async () => {
    const id = await saved({ name: "Zettelkasten" });
    expect((await get("/templates/search/?query=zetelkasten")).body.results).toMatchObject([{ id, source: "custom" }]);
    await call("DELETE", `/templates/${id}`);
    expect((await get("/templates/search/?query=zettelkasten")).body.count).toBe(0);
  });

  test("limits the results", async () => {
    expect((await get("/templates/search/?query=web%20database&limit=1")).body.count).toBe(1);
  });

  test.each(["", "query=", "query=%20", "query=x&limit=0", "query=x&limit=51", "query=x&limit=two", "query=x&limt=1"])(
    "%j is refused",
    async (query) => {
      expect((await get(`/templates/search/?${query}`)).status).toBe(422);
    },
  );
});

describe("GET /templates/:id", () => {
  test("answers the blueprint beside what is known about it, and can be posted as it is", async () => {
    const { status, body } = await get("/templates/simple-web-app");
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["template_id", "blueprint", "template"]);
    expect(body).toMatchObject({
      template_id: "simple-web-app",
      blueprint: { version: "1.0", name: "simple-web-app", metadata: { template: "simple-web-app", category: "web" } },
      template: {
        id: "simple-web-app",
        name: "Simple Web Application",
        source: "bundled",
        providers: expect.arrayContaining(["fake"]),
      },
    });
    expect(body.template).not.toHaveProperty("blueprint");
    expect(check(deployable.select(body), body)).toMatchObject({ ok: true });
  });

  test("is not sent again to who has it", async () => {
    const etag = (await get("/templates/simple-web-app")).headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await get("/templates/simple-web-app", { "if-none-match": held });
      expect([answer.status, answer.body, answer.headers.get("etag")]).toEqual([304, undefined, etag]);
    }
    expect((await get("/templates/simple-web-app", { "if-none-match": '"other"' })).status).toBe(200);
  });

  test("has another tag once it is another template", async () => {
    const before = (await get("/templates/postgres-ha")).headers.get("etag");
    await saved({}, "postgres-ha");
    const shadowed = await get("/templates/postgres-ha", { "if-none-match": before ?? "" });
    expect(shadowed.status).toBe(200);
    await call("DELETE", "/templates/postgres-ha");
    expect((await get("/templates/postgres-ha")).headers.get("etag")).toBe(before);
  });

  test.each([
    ["simple-web-ap", 'Did you mean "simple-web-app"?'],
    ["nothing-like-it-at-all", "GET /api/v1/templates/ lists them."],
    ["constructor", "lists them"],
  ])("%s is unknown, and the way on is given", async (id, hint) => {
    const { status, body } = await get(`/templates/${id}`);
    expect(status).toBe(404);
    expect(body.type).toBe("urn:ai-cdn:problem:unknown-template");
    expect(body.detail).toContain(hint);
  });
});

describe("POST /templates/:id/customize", () => {
  test("scales, renames and describes, and the answer can be posted as it is", async () => {
    const wanted = { name: "my-custom-app", description: "My customized web application", scale_factor: 2.0 };
    const { status, body } = await call("POST", "/templates/simple-web-app/customize", wanted);
    expect(status).toBe(200);
    expect(body.blueprint).toMatchObject({
      name: "my-custom-app",
      description: "My customized web application",
      metadata: { template: "simple-web-app", scale_factor: 2 },
    });
    const plain = (await get("/templates/simple-web-app")).body.blueprint;
    for (const [index, { type, specs }] of plain.resources.entries()) {
      if (type !== "service") continue;
      const { cpu, memory_mb, replicas } = body.blueprint.resources[index].specs;
      expect([cpu, memory_mb, replicas]).toEqual([specs.cpu * 2, specs.memory_mb * 2, specs.replicas]);
    }
    expect(check(deployable.select(body), body)).toMatchObject({ ok: true });
  });

  test("nothing asked for gives the template as it is", async () => {
    const { body } = await call("POST", "/templates/redis-cluster/customize", {});
    expect(body).toEqual((await get("/templates/redis-cluster")).body);
  });

  test("every unknown field is refused by name", async () => {
    const answer = await call("POST", "/templates/redis-cluster/customize", { scale: 2, parameter: {} });
    expect(answer.status).toBe(422);
    expect(problems(answer)).toMatchObject([
      { pointer: "#/scale", code: "unknown_key" },
      { pointer: "#/parameter", hint: 'Did you mean "parameters"?' },
    ]);
  });

  test.each([
    [{ scale_factor: 0.05 }, "#/scale_factor"],
    [{ scale_factor: 101 }, "#/scale_factor"],
    [{ scale_factor: "2" }, "#/scale_factor"],
    [{ name: "My App" }, "#/name"],
    [{ provider: "aws" }, "#/provider"],
    [{ parameters: { nonsense: 1 } }, "#/parameters/nonsense"],
    [{ parameters: { nonsense: [1] } }, "#/parameters/nonsense"],
  ])("%j is refused at its place", async (wanted, pointer) => {
    const answer = await call("POST", "/templates/simple-web-app/customize", wanted);
    expect(answer.status).toBe(422);
    expect(problems(answer).map((problem) => problem.pointer)).toEqual([pointer]);
  });

  test("a scale that a provider cannot hold names the resource", async () => {
    const resource = { ...wiki.blueprint.resources[0], name: "tiny", specs: { image: "nginx:1.30.4-alpine", memory_mb: 20 } };
    const id = await saved({ parameters: {}, blueprint: { ...wiki.blueprint, resources: [resource] } });
    const answer = await call("POST", `/templates/${id}/customize`, { scale_factor: 0.1 });
    expect(answer.status).toBe(422);
    expect(problems(answer)[0]?.detail).toContain('"tiny"');
  });

  test("a machine template is refused on docker with the reason, and rehearses on fake", async () => {
    const refused = await call("POST", "/templates/microservices-k8s/customize", { provider: "docker" });
    expect(refused.status).toBe(422);
    expect(problems(refused)[0]?.detail).toContain('"microservices-k8s" cannot be put on docker; it can on proxmox, fake.');
    const { body } = await call("POST", "/templates/microservices-k8s/customize", { provider: "fake" });
    expect(new Set(body.blueprint.resources.map(({ provider }: { provider: string }) => provider))).toEqual(new Set(["fake"]));
  });

  test("an unknown template is a 404", async () => {
    expect((await call("POST", "/templates/nope/customize", {})).status).toBe(404);
  });
});

describe("PUT and DELETE /templates/:id", () => {
  test("a custom template is saved, listed, served, customised, replaced and deleted", async () => {
    const created = await call("PUT", "/templates/our-wiki", wiki);
    expect([created.status, created.headers.get("location")]).toEqual([201, "/api/v1/templates/our-wiki"]);
    expect(created.body).toMatchObject({
      template_id: "our-wiki",
      blueprint: { name: "wiki", metadata: { template: "our-wiki" } },
      template: { id: "our-wiki", source: "custom", updated_at: expect.any(String), parameters: wiki.parameters },
    });
    expect((await get("/templates/our-wiki")).body).toEqual(created.body);
    const { body: list } = await get("/templates/?category=web&complexity=simple");
    expect(list.templates.find(({ id }: { id: string }) => id === "our-wiki")).toMatchObject({
      name: "Team Wiki",
      estimated_cost: expect.any(String),
      source: "custom",
    });
    const { body: custom } = await call("POST", "/templates/our-wiki/customize", { parameters: { port: 9000 } });
    expect(custom.blueprint.resources[0].specs.ports).toEqual([{ container: 80, host: 9000 }]);

    const replaced = await call("PUT", "/templates/our-wiki", { ...wiki, name: "New Wiki" });
    expect([replaced.status, replaced.body.template.name]).toEqual([200, "New Wiki"]);
    expect((await call("DELETE", "/templates/our-wiki")).status).toBe(204);
    expect((await get("/templates/our-wiki")).status).toBe(404);
    expect((await call("DELETE", "/templates/our-wiki")).status).toBe(404);
  });

  test("one whose author names no price gets the band of its estimate, in the list and in itself", async () => {
    const id = await saved();
    const { body } = await get(`/templates/${id}`);
    const { body: estimate } = await call("POST", "/blueprints/estimate", body.blueprint);
    const [, low, high] = /^\$(\d+)-(\d+)\/month$/.exec(body.template.estimated_cost) ?? [];
    expect(Number(estimate.total_monthly_cost)).toBeGreaterThanOrEqual(Number(low));
    expect(Number(estimate.total_monthly_cost)).toBeLessThanOrEqual(Number(high));
    const { body: list } = await get("/templates/");
    expect(list.templates.find((template: { id: string }) => template.id === id).estimated_cost).toBe(
      body.template.estimated_cost,
    );
  });

  test("one under the id of a bundled template says that it shadows it; deleting it brings that one back", async () => {
    await saved({}, "ha-web-app");
    const { body } = await get("/templates/");
    expect(body.count).toBe(10);
    expect(body.templates.find(({ id }: { id: string }) => id === "ha-web-app")).toMatchObject({
      name: "Team Wiki",
      source: "custom",
      shadows: true,
    });
    expect((await get("/templates/ha-web-app")).body.template).toMatchObject({ name: "Team Wiki", shadows: true });
    expect((await call("DELETE", "/templates/ha-web-app")).status).toBe(204);
    expect((await get("/templates/ha-web-app")).body.template).toMatchObject({ source: "bundled" });
  });

  test("a bundled template cannot be deleted", async () => {
    const { status, body } = await call("DELETE", "/templates/ha-web-app");
    expect([status, body.detail]).toEqual([409, expect.stringContaining("comes with the server")]);
  });

  test.each(["categories", "search", "My_Wiki", "-x", "x".repeat(64)])("the id %s is refused", async (id) => {
    const answer = await call("PUT", `/templates/${id}`, wiki);
    expect([answer.status, problems(answer)[0]?.pointer]).toEqual([422, "#/id"]);
  });

  test("everything that is wrong with a template is told at once, each in its place", async () => {
    const answer = await call("PUT", "/templates/bad-wiki", {
      ...wiki,
      categroy: "web",
      complexity: "easy",
      estimated_cost: "cheap",
      parameters: { Port: wiki.parameters.port },
    });
    expect(answer.status).toBe(422);
    expect(
      problems(answer)
        .map(({ pointer }) => pointer)
        .toSorted(),
    ).toEqual(["#/categroy", "#/complexity", "#/estimated_cost", "#/parameters/Port"]);
  });

  test("its blueprint, placeholders, patterns and smoke tests are checked as well", async () => {
    const [resource] = wiki.blueprint.resources;
    const answer = await call("PUT", "/templates/bad-wiki", {
      ...wiki,
      smoke_tests: [{ kind: "tcp", name: "answers", resource: "wikki", port: 80 }],
      blueprint: {
        ...wiki.blueprint,
        resources: [{ ...resource, specs: { ...resource?.specs, cpu: "${param.cpus}", imgae: "x" }, dependencies: ["db"] }],
      },
    });
    expect(answer.status).toBe(422);
    expect(
      problems(answer)
        .map(({ pointer }) => pointer)
        .toSorted(),
    ).toEqual([
      "#/blueprint/resources/0/dependencies/0",
      "#/blueprint/resources/0/specs/cpu",
      "#/blueprint/resources/0/specs/imgae",
      "#/smoke_tests/0/resource",
    ]);
    const pattern = { ...wiki.parameters.port, type: "string", default: "x", pattern: "(" };
    const unclosed = await call("PUT", "/templates/bad-wiki", { ...wiki, parameters: { port: pattern } });
    expect(problems(unclosed)).toMatchObject([{ pointer: "#/parameters/port/pattern" }]);
  });

  test("what was refused is not stored", async () => {
    await call("PUT", "/templates/bad-wiki", { ...wiki, blueprint: {} });
    expect((await env.TEMPLATES.list({ prefix: `${KEY_PREFIX}bad-wiki` })).keys).toEqual([]);
  });
});

test("the health check is well as long as every stored template can be read", async () => {
  await saved();
  expect(await call("GET", "/../../health")).toMatchObject({
    status: 200,
    body: { status: "ok", checks: { templates: { status: "ok" }, deployments: { status: "ok" } } },
  });
});

test("a stored value that cannot be read is left out of the list, named in it, and told by the health check", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await env.TEMPLATES.put(`${KEY_PREFIX}broken`, "{not json");
  // The isolate's list is at most a minute old; a minute later it is read again.
  vi.setSystemTime(Date.now() + 61_000);
  const { status, body } = await get("/templates/");
  expect([status, body.count]).toEqual([200, 10]);
  expect(body.left_out).toEqual([{ id: "broken", reason: expect.stringContaining("no summary") }]);
  const health = await call("GET", "/../../health");
  expect(health.status).toBe(200);
  expect(health.body).toMatchObject({
    status: "degraded",
    checks: {
      templates: { status: "degraded", detail: expect.stringContaining("1 stored template cannot be read") },
      deployments: { status: "ok" },
    },
  });
  expect(JSON.stringify(health.body)).not.toContain("broken");
  vi.useRealTimers();
  vi.restoreAllMocks();
});
