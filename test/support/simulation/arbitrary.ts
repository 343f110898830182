import * as fc from "fast-check";
import type { Blueprint } from "../../../src/blueprints/schema.ts";
import { fakeBlueprint } from "../blueprints.ts";
import { type Faults, NO_FAULTS } from "./faults.ts";
import type { Action, Scenario } from "./simulation.ts";

interface Shape {
  type: "network" | "storage" | "service" | "job";
  replicas: number;
  image: number;
  memory_mb: number;
  /** Which of the resources before it depends on, or is attached to, as bits. */
  uses: number;
  fail_times: number;
  fail: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  type: fc.constantFrom("network", "storage", "service", "service", "service", "job"),
  replicas: fc.integer({ min: 1, max: 2 }),
  image: fc.integer({ min: 1, max: 2 }),
  memory_mb: fc.constantFrom(64, 128),
  uses: fc.nat(255),
  fail_times: fc.constantFrom(0, 0, 0, 1),
  fail: fc.constantFrom(false, false, false, false, false, false, false, true),
});

const shapes = fc.array(shape, { minLength: 1, maxLength: 7 });

function blueprintOf(list: readonly Shape[]): Blueprint {
  const names = list.map(({ type }, index) => `${type[0]}${index}`);
  const entries = list.map(({ type, replicas, image, memory_mb, uses, fail_times, fail }, index) => {
    const simulate = { delay_ms: 10, fail_times, fail };
    if (type === "network" || type === "storage") return { type, specs: { simulate } };
    const used = list.flatMap((other, place) =>
      place < index && (uses >> place) & 1 ? [{ name: names[place] ?? "", type: other.type }] : [],
    );
    const of = (kind: Shape["type"]) => used.filter((other) => other.type === kind).map(({ name }) => name);
    return {
      specs: {
        image: `app:${image}`,
        memory_mb,
        ...(type === "job" ? { run_once: true } : { replicas }),
        networks: of("network"),
        volumes: of("storage").map((name) => ({ name, target: `/${name}` })),
        simulate,
      },
      dependencies: [...of("service"), ...of("job")],
    };
  });
  return fakeBlueprint("sim", Object.fromEntries(entries.map((entry, index) => [names[index] ?? "", entry])));
}

const share = fc.constantFrom(0, 0, 0.03, 0.1, 0.25);
const faults: fc.Arbitrary<Faults> = fc.oneof(
  fc.constant(NO_FAULTS),
  fc.record({
    request: share,
    answer: share,
    late: fc.constantFrom(0, 0.1),
    locked: share,
    stall: fc.constantFrom(0, 0.1),
    fatal: fc.constantFrom(0, 0, 0.02),
  }),
);

const turn = fc.integer({ min: 1, max: 160 });
const action: fc.Arbitrary<Action> = fc.constantFrom("cancel", "update", "remove", "rollback");

export const scenarios: fc.Arbitrary<Scenario & { afterwards: Action[] }> = fc
  .record({
    seed: fc.nat(),
    first: shapes,
    second: shapes,
    /** How much of the first the second keeps: most updates change little. */
    kept: fc.nat(7),
    on_failure: fc.constantFrom("rollback" as const, "rollback" as const, "keep" as const),
    faults,
    crashes: fc.array(fc.record({ turn, lost: fc.boolean() }), { maxLength: 4 }),
    actions: fc.array(fc.record({ turn, action }), { maxLength: 2 }),
    afterwards: fc.array(action, { maxLength: 3 }),
    foreign: fc.array(fc.nat(6), { maxLength: 1 }),
    takeName: fc.constantFrom(false, false, false, true),
  })
  .map(({ first, second, kept, foreign, takeName, ...rest }) => ({
    ...rest,
    blueprint: blueprintOf(first),
    next: blueprintOf([...first.slice(0, kept), ...second].slice(0, 7)),
    foreign: foreign.map((index) => (takeName ? `service/s${index}-1` : `service/theirs-${index}`)),
  }));
