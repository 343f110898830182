import * as fc from "fast-check";
import { expect, inject, test } from "vitest";
import { GOAL_DEADLINE_MS } from "../../src/deployments/engine.ts";
import { fakeBlueprint } from "../support/blueprints.ts";
import { scenarios } from "../support/simulation/arbitrary.ts";
import { NO_FAULTS } from "../support/simulation/faults.ts";
import { brokenPromises } from "../support/simulation/promises.ts";
import { Simulation } from "../support/simulation/simulation.ts";

/** More, or one again: `SIMULATIONS=20000 npm test`, `SIMULATION_SEED=… npm test` as a failure prints it. */
const runs = inject("simulations");
const seed = inject("simulationSeed");

test(`in ${runs} drawn lives with faults, power cuts and second thoughts the engine keeps every promise`, {
  timeout: 120_000,
}, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(scenarios, async ({ afterwards, ...scenario }) => {
      const simulation = new Simulation(scenario);
      await simulation.run();
      const check = () => expect(brokenPromises(simulation, simulation.revisions())).toEqual([]);
      check();
      ends.set(simulation.record().status, (ends.get(simulation.record().status) ?? 0) + 1);
      for (const action of afterwards) {
        await simulation.continue(action);
        check();
      }
    }),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
  );
  // A simulator in which everything goes well, or nothing does, proves nothing.
  for (const end of ["succeeded", "rolled_back", "failed", "cancelled"])
    expect(ends.get(end) ?? 0, end).toBeGreaterThan(runs / 100);
});

test("what is not done when the time for a deployment is over has failed, and is rolled back", async () => {
  // Fifteen in a row of twenty minutes each: five hours of waiting, and nothing that ever fails by itself.
  const names = Array.from({ length: 15 }, (_, index) => `s${index}`);
  const blueprint = fakeBlueprint(
    "sim",
    Object.fromEntries(
      names.map((name, index) => [
        name,
        { specs: { simulate: { delay_ms: 600_000 } }, dependencies: names.slice(index - 1, index) },
      ]),
    ),
  );
  const scenario = { seed: 3, on_failure: "rollback" as const, faults: NO_FAULTS, crashes: [], actions: [], foreign: [] };
  const simulation = new Simulation({ ...scenario, blueprint, next: blueprint });
  const began = simulation.time.now;
  await simulation.run();
  expect(simulation.record()).toMatchObject({
    status: "rolled_back",
    left_over: [],
    error: expect.stringContaining("time for the deployment was over"),
  });
  expect(simulation.time.now - began).toBeGreaterThan(GOAL_DEADLINE_MS);
  expect(brokenPromises(simulation, simulation.revisions())).toEqual([]);
});

const slow = fakeBlueprint("sim", { a: { specs: { simulate: { delay_ms: 60_000 } } } });
const calm = { seed: 3, on_failure: "rollback" as const, faults: NO_FAULTS, crashes: [], actions: [], foreign: [] };

test("a cancellation that was accepted is never forgotten, whenever it comes", async () => {
  for (let turn = 1; turn <= 12; turn++) {
    const simulation = new Simulation({ ...calm, blueprint: slow, next: slow, actions: [{ turn, action: "cancel" }] });
    await simulation.run();
    expect(simulation.refusals).toEqual([]);
    expect(simulation.record().status, `cancelled in turn ${turn}`).toBe("cancelled");
  }
});

test("time spent in line does not count against a deployment", async () => {
  const simulation = new Simulation({ ...calm, blueprint: slow, next: slow, line_ms: GOAL_DEADLINE_MS + 60_000 });
  await simulation.run();
  expect(simulation.record().status).toBe("succeeded");
});

test("the index is told what a deployment does, not only how it ends", async () => {
  const failing = fakeBlueprint("sim", { a: { specs: { simulate: { fail: true } } } });
  const simulation = new Simulation({ ...calm, blueprint: failing, next: failing });
  await simulation.run();
  expect(simulation.told.filter((status, index) => status !== simulation.told[index - 1])).toEqual([
    "queued",
    "running",
    "rolling_back",
    "rolled_back",
  ]);
});

test("what stands in the way is found before anything is changed", async () => {
  const blueprint = fakeBlueprint("sim", {
    net: { type: "network" },
    a: { specs: { networks: ["net"] } },
    b: { dependencies: ["a"] },
  });
  const scenario = {
    seed: 5,
    on_failure: "rollback" as const,
    faults: NO_FAULTS,
    crashes: [],
    actions: [],
    foreign: ["service/b-1"],
  };
  const simulation = new Simulation({ ...scenario, blueprint, next: blueprint });
  await simulation.run();
  expect(simulation.record()).toMatchObject({
    status: "failed",
    left_over: [],
    error: expect.stringContaining("service/b-1 is taken by somebody else"),
  });
  expect(simulation.provider.begun).toEqual([]);
  expect(brokenPromises(simulation, simulation.revisions())).toEqual([]);
});
