import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { allEvents, type ReadEvent, readEvents } from "../support/events.ts";
import { startWorker, stateFolder } from "../support/worker.ts";

/** Ten services, one after the other, slow enough to be killed in the middle. */
const chain = {
  version: "1.0",
  name: "chain",
  resources: Array.from({ length: 10 }, (_, index) => ({
    type: "service",
    name: `s${index}`,
    provider: "fake",
    specs: { simulate: { delay_ms: 150 } },
    dependencies: index === 0 ? [] : [`s${index - 1}`],
  })),
};

test("a deployment goes on by itself after kill -9, and creates each resource once", async () => {
  const state = await stateFolder();
  let worker = await startWorker({ state });
  try {
    const answer = await fetch(`${worker.url}/api/v1/blueprints/`, { method: "POST", body: JSON.stringify(chain) });
    assert.equal(answer.status, 202);
    const { deployment_id, links } = (await answer.json()) as {
      deployment_id: string;
      links: { events: string; self: string };
    };

    let seen: ReadEvent[] = [];
    for (const operationsDone of [4, 12, 20]) {
      const events = await fetch(worker.url + links.events);
      seen = [];
      for await (const event of readEvents(events)) {
        seen.push(event);
        if (doneOperations(seen).length >= operationsDone) break;
      }
      await worker.kill();
      worker = await startWorker({ state });
    }

    const events = await allEvents(await fetch(worker.url + links.events));
    assert.deepEqual(events.slice(0, seen.length), seen, "what was told before the kill is told again");
    assert.deepEqual(
      events.map(({ id }) => id),
      events.map((_, index) => index + 1),
      "numbers have no gap",
    );
    assert.equal(events.at(-1)?.type, "done");
    assert.equal(events.at(-1)?.["status"], "succeeded");
    assert.deepEqual(
      doneOperations(events).toSorted(),
      [...new Set(doneOperations(events))].toSorted(),
      "nothing is done twice",
    );
    assert.equal(doneOperations(events).length, 30);

    // The fake provider refuses to create what exists, so a second creation would have failed the deployment.
    const deployment = (await (await fetch(worker.url + links.self)).json()) as {
      status: string;
      operations: { state: string }[];
    };
    assert.equal(deployment.status, "succeeded", deployment_id);
    assert.ok(deployment.operations.every(({ state: reached }) => reached === "done"));
  } finally {
    await worker.stop();
    await rm(state, { recursive: true, force: true });
  }
});

function doneOperations(events: ReadEvent[]): string[] {
  return events.flatMap(({ type, data }) => {
    const operation = data as { id: string; state: string };
    return type === "operation" && operation.state === "done" ? [operation.id] : [];
  });
}

/** Thirty resources of every kind: networks and volumes, services on them, and jobs in between. */
const crowd = {
  version: "1.0",
  name: "crowd",
  resources: Array.from({ length: 30 }, (_, index) => {
    const simulate = { delay_ms: 60 + 20 * (index % 5), fail_times: index % 7 === 3 ? 1 : 0 };
    const base = { name: `r${index}`, provider: "fake" };
    if (index < 3) return { ...base, type: "network", specs: { simulate } };
    if (index < 6) return { ...base, type: "storage", specs: { disk_gb: 1, simulate } };
    const specs = { networks: [`r${index % 3}`], volumes: [{ name: `r${3 + (index % 3)}`, target: "/data" }], simulate };
    const job = index % 6 === 0 ? { run_once: true } : {};
    return { ...base, type: "service", specs: { ...specs, ...job }, dependencies: index < 12 ? [] : [`r${index - 6}`] };
  }),
};

test("twenty power cuts at random moments change nothing about how a deployment ends", async (t) => {
  const state = await stateFolder();
  const moments = Array.from({ length: 20 }, () => Math.round(50 + Math.random() * 350));
  t.diagnostic(`power cuts after ${moments.join(", ")} ms of running`);
  let worker = await startWorker({ state });
  try {
    const answer = await fetch(`${worker.url}/api/v1/blueprints/`, { method: "POST", body: JSON.stringify(crowd) });
    const { links } = (await answer.json()) as { links: { events: string; self: string } };
    let unfinished = 0;
    for (const moment of moments) {
      await new Promise((resolve) => setTimeout(resolve, moment));
      const { status } = (await (await fetch(worker.url + links.self)).json()) as { status: string };
      if (status === "running") unfinished++;
      await worker.kill();
      worker = await startWorker({ state });
    }
    assert.ok(unfinished >= 5, `only ${unfinished} of the cuts came while it was running`);

    const events = await allEvents(await fetch(worker.url + links.events));
    assert.deepEqual(
      events.map(({ id }) => id),
      events.map((_, index) => index + 1),
      "numbers have no gap",
    );
    assert.deepEqual({ type: events.at(-1)?.type, status: events.at(-1)?.["status"] }, { type: "done", status: "succeeded" });
    const done = doneOperations(events);
    assert.equal(new Set(done).size, done.length, "nothing is done twice");
    assert.equal(done.length, 6 + 24 * 3);
  } finally {
    await worker.stop();
    await rm(state, { recursive: true, force: true });
  }
});
