import { expect, test } from "vitest";
import { bundled } from "../../src/templates/catalogue.ts";
import { instantiate } from "../../src/templates/instantiate.ts";
import { NO_FAULTS } from "../support/simulation/faults.ts";
import { brokenPromises } from "../support/simulation/promises.ts";
import { Simulation } from "../support/simulation/simulation.ts";

/** The engine itself on the fake provider, in virtual time: fifty resources that wait for each other take no time at all. */
async function rehearse(id: string, scale_factor: number): Promise<Simulation> {
  const template = bundled[id];
  if (template === undefined) throw new Error(id);
  const blueprint = instantiate(id, template, { provider: "fake", scale_factor });
  if (!blueprint.ok) throw new Error(JSON.stringify(blueprint.error));
  const secrets = new Map((blueprint.value.secrets ?? []).map(({ name }) => [name, "value"]));
  const scenario = { seed: 1, on_failure: "keep" as const, faults: NO_FAULTS, crashes: [], actions: [], foreign: [] };
  const simulation = new Simulation({ ...scenario, blueprint: blueprint.value, next: blueprint.value, secrets });
  await simulation.run();
  return simulation;
}

for (const id of Object.keys(bundled)) {
  for (const scale of [0.5, 1, 4]) {
    test(`${id} at scale ${scale} deploys on the fake provider, everything healthy, and is torn down to its data`, async () => {
      const simulation = await rehearse(id, scale);
      const promises = () => brokenPromises(simulation, simulation.revisions());
      expect(simulation.record().error).toBeUndefined();
      expect(simulation.record().status).toBe("succeeded");
      expect(promises()).toEqual([]);
      await simulation.continue("remove");
      expect(simulation.record().status).toBe("deleted");
      expect(promises()).toEqual([]);
      expect(simulation.owned().every(({ type }) => type === "storage")).toBe(true);
    });
  }
}
