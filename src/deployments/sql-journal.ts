import type { DeploymentEvent, StoredEvent } from "./events.ts";
import type { DeploymentRecord, Journal, Revision, SealedSecret } from "./journal.ts";
import type { OperationRecord, Run } from "./step.ts";

/**
 * What leads from each version of the tables to the next; the first from nothing. An object is brought up to date when it is
 * opened, in one transaction. Released steps are never edited: a change is a new step.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE deployment (record TEXT NOT NULL);
   CREATE TABLE revision (number INTEGER PRIMARY KEY, revision TEXT NOT NULL, created_at INTEGER NOT NULL);
   CREATE TABLE secret (name TEXT NOT NULL, version INTEGER NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (name, version));
   CREATE TABLE run (number INTEGER PRIMARY KEY, plan_hash TEXT NOT NULL, stopping TEXT);
   CREATE TABLE operation (run INTEGER NOT NULL, place INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (run, place));
   CREATE TABLE event (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL);`,
];

/**
 * The journal in the SQLite database of a Durable Object; STORAGE.md describes the tables. The platform makes the writes of one
 * turn of the event loop one transaction, and lets no call leave the object before they are on disk (the output gate).
 */
export class SqlJournal implements Journal {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    storage.transactionSync(() => {
      this.#sql.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
      const [row] = this.#sql.exec<{ version: number }>("SELECT version FROM schema_version").toArray();
      const version = row?.version ?? 0;
      if (version > MIGRATIONS.length) throw new Error(`This object was written by a later version (tables ${version}).`);
      if (version === MIGRATIONS.length) return;
      for (const step of MIGRATIONS.slice(version)) this.#sql.exec(step);
      this.#sql.exec("DELETE FROM schema_version");
      this.#sql.exec("INSERT INTO schema_version VALUES (?)", MIGRATIONS.length);
    });
  }

  atomically<T>(write: () => T): T {
    return this.#storage.transactionSync(write);
  }

  record(): DeploymentRecord | undefined {
    const [row] = this.#sql.exec<{ record: string }>("SELECT record FROM deployment").toArray();
    return row === undefined ? undefined : (JSON.parse(row.record) as DeploymentRecord);
  }

  saveRecord(record: DeploymentRecord): void {
    this.#sql.exec("DELETE FROM deployment");
    this.#sql.exec("INSERT INTO deployment VALUES (?)", JSON.stringify(record));
  }

  addRevision(revision: Revision, now: number): number {
    const [row] = this.#sql
      .exec<{ number: number }>(
        "INSERT INTO revision SELECT coalesce(max(number), 0) + 1, ?, ? FROM revision RETURNING number",
        JSON.stringify(revision),
        now,
      )
      .toArray();
    return row?.number ?? 1;
  }

  revision(number: number): Revision | undefined {
    const [row] = this.#sql.exec<{ revision: string }>("SELECT revision FROM revision WHERE number = ?", number).toArray();
    return row === undefined ? undefined : (JSON.parse(row.revision) as Revision);
  }

  revisions(): Revision[] {
    const rows = this.#sql.exec<{ revision: string }>("SELECT revision FROM revision ORDER BY number");
    return rows.toArray().map(({ revision }) => JSON.parse(revision) as Revision);
  }

  addSecret({ name, version, sealed }: SealedSecret): void {
    this.#sql.exec("INSERT INTO secret VALUES (?, ?, ?)", name, version, sealed);
  }

  secrets(): SealedSecret[] {
    const rows = this.#sql.exec<{ name: string; version: number; sealed: string }>("SELECT name, version, sealed FROM secret");
    return rows.toArray();
  }

  startRun(number: number, plan_hash: string, run: Run): void {
    this.#sql.exec("INSERT INTO run VALUES (?, ?, NULL)", number, plan_hash);
    run.operations.forEach((operation, place) => {
      this.#sql.exec("INSERT INTO operation VALUES (?, ?, ?)", number, place, JSON.stringify(operation));
    });
  }

  run(number: number): Run | undefined {
    const [row] = this.#sql
      .exec<{ stopping: NonNullable<Run["stopping"]> | null }>("SELECT stopping FROM run WHERE number = ?", number)
      .toArray();
    if (row === undefined) return undefined;
    const rows = this.#sql.exec<{ record: string }>("SELECT record FROM operation WHERE run = ? ORDER BY place", number);
    const operations = rows.toArray().map(({ record }) => JSON.parse(record) as OperationRecord);
    return { operations, ...(row.stopping === null ? {} : { stopping: row.stopping }) };
  }

  runs(): Run[] {
    const rows = this.#sql.exec<{ number: number }>("SELECT number FROM run ORDER BY number").toArray();
    return rows.flatMap(({ number }) => this.run(number) ?? []);
  }

  /** One row for each operation that changed. */
  saveRun(number: number, before: Run, after: Run): void {
    after.operations.forEach((operation, place) => {
      if (operation === before.operations[place]) return;
      this.#sql.exec("UPDATE operation SET record = ? WHERE run = ? AND place = ?", JSON.stringify(operation), number, place);
    });
    if (before.stopping !== after.stopping) {
      this.#sql.exec("UPDATE run SET stopping = ? WHERE number = ?", after.stopping ?? null, number);
    }
  }

  /** Gap-free, because the number is taken and the row written in one statement. */
  append(event: DeploymentEvent, now: number): void {
    this.#sql.exec("INSERT INTO event SELECT coalesce(max(seq), 0) + 1, ?, ? FROM event", now, JSON.stringify(event));
  }

  lastEvent(): DeploymentEvent | undefined {
    const [row] = this.#sql.exec<{ event: string }>("SELECT event FROM event ORDER BY seq DESC LIMIT 1").toArray();
    return row === undefined ? undefined : (JSON.parse(row.event) as DeploymentEvent);
  }

  eventsAfter(seq: number, limit: number): StoredEvent[] {
    const rows = this.#sql.exec<{ seq: number; event: string }>(
      "SELECT seq, event FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
      seq,
      limit,
    );
    return rows.toArray().map(({ seq: number, event }) => ({ seq: number, event: JSON.parse(event) as DeploymentEvent }));
  }
}
