import { describe, expect, test } from "vitest";
import training from "../../src/conversation/intent/messages.txt?raw";
import { classify } from "../../src/conversation/intent.ts";
import heldOut from "./intent-heldout.txt?raw";

const unseen = heldOut
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [intent = "", message = ""] = line.split("\t");
    return { intent, message, ...{ found: classify(message) } };
  });

const rate = (list: readonly { intent: string; found: { intent: string } }[]): number =>
  list.filter(({ intent, found }) => found.intent === intent).length / list.length;

describe("on messages it was not trained on", () => {
  test("there are at least 150 of them, and none is a training message", () => {
    expect(unseen.length).toBeGreaterThanOrEqual(150);
    const known = new Set(training.toLowerCase().split("\n"));
    expect(unseen.filter(({ message }) => known.has(message.toLowerCase())).map(({ message }) => message)).toEqual([]);
  });

  test("nine in ten intents are right", () => {
    expect(rate(unseen)).toBeGreaterThanOrEqual(0.9);
  });

  test("four in five are right for every single intent", () => {
    const weak = [...Map.groupBy(unseen, ({ intent }) => intent)].filter(([, list]) => rate(list) < 0.8);
    expect(weak.map(([intent, list]) => [intent, rate(list)])).toEqual([]);
  });

  test("a confidence is as often right as it says", () => {
    for (const [low, high] of [
      [0, 0.6],
      [0.6, 0.85],
      [0.85, 1.01],
    ] as const) {
      const band = unseen.filter(({ found }) => found.confidence >= low && found.confidence < high);
      const said = band.reduce((sum, { found }) => sum + found.confidence, 0) / band.length;
      expect(Math.abs(rate(band) - said), `between ${low} and ${high}: said ${said}, right ${rate(band)}`).toBeLessThan(0.2);
    }
  });
});

test("the intents of the product's own examples are found", () => {
  expect(classify("I need a high-availability web application").intent).toBe("create_blueprint");
  expect(classify("Use the ha-web-app template but increase capacity for 100k users").intent).toBe("customize_template");
  expect(classify("Customize ha-web-app template for e-commerce with 50k daily users").intent).toBe("customize_template");
  expect(classify("Create a microservices platform").intent).toBe("create_blueprint");
});

test("with a blueprint under discussion a change is meant more often than a new one", () => {
  const alone = classify("more caching and a database replica");
  const within = classify("more caching and a database replica", { blueprint: true, deployment: false });
  expect(within.intent).toBe("customize_template");
  expect(within.confidence).toBeGreaterThan(alone.intent === "customize_template" ? alone.confidence : 0);
});

test.each([" ?", "0", "ŧ".repeat(5000), "\u0000", "👍", "a".repeat(16_000), "' or 1=1 --"])(
  "any text has an intent and a probability: %j",
  (message) => {
    const { confidence } = classify(message);
    expect(confidence).toBeGreaterThan(0.1);
    expect(confidence).toBeLessThanOrEqual(1);
  },
);
