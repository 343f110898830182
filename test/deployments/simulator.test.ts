import * as fc from "fast-check";
import { expect, inject, test } from "vitest";
import { scenarios } from "../support/simulation/arbitrary.ts";
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
