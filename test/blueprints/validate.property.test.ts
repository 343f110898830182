import * as fc from "fast-check";
import { expect, test } from "vitest";
import { validate } from "../../src/blueprints/validate.ts";
import { blueprints } from "../support/arbitrary.ts";

test("a valid blueprint is valid, and normalises to itself the second time", () => {
  fc.assert(
    fc.property(blueprints(), (blueprint) => {
      const first = validate(blueprint);
      expect(first.errors).toEqual([]);
      if (!first.valid) return;
      const second = validate(JSON.parse(JSON.stringify(first.blueprint)));
      expect(second).toEqual(first);
    }),
  );
});
