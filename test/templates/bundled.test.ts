import { describe, expect, test } from "vitest";
import { PROVIDERS } from "../../src/blueprints/schema.ts";
import { nameSchema } from "../../src/blueprints/specs.ts";
import type { Result } from "../../src/result.ts";
import { acceptTemplate } from "../../src/templates/accept.ts";
import { bundled } from "../../src/templates/catalogue.ts";
import { instantiate, providersOf } from "../../src/templates/instantiate.ts";
import { RESERVED_IDS, templateSchema } from "../../src/templates/schema.ts";
import { check } from "../../src/validation/check.ts";
import type { Issue } from "../../src/validation/issue.ts";

/** What the product promises to come with. */
const promised = {
  "simple-web-app": ["web", "simple"],
  "redis-cluster": ["database", "simple"],
  "ha-web-app": ["web", "medium"],
  "postgres-ha": ["database", "medium"],
  "observability-stack": ["monitoring", "medium"],
  "api-gateway": ["networking", "medium"],
  "microservices-k8s": ["microservices", "advanced"],
  "data-pipeline": ["data", "advanced"],
  "ml-training": ["ml", "advanced"],
  "zero-trust-network": ["security", "advanced"],
};

/** What is wrong, so that a failing test says it. */
const problems = (result: Result<unknown, Issue[]>): Issue[] => (result.ok ? [] : result.error);

test.each(Object.entries(promised))("%s is there, in its category and complexity", (id, [category, complexity]) => {
  expect(bundled[id]).toMatchObject({ category, complexity });
});

describe.each(Object.entries(bundled))("%s", (id, template) => {
  test("is what the schema of a template says, under an id of its own", () => {
    expect(check(templateSchema, template)).toEqual({ ok: true, value: template });
    expect(nameSchema.safeParse(id).success && !RESERVED_IDS.includes(id)).toBe(true);
  });

  test("gives a valid blueprint as it is", () => {
    expect(problems(acceptTemplate(id, template))).toEqual([]);
  });

  test("says what it costs, how it is found, and its version", () => {
    expect(template).toMatchObject({
      estimated_cost: expect.any(String),
      version: expect.any(String),
      tags: expect.arrayContaining([expect.any(String)]),
    });
  });

  test.each([0.5, 1, 4])("can be rehearsed at scale %d", (scale_factor) => {
    expect(problems(instantiate(id, template, { provider: "fake", scale_factor }))).toEqual([]);
  });

  test("goes on each provider it names, and says no to every other", () => {
    const possible = providersOf(template);
    for (const provider of PROVIDERS) {
      const found = problems(instantiate(id, template, { provider }));
      expect(found).toEqual(possible.includes(provider) ? [] : [expect.objectContaining({ pointer: "#/provider" })]);
    }
  });

  test("uses every parameter it declares", () => {
    const text = JSON.stringify(template.blueprint);
    const unused = Object.keys(template.parameters ?? {}).filter((name) => !new RegExp(`\\bparam\\.${name}\\b`).test(text));
    expect(unused).toEqual([]);
  });

  test("pins every image", () => {
    const images = [...JSON.stringify(template.blueprint).matchAll(/"image":"([^"$]+)"/g)].map(([, image]) => image ?? "");
    const loose = images.filter((image) => !/:[\w.-]*\d[\w.-]*$|@sha256:/.test(image) || image.endsWith(":latest"));
    expect(loose).toEqual([]);
  });
});
