import type { DeploymentEvent, StoredEvent } from "../../../src/deployments/events.ts";
import type { DeploymentRecord, Journal, Revision, SealedSecret } from "../../../src/deployments/journal.ts";
import type { Run } from "../../../src/deployments/step.ts";

/** All that is kept. Values are frozen and lists only grow, so a snapshot is a handful of references and lengths. */
interface Disk {
  record: DeploymentRecord | undefined;
  revisions: readonly Revision[];
  secrets: readonly SealedSecret[];
  runs: readonly Run[];
  events: readonly DeploymentEvent[];
}

/**
 * A journal with the promises of the platform and none beyond: the writes of one turn are kept together when the turn ends
 * (`commit`), or lost together when the process dies before (`crash`).
 */
export class MemoryJournal implements Journal {
  #disk: Disk = { record: undefined, revisions: [], secrets: [], runs: [], events: [] };
  #kept = this.#disk;

  commit(): void {
    this.#kept = this.#disk;
  }

  crash(): void {
    this.#disk = this.#kept;
  }

  atomically<T>(write: () => T): T {
    return write();
  }
  record(): DeploymentRecord | undefined {
    return this.#disk.record;
  }
  saveRecord(record: DeploymentRecord): void {
    this.#disk = { ...this.#disk, record: Object.freeze(record) };
  }
  addRevision(revision: Revision): number {
    this.#disk = { ...this.#disk, revisions: [...this.#disk.revisions, revision] };
    return this.#disk.revisions.length;
  }
  revision(number: number): Revision | undefined {
    return this.#disk.revisions[number - 1];
  }
  revisions(): Revision[] {
    return [...this.#disk.revisions];
  }
  addSecret(secret: SealedSecret): void {
    this.#disk = { ...this.#disk, secrets: [...this.#disk.secrets, secret] };
  }
  secrets(): SealedSecret[] {
    return [...this.#disk.secrets];
  }
  startRun(_number: number, _hash: string, run: Run): void {
    this.#disk = { ...this.#disk, runs: [...this.#disk.runs, run] };
  }
  run(number: number): Run | undefined {
    return this.#disk.runs[number - 1];
  }
  runs(): Run[] {
    return [...this.#disk.runs];
  }
  saveRun(number: number, _before: Run, after: Run): void {
    this.#disk = { ...this.#disk, runs: this.#disk.runs.with(number - 1, after) };
  }
  append(event: DeploymentEvent): void {
    this.#disk = { ...this.#disk, events: [...this.#disk.events, Object.freeze(event)] };
  }
  lastEvent(): DeploymentEvent | undefined {
    return this.#disk.events.at(-1);
  }
  eventsAfter(seq: number, limit: number): StoredEvent[] {
    return this.#disk.events.slice(seq, seq + limit).map((event, index) => ({ seq: seq + index + 1, event }));
  }
}
