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
