import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CATEGORIES, COMPLEXITIES, PROVIDERS } from "../../src/blueprints/schema.ts";
import { type Template, templateSchema } from "../../src/templates/schema.ts";
import { decodeSummary, decodeTemplate, encode, MAX_METADATA_BYTES } from "../../src/templates/stored.ts";

const text = (maxLength: number) =>
  fc.string({ unit: "grapheme", minLength: 1, maxLength }).map((value) => value.slice(0, maxLength));

const templates: fc.Arbitrary<Template> = fc.record({
  name: text(100),
  category: fc.constantFrom(...CATEGORIES),
  complexity: fc.constantFrom(...COMPLEXITIES),
  description: fc.oneof(
    text(200),
    fc.constantFrom("é", "\u0001", "\\", "字", "𝒳", "a").map((one) => one.repeat(2000 / one.length)),
  ),
  tags: fc.array(text(40), { maxLength: 30 }),
  providers: fc.uniqueArray(fc.constantFrom(...PROVIDERS), { minLength: 1 }),
  version: fc.constant("1.0.0"),
  blueprint: fc.constant({}),
});

const COST = "$100-200/month";
const NOW = "2026-11-22T12:00:00.000Z";

test("whatever a template says, its summary fits into the metadata of a key and reads back", () => {
  fc.assert(
    fc.property(templates, (template) => {
      const { value, metadata } = encode({ template, estimated_cost: COST }, NOW);
      expect(new TextEncoder().encode(JSON.stringify(metadata)).length).toBeLessThanOrEqual(MAX_METADATA_BYTES);
      expect(decodeSummary(JSON.parse(JSON.stringify(metadata)))).toEqual({ ok: true, value: metadata });
      expect(decodeTemplate(value)).toEqual({ ok: true, value: { format: 1, updated_at: NOW, template } });
    }),
  );
});

const plain = templateSchema.parse({ name: "N", category: "web", complexity: "simple", description: "D", blueprint: {} });

test("a summary that fits is kept whole", () => {
  const template = { ...plain, description: "A wiki. ".repeat(50), tags: ["wiki", "team"] };
  expect(encode({ template, estimated_cost: COST }, NOW).metadata).toMatchObject({
    description: template.description,
    tags: template.tags,
  });
});

test("one that does not fit loses the end of its description first, and tags only when that is not enough", () => {
  const long = encode(
    { template: { ...plain, description: "word ".repeat(400), tags: ["wiki", "team"] }, estimated_cost: COST },
    NOW,
  ).metadata;
  expect(long.description).toMatch(/^word word.*…$/);
  expect(long.description.length).toBeGreaterThan(600);
  expect(long.tags).toEqual(["wiki", "team"]);
  const manyTags = Array.from({ length: 30 }, (_, index) => `tag-${index}-${"x".repeat(30)}`);
  const tagged = encode(
    { template: { ...plain, description: "word ".repeat(400), tags: manyTags }, estimated_cost: COST },
    NOW,
  ).metadata;
  expect(tagged.tags.length).toBeGreaterThan(5);
  expect(manyTags.slice(0, tagged.tags.length)).toEqual(tagged.tags);
  expect(tagged.description.length).toBeGreaterThan(100);
});
