import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/blueprints/schema.ts";
import { drawingOf } from "../../src/ui/diagram-layout.ts";
import { factsOf, shortImage } from "../../src/ui/resource.ts";
import { blueprints } from "../support/arbitrary.ts";

const service = (name: string, dependencies: string[] = [], specs: object = {}) =>
  ({ type: "service", name, provider: "docker", specs: { image: "x:1", ...specs }, dependencies }) as Resource;
const network = (name: string, internal = false) =>
  ({ type: "network", name, provider: "docker", specs: { internal }, dependencies: [] }) as Resource;

describe("a drawing of any valid blueprint", () => {
  test("has a box for everything but networks, inside the picture, no two on top of each other", () => {
    fc.assert(
      fc.property(blueprints(), fc.constantFrom("across" as const, "down" as const), ({ resources }, direction) => {
        const { width, height, boxes, networks } = drawingOf(resources as Resource[], direction);
        expect(boxes.length + networks.length).toBe(resources.length);
        for (const [index, a] of boxes.entries()) {
          expect(a.x).toBeGreaterThanOrEqual(0);
          expect(a.y).toBeGreaterThanOrEqual(0);
          expect(a.x + a.width).toBeLessThanOrEqual(width);
          expect(a.y + a.height).toBeLessThanOrEqual(height);
          for (const b of boxes.slice(index + 1)) {
            const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
            expect(apart, `${a.name} and ${b.name}`).toBe(true);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("a drawing", () => {
  const resources = [
    network("front"),
    network("back", true),
    { type: "storage", name: "data", provider: "docker", specs: { disk_gb: 20 }, dependencies: [] } as Resource,
    service("db", [], { networks: ["back"], volumes: [{ name: "data", target: "/data" }] }),
    service("web", ["db"], { networks: ["front", "back"], replicas: 3 }),
  ];
  const drawing = drawingOf(resources, "across");
  const box = (name: string) => drawing.boxes.find((one) => one.name === name);

  test("has an arrow from each resource to what it needs, mounted storage included", () => {
    expect(drawing.arrows.map(({ from, to }) => `${from} → ${to}`).toSorted()).toEqual(["db → data", "web → db"]);
    for (const { path } of drawing.arrows) expect(path).toMatch(/^M-?\d+,-?\d+[QL]/);
  });

  test("puts what others need to the right of them, or below", () => {
    expect(box("web")?.x).toBeLessThan(box("db")?.x ?? 0);
    const down = drawingOf(resources, "down");
    const y = (name: string) => down.boxes.find((one) => one.name === name)?.y ?? 0;
    expect(y("web")).toBeLessThan(y("db"));
  });

  test("tells the networks a box is on", () => {
    expect(drawing.networks).toEqual([
      { name: "front", internal: false },
      { name: "back", internal: true },
    ]);
    expect(box("web")?.networks).toEqual([0, 1]);
    expect(box("data")?.networks).toEqual([]);
  });

  test("of half a blueprint leaves out needs that are not there yet", () => {
    expect(drawingOf([service("web", ["db"])], "across").arrows).toEqual([]);
  });

  test("of nothing is nothing", () => {
    expect(drawingOf([], "across").boxes).toEqual([]);
  });
});

test("a resource is told in few words", () => {
  expect(
    factsOf(
      service("web", [], { image: "registry.example:5000/team/web:1.2@sha256:abc", cpu: 0.5, memory_mb: 1536, replicas: 2 }),
    ),
  ).toEqual({
    replicas: 2,
    what: "web:1.2",
    size: "0.5 vCPU · 1.5 GB",
  });
  expect(factsOf(network("back", true))).toEqual({ replicas: 1, what: "internal network", size: "" });
  expect(shortImage("postgres")).toBe("postgres");
});
