import type { ObservedObject } from "../provider.ts";

/** One object in the rehearsal's world. */
export interface FakeObject extends ObservedObject {
  project: string;
  /** How often it was made: anything but 1 means that something was done twice. */
  created: number;
  /** Passing faults that have been shown already. */
  faults: number;
  /** A job: healthy means finished. */
  runs_once?: boolean;
  /** When the call in progress has its effect, by operation; Unix time in ms. */
  ready: Record<string, number>;
}

/** Where rehearsed objects live. The engine's crash safety is rehearsed too: what happened here outlives the process. */
export interface FakeWorld {
  list(project: string): FakeObject[];
  get(project: string, key: string): FakeObject | undefined;
  put(object: FakeObject): void;
  remove(project: string, key: string): void;
}

export class MemoryWorld implements FakeWorld {
  readonly #objects = new Map<string, FakeObject>();

  list(project: string): FakeObject[] {
    return [...this.#objects.values()].filter((object) => object.project === project);
  }
  get(project: string, key: string): FakeObject | undefined {
    return this.#objects.get(`${project} ${key}`);
  }
  put(object: FakeObject): void {
    this.#objects.set(`${object.project} ${object.key}`, structuredClone(object));
  }
  remove(project: string, key: string): void {
    this.#objects.delete(`${project} ${key}`);
  }
}

/** A world in the SQLite database of a Durable Object, in a table of its own. */
export class SqlWorld implements FakeWorld {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(
      "CREATE TABLE IF NOT EXISTS fake_object (project TEXT, key TEXT, object TEXT NOT NULL, PRIMARY KEY (project, key))",
    );
  }

  list(project: string): FakeObject[] {
    const rows = this.sql.exec<{ object: string }>("SELECT object FROM fake_object WHERE project = ? ORDER BY rowid", project);
    return rows.toArray().map(({ object }) => JSON.parse(object) as FakeObject);
  }
  get(project: string, key: string): FakeObject | undefined {
    const [row] = this.sql.exec<{ object: string }>(
      "SELECT object FROM fake_object WHERE project = ? AND key = ?",
      project,
      key,
    );
    return row === undefined ? undefined : (JSON.parse(row.object) as FakeObject);
  }
  put(object: FakeObject): void {
    this.sql.exec(
      "INSERT INTO fake_object (project, key, object) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET object = excluded.object",
      object.project,
      object.key,
      JSON.stringify(object),
    );
  }
  remove(project: string, key: string): void {
    this.sql.exec("DELETE FROM fake_object WHERE project = ? AND key = ?", project, key);
  }
}
