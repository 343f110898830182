import type { ObservedObject } from "../provider.ts";

/** One object in the rehearsal's world. Names are unique in it, whoever owns what they name. */
export interface FakeObject extends ObservedObject {
  name: string;
  /** The deployment that made it. */
  owner: string;
  /** Keys of the networks and volumes it is attached to. */
  needs: string[];
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
  list(): FakeObject[];
  get(name: string): FakeObject | undefined;
  put(object: FakeObject): void;
  remove(name: string): void;
}

export class MemoryWorld implements FakeWorld {
  readonly #objects = new Map<string, FakeObject>();

  list(): FakeObject[] {
    return [...this.#objects.values()];
  }
  get(name: string): FakeObject | undefined {
    return this.#objects.get(name);
  }
  put(object: FakeObject): void {
    this.#objects.set(object.name, Object.freeze(object));
  }
  remove(name: string): void {
    this.#objects.delete(name);
  }
}

/** A world in the SQLite database of a Durable Object, in a table of its own. */
export class SqlWorld implements FakeWorld {
  constructor(private readonly sql: SqlStorage) {
    sql.exec("CREATE TABLE IF NOT EXISTS fake_object (name TEXT PRIMARY KEY, object TEXT NOT NULL)");
  }

  list(): FakeObject[] {
    const rows = this.sql.exec<{ object: string }>("SELECT object FROM fake_object ORDER BY rowid");
    return rows.toArray().map(({ object }) => JSON.parse(object) as FakeObject);
  }
  get(name: string): FakeObject | undefined {
    const [row] = this.sql.exec<{ object: string }>("SELECT object FROM fake_object WHERE name = ?", name);
    return row === undefined ? undefined : (JSON.parse(row.object) as FakeObject);
  }
  put(object: FakeObject): void {
    this.sql.exec(
      "INSERT INTO fake_object (name, object) VALUES (?, ?) ON CONFLICT DO UPDATE SET object = excluded.object",
      object.name,
      JSON.stringify(object),
    );
  }
  remove(name: string): void {
    this.sql.exec("DELETE FROM fake_object WHERE name = ?", name);
  }
}
