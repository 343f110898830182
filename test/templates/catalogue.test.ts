import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bundled, Catalogue } from "../../src/templates/catalogue.ts";
import { type Template, templateSchema } from "../../src/templates/schema.ts";
import { KEY_PREFIX } from "../../src/templates/stored.ts";

const kv = env.TEMPLATES;

function template(change: Partial<Template> = {}): Template {
  return templateSchema.parse({
    name: "Wiki",
    category: "web",
    complexity: "simple",
    description: "A wiki for a team",
    tags: ["wiki"],
    blueprint: {
      version: "1.0",
      name: "wiki",
      resources: [{ type: "service", name: "wiki", provider: "docker", specs: { image: "nginx:1.30.4-alpine" } }],
    },
    ...change,
  });
}

/** The real namespace, with every operation noted. */
function counted(): { kv: KVNamespace; operations: string[] } {
  const operations: string[] = [];
  const proxy = new Proxy(kv, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        operations.push(String(name));
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  return { kv: proxy, operations };
}

/** An isolate of its own, with a clock that is turned by hand. */
function isolate(namespace: KVNamespace = kv) {
  const clock = { now: Date.parse("2026-11-22T12:00:00Z") };
  return { clock, catalogue: new Catalogue(namespace, () => clock.now) };
}

const idsOf = async (catalogue: Catalogue) => (await catalogue.all()).map(({ id }) => id);

let warnings: string[] = [];

beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((line: string) => void warnings.push(line));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await reset();
});

test("who writes a template sees it at once: in the list, by its id, and found", async () => {
  const { catalogue } = isolate();
  expect(await catalogue.get("wiki")).toBeUndefined();
  const saved = await catalogue.put("wiki", template());
  expect(saved).toMatchObject({ ok: true, value: { created: true, entry: { id: "wiki", source: "custom" } } });
  expect(await idsOf(catalogue)).toContain("wiki");
  expect(await catalogue.get("wiki")).toMatchObject({ template: { name: "Wiki" }, blueprint: { name: "wiki" } });
  await catalogue.put("wiki", template({ name: "Second wiki" }));
  expect(await catalogue.get("wiki")).toMatchObject({ template: { name: "Second wiki" } });
  expect(await catalogue.delete("wiki")).toBe("deleted");
  expect(await catalogue.get("wiki")).toBeUndefined();
  expect(await idsOf(catalogue)).not.toContain("wiki");
});

test("another isolate sees a new template by its id within seconds, and a changed list within a minute", async () => {
  const { catalogue: here } = isolate();
  const { catalogue: there, clock } = isolate();
  await there.all();
  await here.put("wiki", template());
  expect(await there.get("wiki")).toBeUndefined();
  clock.now += 5_000;
  expect(await there.get("wiki")).toMatchObject({ source: "custom" });
  await here.put("simple-web-app", template());
  clock.now += 60_000;
  expect((await there.all()).find(({ id }) => id === "simple-web-app")).toMatchObject({ source: "custom", shadows: true });
});

test("a custom template stands in front of a bundled one until it is deleted", async () => {
  const { catalogue } = isolate();
  const count = (await catalogue.all()).length;
  await catalogue.put("redis-cluster", template({ name: "Ours" }));
  expect(await catalogue.get("redis-cluster")).toMatchObject({ template: { name: "Ours" }, source: "custom", shadows: true });
  expect(await catalogue.all()).toHaveLength(count);
  await catalogue.delete("redis-cluster");
  expect(await catalogue.get("redis-cluster")).toMatchObject({ template: bundled["redis-cluster"], source: "bundled" });
  expect(await catalogue.delete("redis-cluster")).toBe("absent");
});

/** Saving 1,000 templates one by one is what takes the time; it is no measure of anything. */
const MANY_WRITES_MS = 120_000;

test("listing 1,000 custom templates takes one operation and reads none of them", { timeout: MANY_WRITES_MS }, async () => {
  const { catalogue: writer } = isolate();
  await Promise.all(
    Array.from({ length: 1000 }, (_, index) => writer.put(`custom-${index}`, template({ name: `Custom ${index}` }))),
  );
  const { kv: namespace, operations } = counted();
  const { catalogue } = isolate(namespace);
  const summaries = await catalogue.all();
  expect(summaries).toHaveLength(1000 + Object.keys(bundled).length);
  expect(operations).toEqual(["list"]);
  expect(summaries.find(({ id }) => id === "custom-7")).toMatchObject({ name: "Custom 7", tags: ["wiki"], source: "custom" });

  await writer.put("custom-1000", template());
  operations.length = 0;
  const { catalogue: next } = isolate(namespace);
  expect(await next.all()).toHaveLength(1001 + Object.keys(bundled).length);
  expect(operations).toEqual(["list", "list"]);
});

test("a list is asked for once a minute, and gives the same array while nothing has changed", async () => {
  const { kv: namespace, operations } = counted();
  const { catalogue, clock } = isolate(namespace);
  const first = await catalogue.all();
  clock.now += 59_000;
  expect(await catalogue.all()).toBe(first);
  await catalogue.faults();
  expect(operations).toEqual(["list"]);
  clock.now += 2_000;
  expect(await catalogue.all()).toBe(first);
  expect(operations).toEqual(["list", "list"]);
});

test("a bundled template is served without asking KV, and no key is read that is not there", async () => {
  const { kv: namespace, operations } = counted();
  const { catalogue, clock } = isolate(namespace);
  await catalogue.all();
  for (let i = 0; i < 10; i++) {
    await catalogue.get("ha-web-app");
    await catalogue.get("no-such-template");
  }
  expect(operations).toEqual(["list"]);
  clock.now += 6_000;
  await catalogue.get("no-such-template");
  await catalogue.put("wiki", template());
  expect(operations).toEqual(["list", "list", "put"]);
});

test.each([
  ["that nobody described", {}, "not saved through this API"],
  ["of another version", { metadata: { format: 2, name: "New" } }, "not of this version (format:"],
  [
    "with a summary that lacks a name",
    { metadata: { format: 1, updated_at: "2026-01-01T00:00:00Z" } },
    "not of this version (name:",
  ],
])("a value %s is left out, logged once and reported; the rest is served", async (_, options, reason) => {
  const { catalogue, clock } = isolate();
  await catalogue.put("wiki", template());
  await kv.put(`${KEY_PREFIX}broken`, "{not json", options);
  clock.now += 61_000;
  expect(await idsOf(catalogue)).not.toContain("broken");
  expect(await idsOf(catalogue)).toContain("wiki");
  expect(await catalogue.faults()).toEqual([{ id: "broken", reason: expect.stringContaining(reason) }]);
  expect(await catalogue.get("broken")).toBeUndefined();
  clock.now += 61_000;
  await catalogue.all();
  expect(warnings.filter((line) => line.includes("broken"))).toHaveLength(1);
});

test.each([
  ["is not JSON", "{not json", "not JSON"],
  ["is of another version", JSON.stringify({ format: 2 }), "not of this version"],
  [
    "holds a blueprint this version refuses",
    JSON.stringify({
      format: 1,
      updated_at: "2026-01-01T00:00:00Z",
      template: { ...template(), blueprint: { resources: [] } },
    }),
    "#/blueprint/",
  ],
])("a value that %s behind a good summary is found when it is read, and left out from then on", async (_, value, reason) => {
  const { catalogue: writer } = isolate();
  await writer.put("redis-cluster", template());
  const { metadata } = await kv.getWithMetadata(`${KEY_PREFIX}redis-cluster`);
  await kv.put(`${KEY_PREFIX}redis-cluster`, value, { metadata });

  const { catalogue, clock } = isolate();
  expect(await catalogue.get("redis-cluster")).toMatchObject({ source: "bundled" });
  expect((await catalogue.all()).find(({ id }) => id === "redis-cluster")).toMatchObject({ source: "bundled" });
  clock.now += 61_000;
  expect((await catalogue.all()).find(({ id }) => id === "redis-cluster")).toMatchObject({ source: "bundled" });
  expect(await catalogue.faults()).toEqual([{ id: "redis-cluster", reason: expect.stringContaining(reason) }]);
});

test("what cannot be read can be deleted, and written over", async () => {
  await kv.put(`${KEY_PREFIX}a`, "x");
  await kv.put(`${KEY_PREFIX}b`, "x");
  const { catalogue } = isolate();
  expect(await catalogue.delete("a")).toBe("deleted");
  expect(await catalogue.put("b", template())).toMatchObject({ ok: true, value: { created: false } });
  expect(await catalogue.faults()).toEqual([]);
  expect(await catalogue.get("b")).toMatchObject({ source: "custom" });
});

test("a list that KV has not caught up with does not undo what was just written or deleted here", async () => {
  const { catalogue: elsewhere } = isolate();
  await elsewhere.put("old", template());
  const before = await kv.list({ prefix: KEY_PREFIX });
  const late = new Proxy(kv, {
    get: (target, name) => (name === "list" ? async () => before : Reflect.get(target, name).bind(target)),
  });
  const { catalogue, clock } = isolate(late);
  clock.now += 1;
  await catalogue.put("wiki", template());
  await catalogue.delete("old");
  clock.now += 61_000;
  const ids = await idsOf(catalogue);
  expect([ids.includes("wiki"), ids.includes("old")]).toEqual([true, false]);
});

test("a later write elsewhere wins over one's own", async () => {
  const { catalogue: here, clock } = isolate();
  const { catalogue: there, clock: later } = isolate();
  await here.put("wiki", template({ name: "Mine" }));
  later.now += 10_000;
  await there.put("wiki", template({ name: "Theirs" }));
  clock.now += 61_000;
  expect((await here.all()).find(({ id }) => id === "wiki")).toMatchObject({ name: "Theirs" });
  expect(await here.get("wiki")).toMatchObject({ template: { name: "Theirs" } });
});

test("KV's refusal of a second write within a second is told apart from a failure", async () => {
  const refusing = (message: string) =>
    new Proxy(kv, {
      get: (target, name) =>
        name === "put" ? () => Promise.reject(new Error(message)) : Reflect.get(target, name).bind(target),
    });
  const { catalogue: busy } = isolate(refusing("KV PUT failed: 429 Too Many Requests"));
  expect(await busy.put("wiki", template())).toEqual({ ok: false, error: { reason: "busy" } });
  expect(await busy.get("wiki")).toBeUndefined();
  const { catalogue: down } = isolate(refusing("KV PUT failed: 500 Internal Server Error"));
  await expect(down.put("wiki", template())).rejects.toThrow("500");
});
