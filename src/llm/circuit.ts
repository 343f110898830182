/** Answers in a row that a model failed to give, each after all its tries, until the circuit opens. */
export const FAULTS_TO_OPEN = 3;

/** How long an open circuit lets nothing through, in milliseconds: long enough to spare a model that restarts. */
export const OPEN_MS = 15_000;

/**
 * Spares a model that keeps failing, and the people waiting for it. Closed, it lets everything through; open, nothing;
 * afterwards one probe, whose outcome closes or opens it again. Times are milliseconds of any one clock.
 */
export class Circuit {
  #faults = 0;
  #openUntil = 0;
  #probing = false;

  /** Whether a request would be let through now. */
  admits(now: number): boolean {
    return this.#faults < FAULTS_TO_OPEN || (now >= this.#openUntil && !this.#probing);
  }

  /** A request goes out; true if it is the probe. It must be followed by one of `succeeded`, `failed` and `abandoned`. */
  begin(): boolean {
    const probe = this.#faults >= FAULTS_TO_OPEN;
    if (probe) this.#probing = true;
    return probe;
  }

  succeeded(): void {
    this.#faults = 0;
    this.#probing = false;
  }

  /** `waitMs`: how long the model itself asked to be left alone. */
  failed(now: number, waitMs = 0): void {
    this.#faults++;
    this.#probing = false;
    if (this.#faults >= FAULTS_TO_OPEN) this.#openUntil = now + Math.max(OPEN_MS, waitMs);
  }

  /** The request's outcome says nothing about the model. */
  abandoned(probe: boolean): void {
    if (probe) this.#probing = false;
  }
}
