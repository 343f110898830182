import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { toCompose } from "../../../src/blueprints/export/compose.ts";
import { toMermaid } from "../../../src/blueprints/export/mermaid.ts";
import { toTerraform } from "../../../src/blueprints/export/terraform.ts";
import { validate } from "../../../src/blueprints/validate.ts";
import { bundled } from "../../../src/templates/catalogue.ts";
import { instantiate } from "../../../src/templates/instantiate.ts";

describe("a bundled template is valid without a word, and every format takes it", () => {
  test.each(Object.keys(bundled))("%s", (id) => {
    const template = bundled[id];
    const made = template === undefined ? undefined : instantiate(id, template);
    const verdict = validate(made?.ok ? made.value : made?.error);
    expect({ errors: verdict.errors, warnings: verdict.warnings }).toEqual({ errors: [], warnings: [] });
    if (!verdict.valid) return;
    const { blueprint } = verdict;
    const runs = blueprint.resources.filter(({ specs }) => "image" in specs).map(({ name }) => name);
    const file = parseDocument(toCompose(blueprint), { strict: true });
    expect(file.errors).toEqual([]);
    expect(Object.keys(file.toJS().services)).toEqual(runs);
    const terraform = toTerraform(blueprint);
    const diagram = toMermaid(blueprint);
    for (const { name } of blueprint.resources) {
      expect(terraform).toMatch(new RegExp(`"${name.replaceAll("-", "_")}" \\{|# .*\\b${name}\\b`));
      expect(diagram).toContain(name);
    }
  });
});
