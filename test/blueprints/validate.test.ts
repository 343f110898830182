import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { validate } from "../../src/blueprints/validate.ts";
import type { Issue } from "../../src/validation/issue.ts";
import { document, good, service, webShop } from "./corpus/documents.ts";
import { type Mistake, ofMeaning, ofShape } from "./corpus/mistakes.ts";

const short = (issues: Issue[]): string[] => issues.map(({ code, pointer }) => `${code} ${pointer}`);

describe("right documents are valid, without a word", () => {
  test.each(Object.entries(good))("%s", (_, value) => {
    const { errors, warnings } = validate(value);
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  });
});

describe("every mistake is named where it is, and nothing else is", () => {
  test.each(Object.entries({ ...ofShape, ...ofMeaning }))("%s", (_, mistake: Mistake) => {
    const verdict = validate(mistake.document);
    expect(short(verdict.errors).toSorted()).toEqual((mistake.errors ?? []).toSorted());
    expect(short(verdict.warnings)).toEqual(mistake.warnings ?? []);
    const words = [...verdict.errors, ...verdict.warnings].map(({ detail, hint }) => `${detail} ${hint ?? ""}`).join("\n");
    for (const text of mistake.says ?? []) expect(words).toContain(text);
    expect(verdict.valid).toBe((mistake.errors ?? []).length === 0);
  });
});

test("what can be deployed comes back with its defaults and its start order", () => {
  const verdict = validate(webShop);
  expect(verdict).toMatchObject({ valid: true, waves: [["front", "back", "pgdata"], ["db"], ["app"], ["lb"]] });
  expect(verdict.valid && verdict.blueprint.resources[2]?.dependencies).toEqual([]);
});

test("more than 256 KiB, or more than 64 levels, is refused without a further look", () => {
  const files = Array.from({ length: 3 }, (_, i) => ({ path: `/f${i}`, content: "x".repeat(100_000) }));
  expect(short(validate(document({ resources: [service("web", { files })], nonsense: 1 })).errors)).toEqual(["too_large #"]);
  let nested: unknown = 0;
  for (let depth = 0; depth < 100_000; depth++) nested = [nested];
  expect(short(validate(document({ metadata: { nested } })).errors)).toEqual(["too_deep #"]);
});

test("a thousand problems are cut short, and counted", () => {
  const resources = Array.from({ length: 150 }, (_, i) => service(`s${i}`, {}, ["a", "b", "c", "d", "e", "f"]));
  const { errors } = validate(document({ resources }));
  expect(errors).toHaveLength(501);
  expect(errors.at(-1)).toMatchObject({ code: "more_problems", detail: expect.stringContaining("400 more") });
});

describe("POST /api/v1/blueprints/validate", () => {
  const post = (body: unknown) =>
    exports.default.fetch("http://localhost/api/v1/blueprints/validate", {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test("answers 200 with the verdict for a bare blueprint", async () => {
    const response = await post(webShop);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(validate(webShop))));
  });

  test("takes what the template routes answer, and points into it", async () => {
    expect(await (await post({ template_id: "simple-web-app", blueprint: webShop })).json()).toMatchObject({ valid: true });
    const broken = await post({ template_id: "simple-web-app", blueprint: { ...webShop, version: "1" }, bluprint: {} });
    expect(broken.status).toBe(200);
    const verdict = (await broken.json()) as { valid: boolean; errors: Issue[] };
    expect(verdict.valid).toBe(false);
    expect(short(verdict.errors)).toEqual(["unknown_key #/bluprint", "invalid_value #/blueprint/version"]);
  });

  test("judges any JSON, and refuses only what is none", async () => {
    expect(await (await post("null")).json()).toMatchObject({ valid: false, errors: [{ code: "invalid_type" }] });
    expect((await post("{")).status).toBe(400);
  });
});
