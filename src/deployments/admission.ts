import type { Blueprint, ProviderName, Resource } from "../blueprints/schema.ts";
import type { Target } from "../config.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Issue } from "../validation/issue.ts";

/** A deployment as it will be carried out. */
export interface Admitted {
  blueprint: Blueprint;
  /** Nothing real is touched: every resource is on `fake`. */
  rehearsal: boolean;
  /** Names of the targets it runs on; `fake` where it rehearses. */
  targets: string[];
  warnings: string[];
}

/**
 * Decides where a blueprint goes. Asked for `fake`, or on a server without any target, everything is rehearsed; otherwise a
 * resource whose provider has no target is a problem. Pure.
 */
export function admit(
  blueprint: Blueprint,
  targets: readonly Target[],
  provider: "fake" | undefined,
): Result<Admitted, Issue[]> {
  if (provider === "fake") return ok(rehearsal(blueprint, []));
  if (targets.length === 0) {
    const real = blueprint.resources.some((resource) => resource.provider !== "fake");
    const warning =
      "This is a rehearsal: no target is configured, so nothing real is touched. The setting TARGETS names your Docker hosts and Proxmox clusters.";
    return ok(rehearsal(blueprint, real ? [warning] : []));
  }
  const byProvider = new Map<ProviderName, string>(targets.map((target) => [target.provider, target.name]));
  const problems = blueprint.resources.flatMap(({ name, provider: wanted }, index): Issue[] => {
    if (wanted === "fake" || byProvider.has(wanted)) return [];
    const configured = [...byProvider.keys()].join(", ");
    return [
      {
        pointer: `#/resources/${index}/provider`,
        code: "no_target",
        detail: `"${name}" needs a ${wanted} target, and none is configured (there is: ${configured}).`,
        hint: `Add a ${wanted} target to the setting TARGETS, or rehearse with ?provider=fake.`,
      },
    ];
  });
  if (problems.length > 0) return fail(problems);
  const used = new Set(blueprint.resources.map((resource) => byProvider.get(resource.provider) ?? resource.provider));
  return ok({ blueprint, rehearsal: [...used].every((target) => target === "fake"), targets: [...used], warnings: [] });
}

function rehearsal(blueprint: Blueprint, warnings: string[]): Admitted {
  return { blueprint: onFake(blueprint), rehearsal: true, targets: ["fake"], warnings };
}

/** The same blueprint on the fake provider, which takes what any provider takes. */
function onFake(blueprint: Blueprint): Blueprint {
  return { ...blueprint, resources: blueprint.resources.map((resource) => ({ ...resource, provider: "fake" }) as Resource) };
}
