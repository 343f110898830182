import { DurableObject } from "cloudflare:workers";
import { type Config, configOf } from "../config.ts";
import { type Admission, type IndexEntry, LEASE_MS } from "./place.ts";
import { SETTLED, type Status } from "./status.ts";

export type Claim = { status: "new" | "known"; id: string } | { status: "mismatch" };
const DAY_MS = 24 * 60 * 60_000;
const PRUNE_EVERY_MS = DAY_MS;
/** One alarm forgets this many: far below the limits on calls and time of one invocation. */
const PRUNE_AT_ONCE = 100;
const IDEMPOTENCY_MS = DAY_MS;

/**
 * Admission and index, one for all deployments. Places are leases: a deployment asks for one when it wakes, renews it while it
 * works and gives it back at the end, so that nothing that dies can hold its place for ever.
 */
export class DeploymentQueue extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS deployment (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, rehearsal INTEGER NOT NULL, targets TEXT NOT NULL,
        owns INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
      );
      CREATE INDEX IF NOT EXISTS deployment_by_age ON deployment (created_at DESC, id);
      CREATE TABLE IF NOT EXISTS place (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, targets TEXT NOT NULL, granted INTEGER NOT NULL, seen_at INTEGER NOT NULL
      );
      CREATE TABLE IF NOT EXISTS local_key (key TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS idempotency (key TEXT PRIMARY KEY, id TEXT NOT NULL, body_hash TEXT NOT NULL, expires_at INTEGER NOT NULL);
    `);
  }

  ping(): "ok" {
    return "ok";
  }

  /** A key for secrets that is made once and kept here: for a server that only this machine can reach. */
  localKey(): string {
    const [row] = this.#sql.exec<{ key: string }>("SELECT key FROM local_key").toArray();
    if (row !== undefined) return row.key;
    const key = crypto.getRandomValues(new Uint8Array(32)).toBase64();
    this.#sql.exec("INSERT INTO local_key VALUES (?)", key);
    return key;
  }

  /** The deployment that an Idempotency-Key stands for: the one made with it in the last 24 hours, or `id` from now on. */
  claim(key: string, body_hash: string, id: string): Claim {
    const now = Date.now();
    this.#sql.exec("DELETE FROM idempotency WHERE expires_at <= ?", now);
    const [row] = this.#sql
      .exec<{ id: string; body_hash: string }>("SELECT id, body_hash FROM idempotency WHERE key = ?", key)
      .toArray();
    if (row !== undefined) return row.body_hash === body_hash ? { status: "known", id: row.id } : { status: "mismatch" };
    this.#sql.exec("INSERT INTO idempotency VALUES (?, ?, ?, ?)", key, id, body_hash, now + IDEMPOTENCY_MS);
    return { status: "new", id };
  }

  /** Takes what a deployment says of itself into the index; one that settled gives its place back and the next are woken. */
  async report(entry: IndexEntry): Promise<void> {
    this.#sql.exec(
      `INSERT INTO deployment VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET status = excluded.status, targets = excluded.targets, owns = excluded.owns, updated_at = excluded.updated_at`,
      entry.id,
      entry.name,
      entry.status,
      entry.rehearsal ? 1 : 0,
      JSON.stringify(entry.targets),
      entry.owns ? 1 : 0,
      entry.created_at,
      entry.updated_at,
    );
    if (!SETTLED.has(entry.status)) return;
    this.#sql.exec("DELETE FROM place WHERE id = ?", entry.id);
    const next = this.#waiting().filter(({ admitted }) => admitted);
    await Promise.all(next.map(({ id }) => this.env.DEPLOYMENT.getByName(id).wake()));
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + PRUNE_EVERY_MS);
  }

  /** Forgets deployments that settled long ago and own nothing: their row, and all that their object keeps. */
  override async alarm(): Promise<void> {
    // Set first: whatever fails below is tried again tomorrow.
    await this.ctx.storage.setAlarm(Date.now() + PRUNE_EVERY_MS);
    const config = configOf(this.env);
    if (!config.ok) return;
    const before = Date.now() - config.value.keepFinishedDays * DAY_MS;
    const settled = [...SETTLED].map((status) => `'${status}'`).join(", ");
    const old = this.#sql
      .exec<{ id: string }>(
        `SELECT id FROM deployment WHERE owns = 0 AND updated_at < ? AND status IN (${settled}) ORDER BY updated_at LIMIT ?`,
        before,
        PRUNE_AT_ONCE,
      )
      .toArray();
    for (const { id } of old) {
      const forgotten = await this.env.DEPLOYMENT.getByName(id).forget();
      if (forgotten) this.#sql.exec("DELETE FROM deployment WHERE id = ?", id);
    }
    if (old.length === PRUNE_AT_ONCE) await this.ctx.storage.setAlarm(Date.now() + 1_000);
  }

  /** Asks for a place on all the targets of a deployment, or renews it. In order of asking; nobody overtakes on the same target. */
  admit(id: string, targets: string[]): Admission {
    const now = Date.now();
    this.#sql.exec("DELETE FROM place WHERE seen_at <= ? AND id != ?", now - LEASE_MS, id);
    this.#sql.exec(
      "INSERT INTO place (id, targets, granted, seen_at) VALUES (?, ?, 0, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at",
      id,
      JSON.stringify(targets),
      now,
    );
    const waiting = this.#waiting();
    const position = waiting.findIndex((entry) => entry.id === id);
    const admitted = position === -1 || waiting[position]?.admitted === true;
    if (!admitted) return { granted: false, position: position + 1 };
    this.#sql.exec("UPDATE place SET granted = 1 WHERE id = ?", id);
    const busiest = Math.max(...targets.map((target) => this.#running().get(target) ?? 1));
    return { granted: true, share: Math.max(1, Math.floor(this.#limits().maxTargetOperations / busiest)) };
  }

  #limits(): Pick<Config, "maxDeployments" | "maxTargetOperations"> {
    const config = configOf(this.env);
    return config.ok ? config.value : { maxDeployments: 1, maxTargetOperations: 1 };
  }

  /** How many deployments hold a place on each target. */
  #running(): Map<string, number> {
    const rows = this.#sql.exec<{ targets: string }>("SELECT targets FROM place WHERE granted = 1").toArray();
    const used = new Map<string, number>();
    for (const { targets } of rows) {
      for (const target of JSON.parse(targets) as string[]) used.set(target, (used.get(target) ?? 0) + 1);
    }
    return used;
  }

  /** Who waits, in order, and who of them may start now. */
  #waiting(): { id: string; admitted: boolean }[] {
    const { maxDeployments } = this.#limits();
    const used = this.#running();
    const places = this.#sql
      .exec<{ id: string; targets: string }>("SELECT id, targets FROM place WHERE granted = 0 ORDER BY number")
      .toArray();
    return places.map(({ id, targets: text }) => {
      const targets = JSON.parse(text) as string[];
      const admitted = targets.every((target) => (used.get(target) ?? 0) < maxDeployments);
      // Also one that has to wait takes its turn: those behind it on the same target wait too.
      for (const target of targets) used.set(target, (used.get(target) ?? 0) + 1);
      return { id, admitted };
    });
  }

  find(id: string): IndexEntry | undefined {
    return this.#entries("WHERE id = ?", id)[0];
  }

  /** Newest first; `after` is the entry that the page before ended with. */
  list(filter: { status?: Status; after?: { created_at: number; id: string }; limit: number }): IndexEntry[] {
    const conditions = ["1 = 1"];
    const values: (string | number)[] = [];
    if (filter.status !== undefined) {
      conditions.push("status = ?");
      values.push(filter.status);
    }
    if (filter.after !== undefined) {
      conditions.push("(created_at, id) < (?, ?)");
      values.push(filter.after.created_at, filter.after.id);
    }
    const where = `WHERE ${conditions.join(" AND ")} ORDER BY created_at DESC, id DESC LIMIT ?`;
    return this.#entries(where, ...values, filter.limit);
  }

  #entries(where: string, ...values: (string | number)[]): IndexEntry[] {
    const rows = this.#sql.exec<Record<keyof IndexEntry, string | number>>(`SELECT * FROM deployment ${where}`, ...values);
    return rows.toArray().map((row) => ({
      id: String(row.id),
      name: String(row.name),
      status: row.status as Status,
      rehearsal: row.rehearsal === 1,
      targets: JSON.parse(String(row.targets)) as string[],
      owns: row.owns === 1,
      created_at: Number(row.created_at),
      updated_at: Number(row.updated_at),
    }));
  }
}
