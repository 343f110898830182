import fc from "fast-check";
import { expect, test } from "vitest";
import { Circuit, FAULTS_TO_OPEN, OPEN_MS } from "../../src/llm/circuit.ts";
import type { ModelError } from "../../src/llm/model.ts";
import { type Failure, MAX_TRIES, nextStep } from "../../src/llm/policy.ts";

const failure = (code: ModelError["code"], more: Partial<Failure> = {}, retry_after_ms?: number): Failure => ({
  error: { code, message: "", ...(retry_after_ms === undefined ? {} : { retry_after_ms }) },
  tries: 1,
  spoke: false,
  alternative: false,
  random: 0.5,
  ...more,
});

test("only faults that a second try may not meet are tried again", () => {
  const codes = [
    "unreachable",
    "rate_limited",
    "overloaded",
    "cut",
    "timeout",
    "refused",
    "context_too_long",
    "content_filter",
    "invalid",
  ] as const;
  expect(codes.filter((code) => nextStep(failure(code)).kind === "retry")).toEqual([
    "unreachable",
    "rate_limited",
    "overloaded",
    "cut",
  ]);
});

test("the wait is the upstream's own, while it is within our patience", () => {
  expect(nextStep(failure("rate_limited", {}, 5_000))).toEqual({ kind: "retry", wait_ms: 5_000 });
  expect(nextStep(failure("rate_limited", {}, 3_600_000))).toEqual({ kind: "next" });
  expect(nextStep(failure("rate_limited", { alternative: true }, 5_000))).toEqual({ kind: "next" });
  expect(nextStep(failure("rate_limited", { alternative: true }, 1_500))).toEqual({ kind: "retry", wait_ms: 1_500 });
});

test("backoff is random below a limit that doubles, and tries are counted", () => {
  const waits = [1, 2].map((tries) => nextStep(failure("overloaded", { tries, random: 0.999 })));
  expect(waits).toEqual([
    { kind: "retry", wait_ms: 499 },
    { kind: "retry", wait_ms: 999 },
  ]);
  expect(nextStep(failure("overloaded", { random: 0 }))).toEqual({ kind: "retry", wait_ms: 0 });
  expect(nextStep(failure("overloaded", { tries: MAX_TRIES }))).toEqual({ kind: "next" });
});

test("once text was sent another model comes first, and the last one gets one more try", () => {
  expect(nextStep(failure("cut", { spoke: true, alternative: true })).kind).toBe("next");
  expect(nextStep(failure("cut", { spoke: true })).kind).toBe("retry");
  expect(nextStep(failure("cut", { spoke: true, tries: 2 })).kind).toBe("next");
});

test("a circuit opens after faults in a row, lets one probe through after a while, and goes by what it meets", () => {
  const circuit = new Circuit();
  const answer = (outcome: "succeeded" | "failed", now: number) => {
    circuit.begin();
    if (outcome === "failed") circuit.failed(now);
    else circuit.succeeded();
  };
  for (let i = 1; i < FAULTS_TO_OPEN; i++) answer("failed", 0);
  answer("succeeded", 0);
  for (let i = 0; i < FAULTS_TO_OPEN; i++) {
    expect(circuit.admits(0)).toBe(true);
    answer("failed", 0);
  }
  expect(circuit.admits(OPEN_MS - 1)).toBe(false);

  expect(circuit.admits(OPEN_MS)).toBe(true);
  expect(circuit.begin()).toBe(true);
  circuit.abandoned(false);
  expect(circuit.admits(OPEN_MS)).toBe(false);
  circuit.failed(OPEN_MS);
  expect(circuit.admits(2 * OPEN_MS - 1)).toBe(false);

  circuit.abandoned(circuit.begin());
  expect(circuit.admits(2 * OPEN_MS)).toBe(true);
  answer("succeeded", 2 * OPEN_MS);
  expect(circuit.admits(2 * OPEN_MS)).toBe(true);
});

test("a circuit stays open as long as the upstream asked for", () => {
  const circuit = new Circuit();
  for (let i = 0; i < FAULTS_TO_OPEN; i++) circuit.failed(0, 60_000);
  expect(circuit.admits(59_999)).toBe(false);
  expect(circuit.admits(60_000)).toBe(true);
});

test("no circuit is shut for ever", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("succeeded", "failed", "abandoned")), (outcomes) => {
      const circuit = new Circuit();
      let now = 0;
      for (const outcome of outcomes) {
        if (!circuit.admits(now)) now += OPEN_MS;
        expect(circuit.admits(now)).toBe(true);
        const probe = circuit.begin();
        if (outcome === "abandoned") circuit.abandoned(probe);
        else circuit[outcome](now);
      }
    }),
  );
});
