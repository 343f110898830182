import type { Blueprint } from "../blueprints/schema.ts";
import type { DeploymentEvent, StoredEvent } from "./events.ts";
import type { SecretVersions } from "./secrets.ts";
import type { Status } from "./status.ts";
import type { Run } from "./step.ts";

/** What a deployment is heading for. `restore` goes back to an earlier revision, or to nothing. */
export type Goal =
  | { type: "apply"; revision: number }
  | { type: "restore"; revision: number | undefined; because: string | undefined }
  | { type: "remove"; delete_data: string[] };

/** A blueprint as it was asked for, with the versions its secrets had. */
export interface Revision {
  blueprint: Blueprint;
  secrets: SecretVersions;
}

/** A secret as it is kept: encrypted. */
export interface SealedSecret {
  name: string;
  version: number;
  sealed: string;
}

/** What was shown: the time, and the newest version of each secret. */
export interface Shown {
  at: number;
  versions: SecretVersions;
}

/** The one row that says where a deployment is. */
export interface DeploymentRecord {
  id: string;
  /** Prefix and mark of everything it owns at a provider. */
  project: string;
  name: string;
  status: Status;
  goal: Goal;
  rehearsal: boolean;
  on_failure: "rollback" | "keep";
  /** Approved plan; another one is refused. */
  plan_hash?: string;
  /** Names of the targets it runs on. */
  targets: string[];
  /** Revision that was reached completely, and those before it, oldest first. */
  reached: number[];
  /** The latest run, and whether it was planned already. */
  run: number;
  planned: boolean;
  left_over: string[];
  /** When the goal was set, or, once it is planned, when work on it began: waiting in line is not its fault. Unix time in ms. */
  goal_since: number;
  error?: string;
  /** Which values of secrets were shown; each is shown once. */
  secrets_shown?: Shown;
  /** Unix time in ms. */
  created_at: number;
  updated_at: number;
}

/**
 * Everything a deployment knows, as the engine needs it kept. What is written in one turn of the event loop is kept together or
 * not at all, and nothing leaves for a provider before it is kept: "recorded, then called" holds.
 */
export interface Journal {
  /** Runs several writes as one. */
  atomically<T>(write: () => T): T;
  record(): DeploymentRecord | undefined;
  saveRecord(record: DeploymentRecord): void;
  /** Keeps a revision under the next number, from 1. */
  addRevision(revision: Revision, now: number): number;
  revision(number: number): Revision | undefined;
  /** Every revision, oldest first. */
  revisions(): Revision[];
  addSecret(secret: SealedSecret): void;
  /** Every version of every secret. */
  secrets(): SealedSecret[];
  startRun(number: number, plan_hash: string, run: Run): void;
  run(number: number): Run | undefined;
  /** Every run, oldest first. */
  runs(): Run[];
  /** Writes what differs between two states of a run. */
  saveRun(number: number, before: Run, after: Run): void;
  /** Stores an event under the next number, from 1, without gaps. */
  append(event: DeploymentEvent, now: number): void;
  lastEvent(): DeploymentEvent | undefined;
  /** Up to `limit` events after `seq`, in order. */
  eventsAfter(seq: number, limit: number): StoredEvent[];
}
