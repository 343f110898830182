import type { Blueprint } from "../blueprints/schema.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import { nearest } from "../validation/nearest.ts";
import { instantiate } from "./instantiate.ts";
import { compile } from "./parameters.ts";
import type { Template } from "./schema.ts";

/** What a template must hold beyond its schema: its own blueprint is valid, and what it says about it is there. */
export function acceptTemplate(id: string, template: Template): Result<Blueprint, Issue[]> {
  const patterns = badPatterns(template);
  if (patterns.length > 0) return fail(patterns);
  const blueprint = instantiate(id, template);
  const issues = [...(blueprint.ok ? [] : blueprint.error), ...danglingSmokeTests(template)];
  return blueprint.ok && issues.length === 0 ? ok(blueprint.value) : fail(issues);
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
