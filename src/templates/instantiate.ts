import { type Scalable, scaleResources } from "../blueprints/scale.ts";
import type { Blueprint, ProviderName } from "../blueprints/schema.ts";
import { validate } from "../blueprints/validate.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Issue } from "../validation/issue.ts";
import { parameterValues } from "./parameters.ts";
import { fill, type ParameterValue, SIZE_FIELDS, type Sizes } from "./placeholders.ts";
import type { Customization, Template } from "./schema.ts";

type Draft = Record<string, unknown>;

/**
 * Makes a template's blueprint: sizes take their parameters, are scaled, and then every placeholder is filled in, so that
 * settings derived from a size follow it. `metadata` says where the blueprint came from.
 *
 * Issues point into the customization (`#/parameters/…`, `#/provider`, `#/scale_factor`) or into the template (`#/blueprint/…`).
 */
export function instantiate(id: string, template: Template, wanted: Customization = {}): Result<Blueprint, Issue[]> {
  const parameters = parameterValues(template.parameters ?? {}, wanted.parameters ?? {});
  const misplaced = refuseProvider(id, template, wanted.provider);
  if (!parameters.ok) return fail([...parameters.error, ...misplaced]);
  if (misplaced.length > 0) return fail(misplaced);

  const issues: Issue[] = [];
  const draft = resize(template.blueprint, parameters.value, wanted, issues);
  const filled = fillIn(draft, parameters.value, issues);
  const named = {
    ...filled,
    name: wanted.name ?? filled["name"],
    description: wanted.description ?? filled["description"] ?? template.description,
    metadata: provenance(id, template, wanted, filled["metadata"]),
  };
  const judged = validate(named, ["blueprint"]);
  if (judged.valid && issues.length === 0) return ok(judged.blueprint);
  const known = new Set(issues.map((issue) => issue.pointer));
  return fail([...issues, ...judged.errors.filter((issue) => !known.has(issue.pointer))]);
}

/** The providers a template can be put on; `fake` rehearses anything. */
export function providersOf(template: Template): ProviderName[] {
  const own = resourcesOf(template.blueprint).map((resource) => (isRecord(resource) ? resource["provider"] : undefined));
  return [...new Set([...(template.providers ?? own), "fake"])] as ProviderName[];
}

function refuseProvider(id: string, template: Template, provider: ProviderName | undefined): Issue[] {
  if (provider === undefined) return [];
  const possible = providersOf(template);
  if (possible.includes(provider)) return [];
  const why = template.limitations?.[0];
  return [
    {
      pointer: "#/provider",
      code: "provider",
      detail: `"${id}" cannot be put on ${provider}; it can on ${possible.join(", ")}.${why === undefined ? "" : ` ${why}`}`,
    },
  ];
}

/** The blueprint with its resources on the wanted provider, their sizes set and scaled. */
function resize(blueprint: Draft, parameters: Record<string, ParameterValue>, wanted: Customization, issues: Issue[]): Draft {
  const resources = resourcesOf(blueprint).map((resource, index) => {
    if (!isRecord(resource)) return resource;
    const path = ["blueprint", "resources", index, "specs"];
    const provider = wanted.provider === undefined ? {} : { provider: wanted.provider };
    const specs = isRecord(resource["specs"]) ? { ...resource["specs"] } : resource["specs"];
    if (isRecord(specs)) {
      for (const field of SIZE_FIELDS) {
        if (field in specs) specs[field] = fill(specs[field], [...path, field], { parameters }, issues);
      }
    }
    return { ...resource, ...provider, specs };
  });
  const scalable = resources.every(isScalable) ? resources : [];
  const scaled = scaleResources(scalable, wanted.scale_factor ?? 1);
  if (!scaled.ok) issues.push(...scaled.error.map((issue) => ({ ...issue, pointer: "#/scale_factor" })));
  return { ...blueprint, resources: scaled.ok && scalable.length > 0 ? scaled.value : resources };
}

function fillIn(draft: Draft, parameters: Record<string, ParameterValue>, issues: Issue[]): Draft {
  const { resources, ...rest } = draft;
  const list = resources as unknown[];
  const sizes = new Map(list.filter(isScalable).map(({ name, specs }) => [name, specs as Sizes]));
  const failedSizes = new Set(issues.map((issue) => issue.pointer));
  const found: Issue[] = [];
  const filled = list.map((resource, index) => {
    const scope = { parameters, sizes, ...(isScalable(resource) ? { self: resource.name } : {}) };
    return fill(resource, ["blueprint", "resources", index], scope, found);
  });
  const others = fill(rest, ["blueprint"], { parameters, sizes }, found) as Draft;
  issues.push(...found.filter((issue) => !failedSizes.has(issue.pointer)));
  return { ...others, resources: filled };
}

function provenance(id: string, template: Template, wanted: Customization, own: unknown): Draft {
  return {
    ...(isRecord(own) ? own : {}),
    template: id,
    ...(template.version === undefined ? {} : { template_version: template.version }),
    category: template.category,
    complexity: template.complexity,
    ...(wanted.scale_factor === undefined ? {} : { scale_factor: wanted.scale_factor }),
    ...(wanted.parameters === undefined ? {} : { parameters: wanted.parameters }),
  };
}

function resourcesOf(blueprint: Draft): unknown[] {
  return Array.isArray(blueprint["resources"]) ? blueprint["resources"] : [];
}

function isRecord(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalable(resource: unknown): resource is Scalable {
  if (!isRecord(resource) || !isRecord(resource["specs"])) return false;
  return [resource["type"], resource["name"], resource["provider"]].every((word) => typeof word === "string");
}
