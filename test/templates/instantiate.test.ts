import { expect, test } from "vitest";
import { instantiate } from "../../src/templates/instantiate.ts";
import { type Customization, type Template, templateSchema } from "../../src/templates/schema.ts";

/** A cache whose settings follow its size, behind a proxy. */
const template: Template = templateSchema.parse({
  name: "Cache",
  category: "database",
  complexity: "simple",
  description: "A cache behind a proxy",
  version: "1.2.3",
  providers: ["docker", "fake"],
  limitations: ["It needs a Docker Engine."],
  parameters: {
    replicas: { type: "integer", description: "Copies of the cache.", default: 2, minimum: 1, maximum: 5 },
    port: { type: "integer", description: "Port of the host.", default: 6379, minimum: 1024, maximum: 65_535 },
    memory_mb: { type: "integer", description: "Memory of each copy.", default: 1024, minimum: 64, multipleOf: 64 },
    policy: {
      type: "string",
      description: "What goes when it is full.",
      default: "allkeys-lru",
      enum: ["allkeys-lru", "noeviction"],
    },
    domain: {
      type: "string",
      description: "Where it is reached.",
      default: "example.org",
      pattern: "^[a-z.]+$",
      maxLength: 12,
    },
    persist: { type: "boolean", description: "Keep it on disk.", default: true },
  },
  blueprint: {
    version: "1.0",
    name: "cache",
    resources: [
      {
        type: "service",
        name: "cache",
        provider: "docker",
        specs: {
          image: "valkey/valkey:9.1.2-alpine",
          replicas: "${param.replicas}",
          cpu: 0.5,
          memory_mb: "${param.memory_mb}",
          command: [
            "valkey-server",
            "--maxmemory",
            "${= floor(self.memory_mb * 0.75)}mb",
            "--maxmemory-policy",
            "${param.policy}",
          ],
        },
      },
      {
        type: "service",
        name: "proxy",
        provider: "docker",
        specs: {
          image: "haproxy:3.4.3-alpine",
          cpu: 0.25,
          memory_mb: 128,
          env: { COPIES: "${= resource.cache.replicas}", PERSIST: "${param.persist}", DOMAIN: "cache.${param.domain}" },
          ports: [{ container: 6379, host: "${param.port}" }],
        },
        dependencies: ["cache"],
      },
    ],
    outputs: [{ name: "url", value: "redis://${target.host}:${param.port}" }],
    metadata: { owner: "team-a" },
  },
});

function made(wanted: Customization = {}) {
  const result = instantiate("cache", template, wanted);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function refused(wanted: Customization, of: Template = template) {
  const result = instantiate("cache", of, wanted);
  return result.ok ? [] : result.error;
}

function specsOf(blueprint: ReturnType<typeof made>, name: string) {
  return blueprint.resources.find((resource) => resource.name === name)?.specs;
}

test("as it is, every parameter takes its default", () => {
  const blueprint = made();
  expect(specsOf(blueprint, "cache")).toMatchObject({
    replicas: 2,
    memory_mb: 1024,
    command: ["valkey-server", "--maxmemory", "768mb", "--maxmemory-policy", "allkeys-lru"],
  });
  expect(specsOf(blueprint, "proxy")).toMatchObject({
    env: { COPIES: 2, PERSIST: true, DOMAIN: "cache.example.org" },
    ports: [{ container: 6379, host: 6379 }],
  });
  expect(blueprint.description).toBe("A cache behind a proxy");
  expect(blueprint.metadata).toEqual({
    owner: "team-a",
    template: "cache",
    template_version: "1.2.3",
    category: "database",
    complexity: "simple",
  });
});

test("settings derived from a size follow the scale; copies do not", () => {
  const blueprint = made({ scale_factor: 2.5 });
  expect(specsOf(blueprint, "cache")).toMatchObject({ cpu: 1.25, memory_mb: 2560, replicas: 2 });
  expect(specsOf(blueprint, "cache")).toHaveProperty(["command", 2], "1920mb");
  expect(specsOf(blueprint, "proxy")).toMatchObject({ cpu: 0.63, memory_mb: 320, env: { COPIES: 2 } });
});

test("a size that a parameter sets is scaled too", () => {
  expect(specsOf(made({ parameters: { memory_mb: 128 }, scale_factor: 4 }), "cache")).toMatchObject({
    memory_mb: 512,
    command: expect.arrayContaining(["384mb"]),
  });
});

test("a name, a description and parameters are taken over, and it is said where it all came from", () => {
  const parameters = { port: 7000, persist: false };
  const blueprint = made({ name: "mine", description: "My cache", scale_factor: 1, parameters });
  expect(blueprint).toMatchObject({
    name: "mine",
    description: "My cache",
    outputs: [{ name: "url", value: "redis://${target.host}:7000" }],
    metadata: { template: "cache", scale_factor: 1, parameters },
  });
  expect(specsOf(blueprint, "proxy")).toMatchObject({ env: { PERSIST: false } });
});

test("the template itself is never changed", () => {
  const before = structuredClone(template);
  made({ scale_factor: 3, provider: "fake", parameters: { replicas: 4 } });
  expect(template).toEqual(before);
});

test.each([
  [{ replicas: 0 }, "replicas", "0 is below the minimum of 1."],
  [{ replicas: 6 }, "replicas", "6 is above the maximum of 5."],
  [{ replicas: 1.5 }, "replicas", "Expected a whole number."],
  [{ replicas: "2" }, "replicas", "Expected a whole number, got a string."],
  [{ memory_mb: 100 }, "memory_mb", "100 is not a multiple of 64."],
  [{ policy: "lru" }, "policy", '"lru" is not one of "allkeys-lru", "noeviction".'],
  [{ domain: "NO" }, "domain", '"NO" does not match the pattern ^[a-z.]+$.'],
  [{ domain: "a.very.long.domain" }, "domain", "Expected at most 12 characters, got 18."],
  [{ persist: "yes" }, "persist", "Expected a boolean, got a string."],
  [{ prot: 1 }, "prot", '"prot" is not a parameter of this template.'],
])("the parameters %j are refused", (parameters, name, detail) => {
  expect(refused({ parameters } as Customization)).toMatchObject([{ pointer: `#/parameters/${name}`, detail }]);
});

test("an unknown parameter comes with the one that was meant, or with all there are", () => {
  expect(refused({ parameters: { prot: 1, colour: "red" } })).toMatchObject([
    { hint: 'Did you mean "port"?' },
    { hint: "Its parameters are: replicas, port, memory_mb, policy, domain, persist." },
  ]);
});

test("every problem of a customization is told at once", () => {
  const problems = refused({ provider: "proxmox", parameters: { replicas: 9, nothing: 1 } });
  expect(problems.map(({ pointer }) => pointer)).toEqual(["#/parameters/nothing", "#/parameters/replicas", "#/provider"]);
});

test("it can be put on fake, but not on a provider that cannot run it, and the reason is given", () => {
  expect(made({ provider: "fake" }).resources.map(({ provider }) => provider)).toEqual(["fake", "fake"]);
  expect(refused({ provider: "proxmox" })).toEqual([
    {
      pointer: "#/provider",
      code: "provider",
      detail: '"cache" cannot be put on proxmox; it can on docker, fake. It needs a Docker Engine.',
    },
  ]);
});

test("a scale that a provider cannot hold points to the factor and names the resource", () => {
  const small = structuredClone(template);
  small.parameters = {};
  small.blueprint["resources"] = [
    { type: "service", name: "tiny", provider: "docker", specs: { image: "haproxy:3.4.3", memory_mb: 16 } },
  ];
  small.blueprint["outputs"] = [];
  expect(refused({ scale_factor: 0.1 }, small)).toMatchObject([
    {
      pointer: "#/scale_factor",
      code: "scale",
      detail: expect.stringContaining('"tiny"'),
      hint: expect.stringContaining("0.35"),
    },
  ]);
});

test("what is wrong in the template is pointed to in the template, placeholders and shape at once", () => {
  const broken = structuredClone(template);
  (broken.blueprint["resources"] as object[])[0] = {
    type: "service",
    name: "cache",
    provider: "docker",
    specs: { image: "valkey/valkey:9", memory_mb: "${param.memory}", cpu: "${= self.replicas}", immage: "x" },
  };
  expect(refused({}, broken).map(({ pointer, code }) => `${code} ${pointer}`)).toEqual([
    "placeholder #/blueprint/resources/0/specs/cpu",
    "placeholder #/blueprint/resources/0/specs/memory_mb",
    "unknown_key #/blueprint/resources/0/specs/immage",
  ]);
});

test("a default that does not fit its own parameter is an issue of the template", () => {
  const broken = structuredClone(template);
  if (broken.parameters?.["port"] !== undefined) broken.parameters["port"].default = 80;
  expect(refused({}, broken)).toMatchObject([
    { pointer: "#/parameters/port/default", detail: "80 is below the minimum of 1024." },
  ]);
});

test.each([
  [{}],
  [{ resources: "none" }],
  [{ resources: [] }],
  [
    {
      version: "1.0",
      name: "x",
      resources: [null, 3, "x", { specs: null }, { type: "service", specs: { cpu: "${param.port}" } }],
    },
  ],
])("a blueprint such as %j is refused, not tripped over", (blueprint) => {
  expect(refused({ scale_factor: 2 }, { ...template, blueprint }).length).toBeGreaterThan(0);
});
