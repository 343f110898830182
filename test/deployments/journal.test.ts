import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import storagePage from "../../src/deployments/STORAGE.md?raw";
import { SqlJournal } from "../../src/deployments/sql-journal.ts";
import { fakeBlueprint } from "../support/blueprints.ts";
import { allEvents } from "../support/events.ts";
import { post, request } from "../support/request.ts";

/** The tables as the first version made them, with a deployment in them. */
const VERSION_1 = `
  CREATE TABLE schema_version (version INTEGER NOT NULL);
  INSERT INTO schema_version VALUES (1);
  CREATE TABLE deployment (record TEXT NOT NULL);
  CREATE TABLE revision (number INTEGER PRIMARY KEY, revision TEXT NOT NULL, created_at INTEGER NOT NULL);
  CREATE TABLE secret (name TEXT NOT NULL, version INTEGER NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (name, version));
  CREATE TABLE run (number INTEGER PRIMARY KEY, plan_hash TEXT NOT NULL, stopping TEXT);
  CREATE TABLE operation (run INTEGER NOT NULL, place INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (run, place));
  CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL);
  INSERT INTO deployment VALUES ('{"id":"old-1","project":"old","name":"old","status":"succeeded","goal":{"type":"apply","revision":1},"goal_since":1,"rehearsal":true,"on_failure":"rollback","targets":["fake"],"reached":[1],"run":1,"planned":true,"left_over":[],"created_at":1,"updated_at":2}');
  INSERT INTO revision VALUES (1, '{"blueprint":{"version":"1.0","name":"old","description":"","resources":[{"type":"network","name":"n","provider":"fake","specs":{},"dependencies":[]}]},"secrets":{}}', 1);
  INSERT INTO run VALUES (1, 'hash', NULL);
  INSERT INTO operation VALUES (1, 0, '{"id":"network/n:create","kind":"create","resource":"n","object":"network/n","provider":"fake","cause":"no existing network","depends_on":[],"status":"done","attempt":1}');
  INSERT INTO event VALUES (1, 1, '{"type":"status","data":"Accepted.","status":"queued"}');
`;

test("an object that an earlier version wrote opens in this one, with all that it knew", async () => {
  await runInDurableObject(env.DEPLOYMENT.getByName("old-1"), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray();
    for (const { name } of tables) storage.sql.exec(`DROP TABLE ${name}`);
    storage.sql.exec(VERSION_1);
    const journal = new SqlJournal(storage);
    expect(journal.record()).toMatchObject({ id: "old-1", status: "succeeded", reached: [1] });
    expect(journal.revision(1)?.blueprint.name).toBe("old");
    expect(journal.run(1)?.operations).toHaveLength(1);
    journal.append({ type: "status", data: "again", status: "queued" }, 3);
    expect(journal.eventsAfter(0, 10).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});

test("an object of a later version is refused instead of misread", async () => {
  await runInDurableObject(env.DEPLOYMENT.getByName("later-1"), (_, { storage }) => {
    storage.sql.exec("UPDATE schema_version SET version = 99");
    expect(() => new SqlJournal(storage)).toThrow("later version");
    storage.sql.exec("UPDATE schema_version SET version = 1");
  });
});

test("the storage page names every table there is", async () => {
  const tablesOf = (stub: DurableObjectStub) =>
    runInDurableObject(stub, (_, { storage }) =>
      storage.sql
        .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
        .toArray()
        .map(({ name }) => name),
    );
  const tables = [
    ...(await tablesOf(env.DEPLOYMENT_QUEUE.getByName("queue"))),
    ...(await tablesOf(env.DEPLOYMENT.getByName("any"))),
  ];
  const own = tables.filter((name) => !/^(_cf|sqlite)_/.test(name));
  const documented = [...storagePage.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect([...new Set(documented)].toSorted()).toEqual([...new Set(own)].toSorted());
});

test("a finished deployment that owns nothing is forgotten after its time, and not before", async () => {
  const blueprint = fakeBlueprint("brief", { a: { specs: { simulate: { delay_ms: 0 } } } });
  const accepted = (await (await post("/api/v1/blueprints", blueprint)).json()) as {
    deployment_id: string;
    links: { self: string; events: string };
  };
  await allEvents(await request(accepted.links.events));
  const queue = env.DEPLOYMENT_QUEUE.getByName("queue");
  const age = (days: number) =>
    runInDurableObject(queue, (_, { storage }) => {
      storage.sql.exec(
        "UPDATE deployment SET updated_at = ? WHERE id = ?",
        Date.now() - days * 86_400_000,
        accepted.deployment_id,
      );
    });
  // Its own last alarm reports it once more; only then is it left to age.
  await runDurableObjectAlarm(env.DEPLOYMENT.getByName(accepted.deployment_id));
  await age(29);
  await runDurableObjectAlarm(queue);
  expect((await request(accepted.links.self)).status).toBe(200);
  await age(31);
  await runDurableObjectAlarm(queue);
  expect((await request(accepted.links.self)).status).toBe(404);
});
