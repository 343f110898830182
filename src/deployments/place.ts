import type { Status } from "./status.ts";

/** One line of the index of deployments. */
export interface IndexEntry {
  id: string;
  name: string;
  status: Status;
  rehearsal: boolean;
  targets: string[];
  /** Something real is there that it owns. */
  owns: boolean;
  /** Unix time in ms. */
  created_at: number;
  updated_at: number;
}

/** `share` is how many operations a deployment may have in flight, so that all on one target stay within the target's limit. */
export type Admission = { granted: true; share: number } | { granted: false; position: number };

/** A deployment that holds a place, or waits for one, and has not been heard of for this long is taken for dead; it asks every few seconds. */
export const LEASE_MS = 60_000;
