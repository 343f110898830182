import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fail, ok } from "../../src/result.ts";
import { evaluate, type Lookup } from "../../src/templates/expression.ts";

const sizes: Lookup = (reference) =>
  reference.kind === "resource" && reference.name === "db-1" && reference.field === "memory_mb"
    ? ok(4096)
    : reference.kind === "param" && reference.name === "share"
      ? ok(0.25)
      : fail(`no ${JSON.stringify(reference)}`);

const value = (source: string) => {
  const result = evaluate(source, sizes);
  return result.ok ? result.value : result.error;
};

test.each([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["8 / 2 / 2", 2],
  ["8 - 2 - 2", 4],
  ["-3 + -(2)", -5],
  ["2 * -3", -6],
  ["floor(7 / 2)", 3],
  ["ceil(7 / 2)", 4],
  ["round(2.5)", 3],
  ["min(4, 2, 3) + max(1, 5)", 7],
  ["floor(resource.db-1.memory_mb * param.share)", 1024],
  ["resource.db-1.memory_mb-96", 4000],
  ["0.1 + 0.2", 0.3],
])("%s is %d", (source, expected) => {
  expect(value(source)).toBe(expected);
});

test.each([
  ["", "where it ends"],
  ["1 +", "where it ends"],
  ["1 2", '"2" is not expected here'],
  ["(1", '")" is expected before the end'],
  ["1 / 0", "divided by zero"],
  ["sqrt(4)", "functions are floor, ceil, round, min, max"],
  ["floor(1, 2)", "floor takes one value"],
  ["constructor(1)", '"constructor" is not known'],
  ["1 ; 2", '"; 2" is not understood'],
  ["1 ** 2", 'where "*" stands'],
  ["param.nothing", "no "],
  ["self", '"self" is not known'],
  ["1".repeat(501), "at most 500"],
])("%s is refused with a sentence", (source, reason) => {
  expect(value(source)).toContain(reason);
});

/** Trees of sums and products, written with every pair of parentheses, and what they come to. */
const { tree } = fc.letrec<{ tree: { text: string; value: number } }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.nat(999).map((number) => ({ text: String(number), value: number })),
    fc.tuple(tie("tree"), fc.constantFrom("+", "-", "*"), tie("tree")).map(([a, sign, b]) => ({
      text: `(${a.text} ${sign} ${b.text})`,
      value: sign === "+" ? a.value + b.value : sign === "-" ? a.value - b.value : a.value * b.value,
    })),
  ),
}));

test("sums and products of any shape come to what arithmetic says", () => {
  fc.assert(
    fc.property(tree, ({ text, value: expected }) => {
      fc.pre(text.length <= 500);
      expect(value(text)).toBe(Number(expected.toPrecision(12)));
    }),
  );
});

test("whatever is written, the answer is a finite number or a sentence", () => {
  const pieces = fc.constantFrom(
    "1",
    "0",
    "+",
    "-",
    "*",
    "/",
    "(",
    ")",
    ",",
    "min",
    "param.share",
    "self.cpu",
    " ",
    "x",
    "{",
    "é",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const result = evaluate(parts.join(""), sizes);
      expect(result.ok ? Number.isFinite(result.value) : result.error.length > 0).toBe(true);
    }),
  );
});
