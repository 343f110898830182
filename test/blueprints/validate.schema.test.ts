import { Validator } from "@cfworker/json-schema";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blueprintJsonSchema, blueprintSchema } from "../../src/blueprints/schema.ts";
import { blueprints } from "../support/arbitrary.ts";
import { good } from "./corpus/documents.ts";
import { ofMeaning, ofShape } from "./corpus/mistakes.ts";

/** Editors judge by the published JSON Schema, the server by zod: both have to say the same. */
const published = new Validator(blueprintJsonSchema("https://example.com/schemas/blueprint/1.0.json"), "2020-12", true);
const accepts = (value: unknown): boolean => published.validate(value).valid;

describe("the published JSON Schema takes what the server takes", () => {
  const shaped = Object.entries(ofMeaning).map(([name, { document }]) => [name, document] as const);
  test.each([...Object.entries(good), ...shaped])("%s", (_, value) => {
    expect(blueprintSchema.safeParse(value).success).toBe(true);
    expect(published.validate(value).errors).toEqual([]);
  });

  test("and any blueprint the server has filled in", () => {
    fc.assert(
      fc.property(blueprints(), (blueprint) => accepts(JSON.parse(JSON.stringify(blueprint)))),
      { numRuns: 40 },
    );
  });
});

describe("the published JSON Schema refuses what the server refuses", () => {
  test.each(Object.entries(ofShape))("%s", (_, { document }) => {
    expect(blueprintSchema.safeParse(document).success).toBe(false);
    expect(accepts(document)).toBe(false);
  });
});
