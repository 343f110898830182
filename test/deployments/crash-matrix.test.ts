import { expect, test } from "vitest";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { fakeBlueprint } from "../support/blueprints.ts";
import { NO_FAULTS } from "../support/simulation/faults.ts";
import { brokenPromises } from "../support/simulation/promises.ts";
import { type Action, type Scenario, Simulation } from "../support/simulation/simulation.ts";

/** Every kind of resource, every kind of operation, and a fault that passes. */
const everything = (image: string, memory_mb: number, extra: boolean): Blueprint =>
  fakeBlueprint("sim", {
    net: { type: "network", specs: { simulate: { delay_ms: 3 } } },
    data: { type: "storage", specs: { disk_gb: 1, simulate: { delay_ms: 3, fail_times: 1 } } },
    db: {
      type: "compute",
      specs: { image: "db:1", networks: ["net"], volumes: [{ name: "data", target: "/data" }], simulate: { delay_ms: 5 } },
    },
    migrate: { specs: { image, run_once: true, networks: ["net"], simulate: { delay_ms: 2 } }, dependencies: ["db"] },
    web: { specs: { image, memory_mb, replicas: 2, networks: ["net"], simulate: { delay_ms: 4 } }, dependencies: ["migrate"] },
    ...(extra ? { cache: { specs: { image: "cache:1", networks: ["net"], simulate: { delay_ms: 1 } } } } : {}),
  });

const scenario: Scenario = {
  seed: 7,
  blueprint: everything("app:1", 64, true),
  next: everything("app:2", 128, false),
  on_failure: "rollback",
  faults: NO_FAULTS,
  crashes: [],
  actions: [],
  foreign: ["service/theirs-1"],
};

const doomed = fakeBlueprint("sim", {
  net: { type: "network" },
  a: { specs: { networks: ["net"], simulate: { delay_ms: 2 } } },
  b: { specs: { networks: ["net"], simulate: { fail: true } }, dependencies: ["a"] },
});

/** What counts at the end: what is there and in what state, where the deployment is, and what it says is left. */
async function live(
  crashes: Scenario["crashes"],
  base: Scenario,
  afterwards: Action[],
): Promise<{ end: object; turns: number }> {
  const simulation = new Simulation({ ...base, crashes });
  await simulation.run();
  for (const action of afterwards) await simulation.continue(action);
  expect(brokenPromises(simulation, simulation.revisions()), JSON.stringify(crashes)).toEqual([]);
  const { status, reached, left_over } = simulation.record();
  const there = simulation
    .owned()
    .map(({ key, hash, state, created, holds_data }) => ({ key, hash, state, created, holds_data }));
  const end = { status, reached, left_over: left_over.toSorted(), there: there.toSorted((a, b) => (a.key < b.key ? -1 : 1)) };
  return { end, turns: simulation.turn };
}

const lives: [string, Scenario, Action[]][] = [
  ["a deployment", scenario, []],
  ["an update that changes, replaces and removes", scenario, ["update"]],
  ["going back to the revision before", scenario, ["update", "rollback"]],
  ["a teardown", scenario, ["remove"]],
  ["a failure that is rolled back", { ...scenario, blueprint: doomed }, []],
];

for (const [what, base, afterwards] of lives) {
  test(`${what} ends the same wherever the power is cut, with the last writes lost or kept`, { timeout: 120_000 }, async () => {
    const undisturbed = await live([], base, afterwards);
    expect(undisturbed.turns).toBeGreaterThan(30);
    for (let turn = 1; turn <= undisturbed.turns; turn++) {
      for (const lost of [true, false]) {
        const { end } = await live([{ turn, lost }], base, afterwards);
        expect(end, `power cut at turn ${turn}, last writes ${lost ? "lost" : "kept"}`).toEqual(undisturbed.end);
      }
    }
  });
}
