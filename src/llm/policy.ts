import type { ModelError } from "./model.ts";

/** What to do after a model failed. Pure. */

/** Requests to one model for one answer. Three are enough to outlive a restart of a server; more only add to the load. */
export const MAX_TRIES = 3;

/** Backoff before try 2 is up to this, doubling with every further try, in milliseconds. */
const BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;

/** Longest wait for a model while another one could answer at once, and when none could, in milliseconds. */
const PATIENCE_MS = { withAlternative: 2_000, without: 20_000 };

/** Faults that a second try may not meet. A silent model is not asked again: that only doubles the silence. */
const TRANSIENT: ReadonlySet<ModelError["code"]> = new Set(["unreachable", "rate_limited", "overloaded", "cut"]);

/** Faults that say something about the model's health, and not about this request or our key. */
const UNHEALTHY: ReadonlySet<ModelError["code"]> = new Set([...TRANSIENT, "timeout", "invalid"]);

export type Step = { kind: "retry"; wait_ms: number } | { kind: "next" };

export interface Failure {
  error: ModelError;
  /** Requests made to this model for this answer, the failed one included. */
  tries: number;
  /** Whether the client has seen text of this answer. */
  spoke: boolean;
  /** Whether a later model is there to be asked. */
  alternative: boolean;
  /** 0 ≤ random < 1. */
  random: number;
}

/**
 * Try the same model again, or go to the next. Waits are full jitter (random between 0 and the doubling limit), or what the
 * upstream asked for; a wait longer than our patience means the next model. Once text was sent, another model comes first;
 * the last one gets one more try.
 */
export function nextStep({ error, tries, spoke, alternative, random }: Failure): Step {
  const maxTries = !spoke ? MAX_TRIES : alternative ? 1 : 2;
  if (!TRANSIENT.has(error.code) || tries >= maxTries) return { kind: "next" };
  const wait_ms = error.retry_after_ms ?? Math.floor(random * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (tries - 1)));
  const patience = alternative ? PATIENCE_MS.withAlternative : PATIENCE_MS.without;
  return wait_ms > patience ? { kind: "next" } : { kind: "retry", wait_ms };
}

export function isUnhealthy({ code }: ModelError): boolean {
  return UNHEALTHY.has(code);
}
