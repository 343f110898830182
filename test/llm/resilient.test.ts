import fc from "fast-check";
import { expect, test } from "vitest";
import { OPEN_MS } from "../../src/llm/circuit.ts";
import { isModelError } from "../../src/llm/fault.ts";
import type { Model, ModelError, ModelEvent, ModelRequest } from "../../src/llm/model.ts";
import { MAX_TRIES } from "../../src/llm/policy.ts";
import { type ResilientOptions, resilient } from "../../src/llm/resilient.ts";
import { sourceOf } from "../../src/llm/source.ts";
import { FakeClock, settle } from "../support/clock.ts";

const LIMITS = { firstTokenMs: 10_000, idleMs: 5_000, totalMs: 60_000 };
const REQUEST: ModelRequest = {
  messages: [{ role: "user", content: "hi" }],
  task: {
    kind: "chat",
    intent: "general",
    message: "hi",
    history: [],
    candidates: [],
    origin: "http://localhost",
    today: "2026-11-22",
  },
};

/** What a scripted upstream does in one answer, in order: says something, fails, ends, or waits that many milliseconds. */
type Act = string | ModelError["code"] | { wait: number } | ModelEvent;
const CODES: string[] = [
  "unreachable",
  "rate_limited",
  "overloaded",
  "cut",
  "timeout",
  "refused",
  "context_too_long",
  "content_filter",
  "invalid",
];

/** An upstream that plays one script an answer, the last one for ever. It minds its signal, like the real ones. */
class Scripted implements Model {
  asked = 0;
  aborted = 0;
  constructor(
    readonly name: string,
    readonly clock: FakeClock,
    readonly scripts: Act[][],
  ) {}

  async *answer(_: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent[], void> {
    const script = this.scripts[Math.min(this.asked++, this.scripts.length - 1)] ?? [];
    for (const act of script) {
      if (typeof act === "object" && "wait" in act) await this.#wait(act.wait, signal);
      if (signal.aborted) {
        this.aborted++;
        const error: ModelError = isModelError(signal.reason) ? signal.reason : { code: "cut", message: "gone" };
        return yield [{ type: "error", error }];
      }
      if (typeof act === "object" && "type" in act) yield [act];
      else if (act === "end") yield [this.#usage(), { type: "finish", reason: "stop", model: this.name }];
      else if (typeof act === "string" && CODES.includes(act)) {
        yield [this.#usage(), { type: "error", error: { code: act as ModelError["code"], message: `${this.name} failed.` } }];
      } else if (typeof act === "string") yield [{ type: "text", text: act }];
    }
  }

  #usage(): ModelEvent {
    return { type: "usage", usage: { input_tokens: this.name.length, output_tokens: this.asked } };
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, resolve);
      signal.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });
  }
}

const planner: Model = {
  name: "planner",
  async *answer() {
    yield [
      { type: "text", text: "plan" },
      { type: "finish", reason: "stop", model: "planner" },
    ];
  },
};

function house(scripts: Record<string, Act[][]>, options: Partial<ResilientOptions> = {}) {
  const clock = new FakeClock();
  const upstreams = Object.entries(scripts).map(([name, acts]) => new Scripted(name, clock, acts));
  const model = resilient(upstreams, { limits: LIMITS, clock, ...options });
  /** The events of one answer, with the clock moved on while nothing else happens. */
  const answer = async (): Promise<ModelEvent[]> => {
    const events: ModelEvent[] = [];
    let over = false;
    const reading = (async () => {
      for await (const batch of sourceOf((signal) => model.answer(REQUEST, signal))) events.push(...batch);
      over = true;
    })();
    for (let i = 0; i < 500 && !over; i++) await clock.advance(1_000);
    expect(over).toBe(true);
    await reading;
    return events;
  };
  return { clock, upstreams, model, answer, asked: () => upstreams.map(({ asked }) => asked) };
}

const said = (events: ModelEvent[]) =>
  events.map((event) => (event.type === "text" ? event.text : event.type === "error" ? event.error.code : event.type));

test("a model that answers is asked once", async () => {
  const { answer, asked, clock } = house({ a: [["x", "y", "end"]], b: [["z", "end"]] });
  const events = await answer();
  expect(said(events)).toEqual(["x", "y", "usage", "finish"]);
  expect(events.at(-1)).toMatchObject({ model: "a", attempts: 1 });
  expect(asked()).toEqual([1, 0]);
  expect(clock.pending).toBe(0);
});

test("a passing fault is tried again on the same model", async () => {
  for (const code of ["overloaded", "unreachable", "rate_limited", "cut"] as const) {
    const { answer, asked } = house({ a: [[code], ["x", "end"]], b: [["z", "end"]] });
    expect((await answer()).at(-1)).toMatchObject({ type: "finish", model: "a", attempts: 2 });
    expect(asked()).toEqual([2, 0]);
  }
});

test("a lasting fault is answered by the next model, which is named and counted with its own usage", async () => {
  const { answer, asked } = house({ first: [["overloaded"]], second: [["x", "end"]] });
  const events = await answer();
  expect(said(events)).toEqual(["x", "usage", "finish"]);
  expect(events.at(-1)).toMatchObject({ model: "second", attempts: MAX_TRIES + 1 });
  expect(events.at(-2)).toMatchObject({ usage: { input_tokens: "second".length } });
  expect(asked()).toEqual([MAX_TRIES, 1]);
});

test("a request the model cannot take is not put to it twice", async () => {
  for (const code of ["context_too_long", "content_filter", "refused", "invalid"] as const) {
    const { answer, asked } = house({ a: [[code]], b: [["x", "end"]] });
    expect((await answer()).at(-1)).toMatchObject({ model: "b", attempts: 2 });
    expect(asked()).toEqual([1, 1]);
  }
});

test("after text was sent the next model starts over, and says so just before its first word", async () => {
  const { answer } = house({ a: [["x", "y", "cut"]], b: [["overloaded"], ["z", "end"]] });
  expect(said(await answer())).toEqual(["x", "y", "restart", "z", "usage", "finish"]);
});

test("the only model gets a second try after its answer was cut", async () => {
  const { answer, asked } = house({
    a: [
      ["x", "cut"],
      ["x", "y", "end"],
    ],
  });
  expect(said(await answer())).toEqual(["x", "restart", "x", "y", "usage", "finish"]);
  expect(asked()).toEqual([2]);
});

test("a model that says nothing in time is left for the next one", async () => {
  const { answer, asked, upstreams } = house({ a: [[{ wait: 1e9 }]], b: [["x", "end"]] });
  expect((await answer()).at(-1)).toMatchObject({ model: "b" });
  expect(asked()).toEqual([1, 1]);
  expect(upstreams[0]?.aborted).toBe(1);
});

test("pings do not stand for the first token, but they do for silence after it", async () => {
  const pings: Act[] = Array.from({ length: 10 }, () => [{ wait: 3_000 }, { type: "alive" } as ModelEvent]).flat();
  const first = house({ a: [[...pings, "x", "end"]], b: [["y", "end"]] });
  expect((await first.answer()).at(-1)).toMatchObject({ model: "b" });
  const later = house({ a: [["x", ...pings, "y", "end"]], b: [["z", "end"]] });
  expect(said(await later.answer())).toEqual(["x", "y", "usage", "finish"]);
});

test("a model that falls silent in the middle is left after the idle limit, however early its first word came", async () => {
  const { answer, clock } = house({ a: [["x", { wait: 1e9 }]], b: [["y", "end"]] });
  const began = clock.now();
  expect(said(await answer())).toEqual(["x", "restart", "y", "usage", "finish"]);
  expect(clock.now() - began).toBeLessThan(LIMITS.idleMs + 3_000);
});

test("the whole answer has a limit, over all tries and models", async () => {
  const drip: Act[] = Array.from({ length: 200 }, () => [{ wait: 1_000 }, "x"]).flat();
  const { answer, clock, asked } = house({ a: [drip], b: [drip] });
  const began = clock.now();
  expect((await answer()).at(-1)).toMatchObject({ type: "error", error: { code: "timeout" } });
  expect(clock.now() - began).toBeLessThan(LIMITS.totalMs + 3_000);
  expect(asked()).toEqual([1, 0]);
});

test("a slow reader is not taken for a silent model", async () => {
  const { model, clock } = house({ a: [["x", "y", "end"]] });
  const reader = sourceOf((signal) => model.answer(REQUEST, signal)).getReader();
  expect((await reader.read()).value).toEqual([{ type: "text", text: "x" }]);
  await clock.advance(3 * LIMITS.idleMs);
  expect((await reader.read()).value).toEqual([{ type: "text", text: "y" }]);
});

test("when every model fails the last resort answers, and says why", async () => {
  const { answer } = house({ a: [["x", "cut"]], b: [["refused"]] }, { lastResort: planner });
  const events = await answer();
  expect(said(events)).toEqual(["x", "restart", "warning", "plan", "finish"]);
  expect(events[2]).toMatchObject({
    code: "planner_fallback",
    message: "b failed. The planner answers instead.",
  });
  expect(events.at(-1)).toMatchObject({ model: "planner", attempts: 3 });
});

test("without a last resort the answer is the last model's error", async () => {
  const { answer } = house({ a: [["overloaded"]], b: [["refused"]] });
  expect(await answer()).toEqual([{ type: "error", error: { code: "refused", message: "b failed." } }]);
});

test("a model that keeps failing is spared, probed once, and used again when it is back", async () => {
  const bad: Act[][] = Array.from({ length: 3 * MAX_TRIES }, () => ["overloaded"]);
  const { answer, asked, clock } = house({ a: [...bad, ["overloaded"], ["x", "end"]], b: [["y", "end"]] });
  for (let i = 0; i < 5; i++) expect((await answer()).at(-1)).toMatchObject({ model: "b" });
  expect(asked()).toEqual([3 * MAX_TRIES, 5]);
  await clock.advance(OPEN_MS);
  expect((await answer()).at(-1)).toMatchObject({ model: "b", attempts: 2 });
  expect((await answer()).at(-1)).toMatchObject({ model: "b", attempts: 1 });
  await clock.advance(OPEN_MS);
  expect((await answer()).at(-1)).toMatchObject({ model: "a", attempts: 1 });
  expect((await answer()).at(-1)).toMatchObject({ model: "a", attempts: 1 });
});

test("cancelling closes the model at once, asks no other, and leaves no timer", async () => {
  for (const script of [[{ wait: 1e9 }], ["x", { wait: 1e9 }], ["overloaded"]] as Act[][]) {
    const { model, clock, upstreams, asked } = house({ a: [script], b: [["y", "end"]] }, { lastResort: planner });
    const reader = sourceOf((signal) => model.answer(REQUEST, signal)).getReader();
    const read = reader.read();
    await settle();
    if (script[0] === "x") await read;
    await reader.cancel();
    await clock.advance(LIMITS.totalMs);
    expect(asked()).toEqual([1, 0]);
    expect(clock.pending).toBe(0);
    expect(upstreams[0]?.aborted).toBe(script[0] === "overloaded" || script[0] === "x" ? 0 : 1);
  }
});

test("whatever the models do, the answer ends once and in time, and after a finish it is whole", async () => {
  const act = fc.oneof(
    fc.constantFrom<Act>("x", "y", ...(CODES as ModelError["code"][]), { type: "alive" }, { type: "thinking", text: "t" }),
    fc.integer({ min: 0, max: 20_000 }).map((wait): Act => ({ wait })),
  );
  const script = fc
    .tuple(fc.array(act, { maxLength: 6 }), fc.constantFrom<Act>("end", "cut", "overloaded"))
    .map(([acts, last]) => [...acts, last]);
  const scripts = fc.array(script, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(scripts, scripts, fc.boolean(), async (a, b, withPlanner) => {
      const { answer, clock } = house({ a, b }, withPlanner ? { lastResort: planner } : {});
      const began = clock.now();
      const events = await answer();
      const ends = events.filter(({ type }) => type === "finish" || type === "error");
      expect(ends).toEqual([events.at(-1)]);
      expect(clock.now() - began).toBeLessThanOrEqual(LIMITS.totalMs + 3_000);
      expect(clock.pending).toBe(0);
      if (withPlanner) expect(events.at(-1)?.type).toBe("finish");
      const last = events.at(-1);
      if (last?.type !== "finish" || last.model === "planner") return;
      const shown = said(events.slice(events.findLastIndex(({ type }) => type === "restart") + 1)).filter(
        (word) => word.length === 1,
      );
      const whole = (last.model === "a" ? a : b).map((acts) => acts.filter((word) => word === "x" || word === "y"));
      expect(whole).toContainEqual(shown);
    }),
    { numRuns: 150 },
  );
});
