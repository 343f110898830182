import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimate } from "../../../src/blueprints/estimate.ts";
import type { Blueprint } from "../../../src/blueprints/schema.ts";
import { validate } from "../../../src/blueprints/validate.ts";
import { answer } from "../../../src/llm/planner/answer.ts";
import { type Plan, plan } from "../../../src/llm/planner/plan.ts";
import type { Task } from "../../../src/llm/task.ts";
import { taskFor } from "../../support/task.ts";
import { CORPUS, type Expectation } from "./corpus.ts";

/** The task a request becomes, as the conversation prepares it. */
const asked = (request: string, more: Partial<Task> = {}): Promise<Task> => taskFor(request, more);

function planned(task: Task): Plan {
  const made = plan(task);
  if (made === undefined) throw new Error(`No plan for: ${task.message}`);
  return made;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

interface Sizes {
  cpu?: number;
  disk_gb?: number;
  memory_mb?: number;
  gpus?: number;
  replicas?: number;
}

const sizes = ({ resources }: Blueprint): (Sizes & { name: string })[] =>
  resources.map(({ name, specs }) => ({ name, ...(specs as Sizes) }));

function scaleOf({ metadata }: Blueprint): number {
  return Number(metadata?.["scale_factor"] ?? 1);
}

describe.each(CORPUS)("$request", (expected: Expectation) => {
  test("gets what an engineer would expect", async () => {
    const task = await asked(expected.request);
    const { blueprint, choices, price } = planned(task);
    expect(choices.map(({ candidate }) => candidate.id)).toEqual(expected.templates);
    const [min, max] = expected.scale ?? [0.25, 20];
    expect(scaleOf(blueprint)).toBeGreaterThanOrEqual(min);
    expect(scaleOf(blueprint)).toBeLessThanOrEqual(max);
    if (expected.maxPrice !== undefined) expect(price).toBeLessThanOrEqual(expected.maxPrice);
    if (expected.provider !== undefined)
      expect(new Set(blueprint.resources.map(({ provider }) => provider))).toEqual(new Set([expected.provider]));
    if (expected.disk !== undefined)
      expect(Math.max(...sizes(blueprint).map(({ disk_gb = 0 }) => disk_gb))).toBeGreaterThanOrEqual(expected.disk);
    if (expected.gpus !== undefined) {
      const gpus = sum(sizes(blueprint).map(({ gpus = 0, replicas = 1 }) => gpus * replicas));
      expect(gpus).toBeGreaterThanOrEqual(expected.gpus);
      expect(gpus).toBeLessThan(2 * expected.gpus);
    }
    if (expected.cpu !== undefined) {
      const [prefix, total] = expected.cpu;
      const named = sizes(blueprint).filter(({ name }) => name.startsWith(prefix));
      expect(sum(named.map(({ cpu = 0, replicas = 1 }) => cpu * replicas))).toBeGreaterThanOrEqual(total);
    }
    if (expected.memory !== undefined) {
      const [prefix, gib] = expected.memory;
      const named = sizes(blueprint).filter(({ name, memory_mb }) => name.startsWith(prefix) && memory_mb !== undefined);
      expect(named).not.toEqual([]);
      expect(Math.min(...named.map(({ memory_mb = 0 }) => memory_mb))).toBeGreaterThanOrEqual(gib * 1024);
    }
    if (expected.absent !== undefined) expect(sizes(blueprint).map(({ name }) => name)).not.toContain(expected.absent);
    if (expected.replicas !== undefined) {
      const [name, count] = expected.replicas;
      expect(sizes(blueprint).find((resource) => resource.name === name)?.replicas ?? 1).toBe(count);
    }
    if (expected.name !== undefined) expect(blueprint.name).toBe(expected.name);
    if (expected.says !== undefined) expect(answer(task).text).toMatch(expected.says);
    expect(validate(blueprint).errors ?? []).toEqual([]);
    expect(price).toBe(Number(estimate(blueprint).total_monthly_cost));
  });
});

test("the corpus holds at least 60 requests", () => {
  expect(CORPUS.length).toBeGreaterThanOrEqual(60);
});

const EARLIER = [{ role: "user", content: "Use the postgres-ha template" }] as const;

test("who asks for something new gets no part of what was talked about before", async () => {
  const task = await asked("I need a kafka pipeline instead", { history: EARLIER });
  expect(planned(task).choices.map(({ candidate }) => candidate.id)).toEqual(["data-pipeline"]);
});

test("who changes what was talked about before gets that changed", async () => {
  const task = await asked("make it twice as big", { history: EARLIER, intent: "customize_template" });
  expect(planned(task).choices.map(({ candidate }) => candidate.id)).toEqual(["postgres-ha"]);
});

test("the same request always gets the same answer", async () => {
  const task = await asked("shop for 50k daily users under $600 a month");
  expect(answer(task)).toEqual(answer(structuredClone(task)));
});

test("whatever is asked, the blueprint is valid", async () => {
  const words = CORPUS.flatMap(({ request }) => request.split(" "));
  const request = fc.array(
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.string() }),
    { minLength: 1, maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(request, async (parts) => {
      const made = plan(await asked(parts.join(" ")));
      return made !== undefined && validate(made.blueprint).valid;
    }),
    { numRuns: 150 },
  );
});
