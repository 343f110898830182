import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Scalable, scaleBlueprint, scaleResources } from "../../src/blueprints/scale.ts";
import { blueprintSchema } from "../../src/blueprints/schema.ts";
import { blueprints } from "../support/arbitrary.ts";

const resource = (provider: string, specs: object, type = "compute"): Scalable => ({ type, name: "db", provider, specs });

function scaled(one: Scalable, factor: number): object | string {
  const result = scaleResources([one], factor);
  return result.ok ? (result.value[0]?.specs ?? "nothing") : (result.error[0]?.detail ?? "no detail");
}

test.each([
  ["a container's cpu to hundredths", "docker", {}, 1.5, { cpu: 0.5, memory_mb: 1000 }, { cpu: 0.75, memory_mb: 1500 }],
  ["a container's memory to whole MiB", "docker", {}, 0.33, { cpu: 1, memory_mb: 100 }, { cpu: 0.33, memory_mb: 33 }],
  ["without binary dust", "docker", {}, 3, { cpu: 0.1, memory_mb: 100 }, { cpu: 0.3, memory_mb: 300 }],
  ["a machine to whole cores", "proxmox", {}, 1.3, { cpu: 4, memory_mb: 8192 }, { cpu: 5, memory_mb: 10_624 }],
  ["a machine's memory to 128 MiB", "proxmox", { kind: "vm" }, 0.5, { cpu: 1, memory_mb: 1000 }, { cpu: 1, memory_mb: 512 }],
  [
    "a system container as finely as a container",
    "proxmox",
    { kind: "lxc" },
    0.1,
    { cpu: 1, memory_mb: 512 },
    { cpu: 0.1, memory_mb: 51 },
  ],
])("scales %s", (_, provider, kind, factor, sizes, expected) => {
  expect(scaled(resource(provider, { ...kind, ...sizes }), factor)).toEqual({ ...kind, ...expected });
});

test("a service on Proxmox is a system container", () => {
  expect(scaled(resource("proxmox", { cpu: 1, memory_mb: 100 }, "service"), 0.5)).toEqual({ cpu: 0.5, memory_mb: 50 });
});

test.each([
  ["docker", {}, { memory_mb: 50 }, 0.1, 'The resource "db" cannot be scaled by 0.1: a container has at least 6 MiB'],
  ["docker", {}, { cpu: 0.04 }, 0.1, "a container has at least 0.01 vCPU"],
  ["proxmox", {}, { cpu: 4 }, 0.1, "a virtual machine has at least 1 vCPU"],
  ["proxmox", {}, { memory_mb: 512 }, 0.1, "a virtual machine has at least 128 MiB"],
  ["proxmox", { kind: "lxc" }, { memory_mb: 128 }, 0.1, "an LXC container has at least 16 MiB"],
  ["docker", {}, { cpu: 64 }, 10, "at most 512 vCPU; this would be 640"],
])("what %s cannot hold is refused by the resource's name", (provider, kind, sizes, factor, reason) => {
  expect(scaled(resource(provider, { ...kind, ...sizes }), factor)).toContain(reason);
});

test("a refusal names every resource, where it is, and the factors that would do", () => {
  const small = resource("docker", { memory_mb: 20, cpu: 0.01 });
  const result = scaleResources([small, resource("docker", { memory_mb: 4096 }), { ...small, name: "other" }], 0.1);
  expect(result).toMatchObject({
    ok: false,
    error: [
      { pointer: "#/resources/0/specs/cpu", hint: "A factor of 0.5 to 100 fits this resource." },
      { pointer: "#/resources/0/specs/memory_mb", hint: "A factor of 0.28 to 100 fits this resource." },
      { pointer: "#/resources/2/specs/cpu", detail: expect.stringContaining('"other"') },
      { pointer: "#/resources/2/specs/memory_mb" },
    ],
  });
});

test("the factors a refusal names are held", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("docker", "proxmox"),
      fc.record(
        { cpu: fc.integer({ min: 1, max: 51_200 }).map((n) => n / 100), memory_mb: fc.integer({ min: 6, max: 8_388_608 }) },
        { requiredKeys: [] },
      ),
      fc.constantFrom(0.1, 100),
      (provider, sizes, factor) => {
        for (const [field, size] of Object.entries(sizes)) {
          const one = resource(provider, { [field]: size });
          const refused = scaleResources([one], factor);
          const range = refused.ok ? undefined : /A factor of (\S+) to (\S+) fits/.exec(refused.error[0]?.hint ?? "");
          if (range === undefined || range === null) continue;
          for (const named of [range[1], range[2]]) expect(scaleResources([one], Number(named))).toMatchObject({ ok: true });
        }
      },
    ),
  );
});

test.each([0.09, 100.1, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])("a factor of %d is refused", (factor) => {
  expect(scaled(resource("docker", { cpu: 1 }), factor)).toContain("it can be 0.1 to 100");
});

const factors = fc.oneof(fc.constantFrom(0.1, 0.5, 1, 2, 4, 100), fc.double({ min: 0.1, max: 100, noNaN: true }));

test("scaling changes cpu and memory_mb of computes and services, and nothing else", () => {
  fc.assert(
    fc.property(blueprints(), factors, (blueprint, factor) => {
      const result = scaleBlueprint(blueprint, factor);
      fc.pre(result.ok);
      if (!result.ok) return;
      expect(blueprintSchema.parse(result.value)).toEqual(result.value);
      for (const [index, { type, specs }] of blueprint.resources.entries()) {
        const after = result.value.resources[index];
        const sized = type === "compute" || type === "service";
        const { cpu, memory_mb } = (after?.specs ?? {}) as { cpu?: number; memory_mb?: number };
        const kept = {
          ...specs,
          ...(sized && "cpu" in specs ? { cpu } : {}),
          ...(sized && "memory_mb" in specs ? { memory_mb } : {}),
        };
        expect(after).toEqual({ ...blueprint.resources[index], specs: kept });
      }
    }),
  );
});

test("a scaled size is the multiple, to within half a step of what the provider counts in", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("docker", "proxmox"),
      fc.integer({ min: 1, max: 3200 }).map((n) => n / 100),
      fc.integer({ min: 16, max: 262_144 }),
      factors,
      (provider, cpu, memory_mb, factor) => {
        const result = scaleResources([resource(provider, { cpu, memory_mb })], factor);
        fc.pre(result.ok && factor !== 1);
        const [step, memoryStep] = provider === "docker" ? [0.01, 1] : [1, 128];
        const after = (result.ok ? result.value[0]?.specs : {}) as { cpu: number; memory_mb: number };
        expect(Math.abs(after.cpu - cpu * factor)).toBeLessThanOrEqual(step / 2 + 1e-9);
        expect(Math.abs(after.memory_mb - memory_mb * factor)).toBeLessThanOrEqual(memoryStep / 2 + 1e-6);
        expect(Number.isInteger(after.memory_mb / memoryStep)).toBe(true);
      },
    ),
  );
});

test("a larger factor never gives less", () => {
  fc.assert(
    fc.property(factors, factors, fc.integer({ min: 100, max: 500 }), (a, b, hundredths) => {
      const container = resource("docker", { cpu: hundredths / 100, memory_mb: hundredths });
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((factor) => scaled(container, factor));
      fc.pre(typeof less === "object" && typeof more === "object");
      expect((more as { cpu: number }).cpu).toBeGreaterThanOrEqual((less as { cpu: number }).cpu);
    }),
  );
});
