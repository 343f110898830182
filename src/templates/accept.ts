import type { Blueprint } from "../blueprints/schema.ts";
import { fail, ok, type Result } from "../result.ts";
import { check } from "../validation/check.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import { nearest } from "../validation/nearest.ts";
import { instantiate } from "./instantiate.ts";
import { compile } from "./parameters.ts";
import { type Template, templateSchema } from "./schema.ts";

/** What a template must hold beyond its schema: its own blueprint is valid, and what it says about it is there. */
export function acceptTemplate(id: string, template: Template): Result<Blueprint, Issue[]> {
  const patterns = badPatterns(template);
  if (patterns.length > 0) return fail(patterns);
  const blueprint = instantiate(id, template);
  const issues = [...(blueprint.ok ? [] : blueprint.error), ...danglingSmokeTests(template)];
  return blueprint.ok && issues.length === 0 ? ok(blueprint.value) : fail(issues);
}

/**
 * A template as its author sent it, or everything wrong with it at once: where the record itself is faulty, the blueprint in it
 * is judged all the same, with those parameters that are sound.
 */
export function readTemplate(id: string, value: unknown): Result<Template, Issue[]> {
  const read = check(templateSchema, value);
  if (read.ok) return read;
  const { blueprint, parameters } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const parts = templateSchema.pick({ blueprint: true, parameters: true }).safeParse({ blueprint, parameters });
  if (!parts.success) return read;
  const stand_in = { name: id, category: "web", complexity: "simple", description: id } as const;
  const inside = acceptTemplate(id, { ...stand_in, ...parts.data });
  return inside.ok ? read : fail([...read.error, ...inside.error]);
}

function badPatterns({ parameters = {} }: Template): Issue[] {
  return Object.entries(parameters).flatMap(([name, { pattern }]) => {
    if (pattern === undefined || compile(pattern) !== undefined) return [];
    const detail = `"${pattern}" is not a regular expression (ECMA-262).`;
    return [{ pointer: pointer(["parameters", name, "pattern"]), code: "pattern", detail }];
  });
}

function danglingSmokeTests({ smoke_tests = [], blueprint }: Template): Issue[] {
  const resources: unknown[] = Array.isArray(blueprint["resources"]) ? blueprint["resources"] : [];
  const names = resources
    .map((resource) => (resource as { name?: unknown } | null)?.name)
    .filter((name) => typeof name === "string");
  return smoke_tests.flatMap(({ resource }, index) => {
    if (names.includes(resource)) return [];
    const suggestion = nearest(resource, names);
    return [
      {
        pointer: pointer(["smoke_tests", index, "resource"]),
        code: "unknown_resource",
        detail: `The blueprint has no resource "${resource}".`,
        ...(suggestion === undefined ? {} : { hint: `Did you mean "${suggestion}"?` }),
      },
    ];
  });
}
