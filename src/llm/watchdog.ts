import { timeout } from "./fault.ts";
import type { ModelError } from "./model.ts";

/** How long a model may take, in milliseconds. */
export interface Limits {
  /** From the request to the first text or thinking. */
  firstTokenMs: number;
  /** Silence after that; comments and pings of the upstream are no silence. */
  idleMs: number;
  /** The whole answer, all tries and models together. */
  totalMs: number;
}

/** Time and chance, so that tests can hold them. */
export interface Clock {
  now(): number;
  random(): number;
  /** Calls back after that many milliseconds, unless the returned function is called before. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after that many milliseconds, or as soon as the signal aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    const wake = () => {
      cancel();
      resolve();
    };
    signal.addEventListener("abort", wake, { once: true });
  });
}

/**
 * Watches one request to a model. Its signal aborts with a `ModelError` as the reason when a limit is passed. One timer
 * serves all limits and is moved on only when it fires, so that an event costs no timer.
 */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #name: string;
  /** When the whole answer is due. */
  readonly #deadline: number;
  #expiry: number;
  #speaking = false;
  #waitingForClient = false;
  #cancel = () => {};

  constructor(name: string, limits: Limits, deadline: number, clock: Clock) {
    this.#name = name;
    this.#limits = limits;
    this.#deadline = deadline;
    this.#clock = clock;
    this.#expiry = clock.now() + limits.firstTokenMs;
    this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What arrived is handed on. Until `reads`, nothing is read, and silence is the client's and not the model's. */
  rests(): void {
    this.#waitingForClient = true;
  }

  /** The model is read again. */
  reads(): void {
    this.#waitingForClient = false;
    if (this.#speaking) this.#expiry = this.#clock.now() + this.#limits.idleMs;
  }

  /** Something arrived; `token`: it was text or thinking. */
  saw(token: boolean): void {
    if (!this.#speaking && !token) return;
    this.#expiry = this.#clock.now() + this.#limits.idleMs;
    if (this.#speaking) return;
    this.#speaking = true;
    // The idle limit may end before the timer for the first token would have fired.
    this.#arm();
  }

  stop(): void {
    this.#cancel();
  }

  #arm(): void {
    this.#cancel();
    const wait = Math.min(this.#expiry, this.#deadline) - this.#clock.now();
    this.#cancel = this.#clock.after(Math.max(0, wait), () => {
      const now = this.#clock.now();
      if (this.#waitingForClient) this.#expiry = now + this.#limits.idleMs;
      if (now < this.#expiry && now < this.#deadline) return this.#arm();
      this.#controller.abort(this.#late(now));
    });
  }

  #late(now: number): ModelError {
    const s = (ms: number) => `${Math.round(ms / 100) / 10} s`;
    if (now >= this.#deadline) return timeout(this.#name, `did not finish within ${s(this.#limits.totalMs)}`);
    return this.#speaking
      ? timeout(this.#name, `fell silent for ${s(this.#limits.idleMs)} in the middle of its answer`)
      : timeout(this.#name, `said nothing within ${s(this.#limits.firstTokenMs)}`);
  }
}
