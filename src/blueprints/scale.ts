import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import type { Blueprint } from "./schema.ts";

/** Scales `cpu` and `memory_mb`; how many copies of something run, quorums above all, is never a matter of scale. */

export const MIN_SCALE_FACTOR = 0.1;
export const MAX_SCALE_FACTOR = 100;

/** What scaling looks at; a blueprint's resources are such, and so are a template's before its placeholders are filled in. */
export interface Scalable {
  type: string;
  name: string;
  provider: string;
  specs: object;
}

type Sizes = { kind?: unknown; cpu?: unknown; memory_mb?: unknown };

/** What a provider can hold: multiples of `step` from `min` to `max`. */
interface Granularity {
  what: string;
  cpu: Range;
  memory_mb: Range;
}

interface Range {
  step: number;
  min: number;
  max: number;
}

/** The blueprint schema's own bounds; every provider's lie within. */
const MAX_CPU = 512;
const MAX_MEMORY_MB = 8_388_608;

/** Docker's CLI takes 0.01 CPU and more (a CFS quota of 1 ms in 100 ms); the engine refuses memory limits under 6 MiB. */
const CONTAINER: Granularity = {
  what: "a container",
  cpu: { step: 0.01, min: 0.01, max: MAX_CPU },
  memory_mb: { step: 1, min: 6, max: MAX_MEMORY_MB },
};

/** A virtual machine has whole cores, and memory in steps that its firmware and memory hotplug can align to. */
const VIRTUAL_MACHINE: Granularity = {
  what: "a virtual machine",
  cpu: { step: 1, min: 1, max: MAX_CPU },
  memory_mb: { step: 128, min: 128, max: MAX_MEMORY_MB },
};

/** `cpulimit` takes fractions; Proxmox VE refuses an LXC container under 16 MiB. */
const SYSTEM_CONTAINER: Granularity = {
  what: "an LXC container",
  cpu: { step: 0.01, min: 0.01, max: MAX_CPU },
  memory_mb: { step: 1, min: 16, max: MAX_MEMORY_MB },
};

/**
 * The blueprint with `cpu` and `memory_mb` of every compute and service multiplied by `factor` (0.1 to 100) and rounded to what
 * its provider can hold. What it cannot hold is an issue that names the resource.
 */
export function scaleBlueprint(blueprint: Blueprint, factor: number): Result<Blueprint, Issue[]> {
  const resources = scaleResources(blueprint.resources, factor);
  return resources.ok ? ok({ ...blueprint, resources: resources.value }) : resources;
}

/** As `scaleBlueprint`, for a list of resources. A factor of 1 changes nothing; a size that is no number is left alone. */
export function scaleResources<R extends Scalable>(resources: readonly R[], factor: number): Result<R[], Issue[]> {
  if (!(factor >= MIN_SCALE_FACTOR && factor <= MAX_SCALE_FACTOR)) {
    const detail = `The scale factor is ${factor}; it can be ${MIN_SCALE_FACTOR} to ${MAX_SCALE_FACTOR}.`;
    return fail([{ pointer: "#/scale_factor", code: "scale", detail }]);
  }
  const issues: Issue[] = [];
  const scaled = resources.map((resource, index): R => {
    if (factor === 1 || (resource.type !== "compute" && resource.type !== "service")) return resource;
    const granularity = granularityOf(resource);
    const specs: Sizes = resource.specs;
    const sizes: Record<string, number> = {};
    for (const field of ["cpu", "memory_mb"] as const) {
      const size = specs[field];
      if (typeof size !== "number") continue;
      const value = toStep(size * factor, granularity[field]);
      const problem = outside(field, value, granularity);
      if (problem === undefined) sizes[field] = value;
      else {
        const detail = `The resource "${resource.name}" cannot be scaled by ${factor}: ${problem}`;
        const hint = workable(size, granularity[field]);
        issues.push({ pointer: pointer(["resources", index, "specs", field]), code: "scale", detail, hint });
      }
    }
    return { ...resource, specs: { ...specs, ...sizes } };
  });
  return issues.length > 0 ? fail(issues) : ok(scaled);
}

function granularityOf({ type, provider, specs }: Scalable): Granularity {
  if (provider !== "proxmox") return CONTAINER;
  return type === "service" || (specs as Sizes).kind === "lxc" ? SYSTEM_CONTAINER : VIRTUAL_MACHINE;
}

/** Divides by steps per unit, because 0.01 is no binary fraction: 13 / 100 is 0.13, 13 * 0.01 is not. */
function toStep(value: number, { step }: Range): number {
  return step < 1 ? Math.round(value / step) / Math.round(1 / step) : Math.round(value / step) * step;
}

const UNIT = { cpu: "vCPU", memory_mb: "MiB" } as const;

function outside(field: "cpu" | "memory_mb", value: number, granularity: Granularity): string | undefined {
  const { what } = granularity;
  const { min, max } = granularity[field];
  if (value < min) return `${what} has at least ${min} ${UNIT[field]}; this would be less.`;
  return value > max ? `${what} has at most ${max} ${UNIT[field]}; this would be ${value}.` : undefined;
}

/** The factors that keep one size within its range, rounded inwards to two decimals. */
function workable(size: number, { step, min, max }: Range): string {
  const smallest = Math.max(MIN_SCALE_FACTOR, Math.ceil(((min - step / 2) / size) * 100) / 100);
  const largest = Math.min(MAX_SCALE_FACTOR, Math.floor((max / size) * 100) / 100);
  return `A factor of ${smallest} to ${largest} fits this resource.`;
}
