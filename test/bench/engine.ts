import { rm } from "node:fs/promises";
import { allEvents } from "../support/events.ts";
import { type RunningWorker, startWorker, stateFolder } from "../support/worker.ts";

/**
 * What the engine costs, on a real `wrangler dev`. Times are of this machine at this moment; what is worth comparing is beside
 * each other: the same work without an engine (the calls alone, as many at once), and one deployment beside many.
 */

const OPERATIONS_AT_ONCE = 50;
const DELAY_MS = 50;
const vars = { MAX_OPERATIONS: String(OPERATIONS_AT_ONCE), MAX_TARGET_OPERATIONS: "200", MAX_DEPLOYMENTS: "20" };

const services = (name: string, count: number, delay_ms: number) => ({
  version: "1.0",
  name,
  resources: Array.from({ length: count }, (_, index) => ({
    type: "service",
    name: `s${index}`,
    provider: "fake",
    specs: { simulate: { delay_ms } },
  })),
});

interface Accepted {
  links: { self: string; events: string };
}

async function deploy({ url }: RunningWorker, blueprint: object): Promise<Accepted> {
  const response = await fetch(`${url}/api/v1/blueprints/`, { method: "POST", body: JSON.stringify(blueprint) });
  if (response.status !== 202) throw new Error(await response.text());
  return (await response.json()) as Accepted;
}

async function follow({ url }: RunningWorker, { links }: Accepted) {
  const events = await allEvents(await fetch(url + links.events));
  const last = events.at(-1);
  if (last?.["status"] !== "succeeded") throw new Error(JSON.stringify(last));
  return events;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

const rows: [string, string][] = [];
const state = await stateFolder();
const worker = await startWorker({ state, vars });
try {
  await follow(worker, await deploy(worker, services("warm-up", 5, 0)));

  const wide = await timed(async () => follow(worker, await deploy(worker, services("wide", 100, DELAY_MS))));
  const operations = wide.value.filter(({ data }) => (data as { state?: string }).state === "done").length;
  const bare = (operations / OPERATIONS_AT_ONCE) * DELAY_MS;
  rows.push(
    [`100 independent resources of ${DELAY_MS} ms an operation, ${OPERATIONS_AT_ONCE} at once`, `${wide.ms.toFixed(0)} ms`],
    [`the same ${operations} operations without an engine`, `${bare.toFixed(0)} ms`],
    ["ratio", (wide.ms / bare).toFixed(2)],
    ["engine, per operation", `${((wide.ms - bare) / operations).toFixed(2)} ms`],
  );

  const one = await timed(async () => follow(worker, await deploy(worker, services("single", 1, 0))));
  const many = await timed(async () => {
    const accepted = await Promise.all(Array.from({ length: 200 }, (_, index) => deploy(worker, services(`q${index}`, 1, 0))));
    await Promise.all(accepted.map((each) => follow(worker, each)));
  });
  rows.push(
    ["1 deployment of one resource", `${one.ms.toFixed(0)} ms`],
    ["200 of them queued at once, 20 at a time", `${many.ms.toFixed(0)} ms (${(many.ms / 200).toFixed(1)} ms each)`],
  );

  const watched = await deploy(worker, services("watched", 30, 20));
  const watching = await timed(() => Promise.all(Array.from({ length: 100 }, () => follow(worker, watched))));
  const delivered = watching.value.reduce((total, events) => total + events.length, 0);
  rows.push([
    "100 watchers on one deployment of 30 resources",
    `${watching.ms.toFixed(0)} ms, ${delivered} events, ${((watching.ms / delivered) * 1000).toFixed(0)} µs an event`,
  ]);
} finally {
  await worker.stop();
  await rm(state, { recursive: true, force: true });
}

const width = Math.max(...rows.map(([what]) => what.length));
console.log(rows.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`).join("\n"));
