import * as fc from "fast-check";
import { expect, test } from "vitest";
import { add, decimal, divide, multiply, round, subtract, toFixed, toText, ZERO } from "../../src/blueprints/prices/decimal.ts";

const millis = fc.integer({ min: 0, max: 10_000_000 });
const of = (thousandths: number) => decimal((thousandths / 1000).toFixed(3));

test("ten tenths are one", () => {
  expect(Array.from({ length: 10 }, () => decimal(0.1)).reduce(add, ZERO)).toBe(decimal(1));
});

test.each([
  ["0.125", 2, "0.13"],
  ["0.124999999999", 2, "0.12"],
  ["2.5", 0, "3"],
  ["0.005", 2, "0.01"],
  ["1234.5", 2, "1234.50"],
])("%s to %i places is %s: halves go up", (text, places, rounded) => {
  expect(toFixed(decimal(text), places)).toBe(rounded);
  expect(toFixed(round(decimal(text), places), places)).toBe(rounded);
});

test("what is negative rounds away from zero as well", () => {
  expect(toFixed(subtract(ZERO, decimal("0.125")), 2)).toBe("-0.13");
});

test("sums and products are those of whole thousandths", () => {
  fc.assert(
    fc.property(millis, millis, (a, b) => {
      expect(add(of(a), of(b))).toBe(of(a + b));
      expect(
        toFixed(multiply(of(a), of(b)), 6)
          .replace(".", "")
          .replace(/^0+(?=\d)/, ""),
      ).toBe(String(BigInt(a) * BigInt(b)));
    }),
  );
});

test("dividing takes multiplying back, and text is read as it was written", () => {
  fc.assert(
    fc.property(millis, fc.integer({ min: 1, max: 10_000_000 }), (a, b) => {
      expect(round(divide(multiply(of(a), of(b)), of(b)), 6)).toBe(of(a));
      expect(decimal(toText(of(a)))).toBe(of(a));
    }),
  );
});

test.each(["", "-1", "1e3", "1.2.3", "0x10", ".5"])("%j is no decimal", (text) => {
  expect(() => decimal(text)).toThrow(RangeError);
});
