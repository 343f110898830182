import { Circuit } from "./circuit.ts";
import type { Model, ModelError, ModelEvent, ModelRequest, Usage } from "./model.ts";
import { isUnhealthy, nextStep } from "./policy.ts";
import { type Clock, type Limits, sleep, systemClock, Watchdog } from "./watchdog.ts";

export interface ResilientOptions {
  limits: Limits;
  /** Answers when no upstream does. Left out, the last upstream's error is the answer. */
  lastResort?: Model;
  clock?: Clock;
}

/**
 * Several upstreams as one model: each is retried while that makes sense, then the next one is asked. Once text was sent,
 * the next answer begins with `restart`. Usage, name and warnings are those of the upstream that answered. Which upstreams
 * are failing is remembered as long as the model lives.
 */
export function resilient(upstreams: readonly Model[], { limits, lastResort, clock = systemClock }: ResilientOptions): Model {
  const routes = upstreams.map((upstream) => ({ upstream, circuit: new Circuit() }));

  async function* answer(request: ModelRequest, gone: AbortSignal): AsyncGenerator<ModelEvent[], void> {
    const deadline = clock.now() + limits.totalMs;
    const teller = new Teller();
    for (const [i, { upstream, circuit }] of routes.entries()) {
      for (let tries = 1; clock.now() < deadline && circuit.admits(clock.now()); tries++) {
        const probe = circuit.begin();
        teller.begin();
        const watchdog = new Watchdog(upstream.name, limits, deadline, clock);
        try {
          for await (const batch of upstream.answer(request, AbortSignal.any([gone, watchdog.signal]))) {
            watchdog.saw(batch.some(isToken));
            const told = teller.tell(batch);
            // Recorded first: whoever has the end of an answer does not come back for more.
            if (teller.finished) circuit.succeeded();
            watchdog.rests();
            if (told.length > 0) yield told;
            if (teller.over) break;
            watchdog.reads();
          }
        } finally {
          watchdog.stop();
          if (!teller.over || gone.aborted) circuit.abandoned(probe);
        }
        if (teller.finished || gone.aborted) return;
        const { error, spoke } = teller;
        const alternative = routes.slice(i + 1).some((later) => later.circuit.admits(clock.now()));
        const step = nextStep({ error, tries, spoke, alternative, random: clock.random() });
        if (step.kind === "next" || probe) {
          if (isUnhealthy(error)) circuit.failed(clock.now(), error.retry_after_ms);
          else circuit.abandoned(probe);
          break;
        }
        await sleep(clock, Math.min(step.wait_ms, Math.max(0, deadline - clock.now())), gone);
        if (gone.aborted) return;
      }
    }
    if (lastResort === undefined) return yield [{ type: "error", error: teller.error }];
    teller.begin({
      type: "warning",
      code: "planner_fallback",
      message: `${teller.error.message} The ${lastResort.name} answers instead.`,
    });
    for await (const batch of lastResort.answer(request, gone)) {
      const told = teller.tell(batch);
      if (told.length > 0) yield told;
      if (teller.over) break;
    }
    if (!teller.finished) yield [{ type: "error", error: teller.error }];
  }

  return { name: upstreams.map(({ name }) => name).join(", "), answer };
}

const UNAVAILABLE: ModelError = {
  code: "overloaded",
  message: "Every configured model failed just now and is being left alone for a moment.",
};

const isToken = ({ type }: ModelEvent): boolean => type === "text" || type === "thinking";

/** Makes one answer out of the tries: holds back faults and the usage of answers that failed, and says when it starts over. */
class Teller {
  /** Whether the answer is complete. */
  finished = false;
  /** Whether the client has seen text, of any try. */
  spoke = false;
  /** Why the last try failed. */
  error: ModelError = UNAVAILABLE;
  #failed = false;
  #attempts = 0;
  #usage: Usage | undefined;
  #restartDue = false;
  #preface: ModelEvent | undefined;

  get over(): boolean {
    return this.finished || this.#failed;
  }

  /** Another try begins. `preface` goes before its first event. */
  begin(preface?: ModelEvent): void {
    this.#attempts++;
    this.#failed = false;
    this.#usage = undefined;
    this.#restartDue = this.spoke;
    this.#preface = preface;
  }

  /** What of a try's batch is told to the client. The old text stands until there is new text to take its place. */
  tell(batch: readonly ModelEvent[]): ModelEvent[] {
    const out: ModelEvent[] = [];
    for (const event of batch) {
      if (event.type === "alive") continue;
      if (event.type === "usage") {
        this.#usage = event.usage;
      } else if (event.type === "error") {
        this.error = event.error;
        this.#failed = true;
      } else {
        if (this.#restartDue) out.push({ type: "restart", reason: `${this.error.message} The answer starts over.` });
        if (this.#preface) out.push(this.#preface);
        this.#restartDue = false;
        this.#preface = undefined;
        this.spoke ||= isToken(event);
        this.finished = event.type === "finish";
        if (event.type === "finish" && this.#usage) out.push({ type: "usage", usage: this.#usage });
        out.push(event.type === "finish" ? { ...event, attempts: this.#attempts } : event);
      }
      if (this.over) break;
    }
    return out;
  }
}
