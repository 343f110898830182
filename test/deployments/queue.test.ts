import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type DeploymentEvent, followEvents } from "../../src/deployments/events.ts";

/** The defaults: four deployments at once on a target, twelve operations between them. */
const AT_ONCE = 4;

const queue = env.DEPLOYMENT_QUEUE.getByName("queue");
const admit = async (id: string, ...targets: string[]) => queue.admit(id, targets);
const settle = (id: string, targets: string[]) =>
  queue.report({ id, name: id, status: "succeeded", rehearsal: true, targets, owns: false, created_at: 1, updated_at: 2 });

test("places are given in order of asking, target by target, and nobody overtakes", async () => {
  for (let index = 1; index <= AT_ONCE; index++) expect(await admit(`a${index}`, "one")).toMatchObject({ granted: true });
  expect(await admit("a5", "one")).toEqual({ granted: false, position: 1 });
  expect(await admit("a6", "one", "two")).toEqual({ granted: false, position: 2 });
  expect(await admit("b1", "three"), "another target is another line").toMatchObject({ granted: true });
  expect(await admit("a1", "one"), "renewing is no new place").toMatchObject({ granted: true });
  await settle("a1", ["one"]);
  expect(await admit("a6", "one", "two"), "a5 is first").toMatchObject({ granted: false });
  expect(await admit("a5", "one")).toMatchObject({ granted: true });
  for (const id of ["a2", "a3"]) await settle(id, ["one"]);
  expect(await admit("a6", "one", "two")).toMatchObject({ granted: true });
});

test("those who run on one target share its operations", async () => {
  const [first, second] = [await admit("s1", "shared"), await admit("s2", "shared")];
  expect(first).toEqual({ granted: true, share: 12 });
  expect(second).toEqual({ granted: true, share: 6 });
  expect(await admit("s1", "shared")).toEqual({ granted: true, share: 6 });
});

test("who is not heard of for a minute, at work or in line, loses the place to those who are", async () => {
  for (let index = 1; index <= AT_ONCE; index++) await admit(`dead${index}`, "stuck");
  expect(await admit("gone", "stuck")).toEqual({ granted: false, position: 1 });
  expect(await admit("alive", "stuck")).toEqual({ granted: false, position: 2 });
  const silence = (id: string) =>
    runInDurableObject(queue, (_, { storage }) => {
      storage.sql.exec("UPDATE place SET seen_at = ? WHERE id = ?", Date.now() - 61_000, id);
    });
  await silence("gone");
  expect(await admit("alive", "stuck"), "nobody waits behind the dead").toEqual({ granted: false, position: 1 });
  await silence("dead1");
  expect(await admit("alive", "stuck")).toMatchObject({ granted: true });
  expect(await admit("dead1", "stuck"), "it comes back at the end of the line").toEqual({ granted: false, position: 1 });
});

test("a silent event stream is kept alive by comments, and ends with the deployment", async () => {
  const log: DeploymentEvent[] = [{ type: "status", data: "Accepted.", status: "queued" }];
  let settled = false;
  let wake = () => {};
  const stream = followEvents(
    {
      after: (seq, limit) => log.slice(seq, seq + limit).map((event, index) => ({ seq: seq + index + 1, event })),
      settled: () => settled,
      news: (ms) =>
        new Promise((resolve) => {
          const timer = setTimeout(() => resolve(false), ms);
          wake = () => {
            clearTimeout(timer);
            resolve(true);
          };
        }),
    },
    0,
    20,
  );
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain("Accepted.");
  expect((await reader.read()).value).toBe(": \n\n");
  expect((await reader.read()).value).toBe(": \n\n");
  log.push({ type: "done", data: "complete", status: "succeeded", left_over: [] });
  settled = true;
  wake();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
  expect(rest).toContain('id: 2\ndata: {"type":"done"');
});
