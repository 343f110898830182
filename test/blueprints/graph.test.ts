import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cyclesOf, type Graph, graphOf, wavesOf } from "../../src/blueprints/graph.ts";
import { blueprints } from "../support/arbitrary.ts";

/** Any graph: of up to twelve nodes, with or without cycles. */
const graphs: fc.Arbitrary<Graph> = fc
  .array(fc.uniqueArray(fc.nat(11), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map(
    (edges) =>
      new Map(edges.map((needs, i) => [`n${i}`, needs.filter((n) => n < edges.length && n !== i).map((n) => `n${n}`)])),
  );

describe("start order", () => {
  test("every resource is in one wave, after all it waits for and no later than needed", () => {
    let waits = 0;
    fc.assert(
      fc.property(blueprints(), ({ resources }) => {
        const graph = graphOf(resources);
        const waves = wavesOf(graph);
        const waveOf = new Map(waves.flatMap((wave, number) => wave.map((name) => [name, number] as const)));
        expect(waves.flat().toSorted()).toEqual(resources.map(({ name }) => name).toSorted());
        for (const { name, dependencies, specs } of resources) {
          const {
            networks = [],
            volumes = [],
            network,
          } = specs as { networks?: string[]; volumes?: { name: string }[]; network?: string };
          const needs = [
            ...dependencies,
            ...networks,
            ...volumes.map((volume) => volume.name),
            ...(network === undefined ? [] : [network]),
          ];
          waits += needs.length;
          expect(waveOf.get(name)).toBe(Math.max(-1, ...needs.map((need) => waveOf.get(need) ?? Number.NaN)) + 1);
        }
        const place = new Map(resources.map(({ name }, index) => [name, index]));
        for (const wave of waves) expect(wave).toEqual(wave.toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)));
      }),
    );
    expect(waits).toBeGreaterThan(50);
  });

  test("a chain of a hundred thousand needs no deep call stack", () => {
    const length = 100_000;
    const chain = new Map(Array.from({ length }, (_, i) => [`n${i}`, i + 1 < length ? [`n${i + 1}`] : []]));
    expect(wavesOf(chain)).toHaveLength(length);
    expect(cyclesOf(chain)).toEqual([]);
  });
});

describe("cycles", () => {
  test("there are some exactly when no order exists, each is a closed walk, and none is told twice", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const cycles = cyclesOf(graph);
        expect(cycles.length === 0).toBe(wavesOf(graph).flat().length === graph.size);
        for (const cycle of cycles) {
          for (const [i, name] of cycle.entries()) expect(graph.get(name)).toContain(cycle[(i + 1) % cycle.length]);
          expect(new Set(cycle).size).toBe(cycle.length);
        }
        const turned = cycles.map((cycle) => {
          const start = cycle.indexOf(cycle.toSorted()[0] ?? "");
          return [...cycle.slice(start), ...cycle.slice(0, start)].join(" ");
        });
        expect(new Set(turned).size).toBe(turned.length);
      }),
    );
  });

  test("breaking each cycle at its last step leaves none", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const cut = new Set(cyclesOf(graph).map((cycle) => `${cycle.at(-1)} ${cycle[0]}`));
        const rest = new Map([...graph].map(([name, needs]) => [name, needs.filter((need) => !cut.has(`${name} ${need}`))]));
        expect(cyclesOf(rest)).toEqual([]);
      }),
    );
  });
});
