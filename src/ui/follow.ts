import type { DeploymentEvent } from "../deployments/events.ts";
import { ApiProblem, call, eventsOf } from "./api.ts";

/** The server sends a sign of life every 15 s; without two of them the line is dead, whatever the browser believes. */
const SILENCE_MS = 35_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;

export interface Follower {
  /** Number of the last event that was taken in. */
  lastId(): number;
  event(id: number, event: DeploymentEvent): void;
  /** Whether, by what is known, there is nothing more to come. */
  settled(): boolean;
  /** Whether the line is up. */
  connected(up: boolean): void;
}

/**
 * Follows a deployment's events to their end, going on after the last one whenever the line is cut. Resolves when the
 * deployment has settled or `signal` aborts; throws only what the server itself refuses.
 */
export async function followEvents(path: string, follower: Follower, signal: AbortSignal): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const before = follower.lastId();
      if (await followOnce(path, follower, signal)) return;
      if (follower.lastId() > before) pause = FIRST_PAUSE_MS;
    } catch (error) {
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    if (signal.aborted) return;
    follower.connected(false);
    await pauseOrNews(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** One connection; true when the stream came to its own end. */
async function followOnce(path: string, follower: Follower, signal: AbortSignal): Promise<boolean> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    alive();
    const response = await call(path, {
      signal: AbortSignal.any([signal, silence.signal]),
      headers: { accept: "text/event-stream", "last-event-id": String(follower.lastId()) },
    });
    follower.connected(true);
    let silent = true;
    for await (const { id, data } of eventsOf(response, alive)) {
      const event = data as DeploymentEvent;
      follower.event(id, event);
      if (event.type === "done" || event.type === "error") return true;
      silent = false;
    }
    // A settled deployment of which everything is known answers with an empty stream.
    return silent && follower.settled();
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, but no longer than until the network or the user is back. */
function pauseOrNews(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      document.removeEventListener("visibilitychange", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    addEventListener("online", go);
    document.addEventListener("visibilitychange", go);
    signal.addEventListener("abort", go);
  });
}
