import type { Blueprint, ProviderName } from "../blueprints/schema.ts";
import { lifecycle as fakeLifecycle } from "../providers/fake/provider.ts";
import type { Lifecycle } from "../providers/provider.ts";
import { objectsOf } from "./objects.ts";
import { type Plan, plan } from "./plan.ts";

const LIFECYCLES: Partial<Record<ProviderName, Lifecycle>> = { fake: fakeLifecycle };

/** The plan of a deployment that is not there yet. Its secrets would have their first values. */
export function planFromNothing(blueprint: Blueprint): Plan {
  const versions = Object.fromEntries((blueprint.secrets ?? []).map(({ name }) => [name, 1]));
  return plan({ desired: objectsOf(blueprint, versions), observed: [], previous: [], lifecycles: LIFECYCLES });
}
