import type { Blueprint } from "../../../src/blueprints/schema.ts";
import { objectsOf } from "../../../src/deployments/objects.ts";
import { SETTLED } from "../../../src/deployments/status.ts";
import type { Simulation } from "./simulation.ts";

const OPERATIONS_AT_ONCE = 4;

/** Every promise of the engine that a finished simulation breaks, in words. Empty is what it should be. */
export function brokenPromises(simulation: Simulation, revisions: readonly Blueprint[]): string[] {
  const broken = [...simulation.provider.violations];
  const record = simulation.record();
  const owned = simulation.owned();
  const events = simulation.journal.eventsAfter(0, Number.MAX_SAFE_INTEGER);
  const check = (holds: boolean, sentence: string) => {
    if (!holds) broken.push(`${sentence} (${record.status})`);
  };

  check(SETTLED.has(record.status), "it comes to rest");
  const last = events.at(-1)?.event;
  check(last?.type === "done" || last?.type === "error", "its log ends with done or error");
  check((last?.type === "done" || last?.type === "error") && last.status === record.status, "its log says where it ended");
  check(
    events.every(({ seq }, index) => seq === index + 1),
    "its log has no gap",
  );
  check(simulation.provider.mostInFlight <= OPERATIONS_AT_ONCE, "no more calls are in flight than allowed");

  const foreign = simulation.world.list().filter(({ owner }) => owner === "somebody-else");
  check(JSON.stringify(foreign) === JSON.stringify(simulation.foreign), "what is somebody else's is as it was");
  check(
    owned.every(({ created }) => created === 1),
    "nothing is made twice",
  );

  const present = new Map(owned.map((object) => [object.key, object]));
  const isWorking = (blueprint: Blueprint) =>
    objectsOf(blueprint).every(({ key, hash, type }) => {
      const object = present.get(key);
      const working = type === "network" || type === "storage" || object?.state === "healthy" || object?.state === "finished";
      return object?.hash === hash && working;
    });
  const keysOf = (blueprint: Blueprint | undefined) =>
    blueprint === undefined ? [] : objectsOf(blueprint).map(({ key }) => key);
  const extra = (blueprint: Blueprint | undefined) => {
    const wanted = new Set(keysOf(blueprint));
    return owned.filter(({ key }) => !wanted.has(key));
  };
  const saidLeft = new Set(record.left_over);

  if (record.status === "succeeded" || record.status === "rolled_back" || record.status === "deleted") {
    const reached = record.reached.at(-1);
    const wanted = reached === undefined ? undefined : revisions[reached - 1];
    check(wanted === undefined || isWorking(wanted), "what is wanted is there, as it is wanted, and works");
    check(
      extra(wanted).every(({ key }) => saidLeft.has(key)),
      "what is left over is said",
    );
    check(
      extra(wanted).every(({ type, holds_data }) => type === "storage" && holds_data === true),
      "nothing is left over but data",
    );
    if (wanted !== undefined) check(simulation.plan(wanted).operations.length === 0, "the same again is nothing to do");
  } else {
    check(
      owned.every(({ key }) => saidLeft.has(key)),
      "what is there is said",
    );
    const before = events.at(-2)?.event;
    const unverified = before?.type === "warning" && before.code === "unverified";
    check(unverified || [...saidLeft].every((key) => present.has(key)), "what is said to be there is there");
  }
  return broken;
}
