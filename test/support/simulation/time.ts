/** A seeded source of chance: mulberry32, 32 bits of state, good enough to shuffle and to draw faults. */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Timer {
  at: number;
  /** Breaks ties between timers of the same moment by chance: the scheduler is part of what is drawn. */
  rank: number;
  fire: () => void;
}

/**
 * Time that passes only when nobody has anything to do. Whoever waits is woken in the order of time, and in drawn order within
 * one moment. `stop` is a power cut: everybody who waits then waits for ever.
 */
export class VirtualTime {
  now = 1_000_000;
  #timers: Timer[] = [];
  readonly #chance: () => number;

  constructor(chance: () => number) {
    this.#chance = chance;
  }

  wait(ms: number): Promise<void> {
    return new Promise((fire) => this.at(this.now + ms, fire));
  }

  /** Returns what takes the timer back. */
  at(time: number, fire: () => void): () => void {
    const timer = { at: time, rank: this.#chance(), fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get idle(): boolean {
    return this.#timers.length === 0;
  }

  /** Goes to the next moment at which somebody wakes. */
  advance(): void {
    const next = this.#timers.reduce<Timer | undefined>(
      (best, timer) =>
        best === undefined || timer.at < best.at || (timer.at === best.at && timer.rank < best.rank) ? timer : best,
      undefined,
    );
    if (next === undefined) return;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.now = Math.max(this.now, next.at);
    next.fire();
  }

  stop(): void {
    this.#timers = [];
  }
}

/** The longest chain of promises between two waits in the engine is far shorter. */
const TURNS = 40;

/** Lets everything that can run without time passing run. */
export async function settleTurn(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await undefined;
}
