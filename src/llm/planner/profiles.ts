import type { Need } from "./needs.ts";

/** What the planner knows about a bundled template beyond its record. */
export interface Profile {
  /** What the template is for. */
  core: readonly Need[];
  /** What it brings along besides. */
  covers: readonly Need[];
  /** It survives the loss of a part. */
  highAvailability: boolean;
  /** Its size follows the load of people; `requestsPerSecond` is the peak it holds at scale 1, by the assumptions below. */
  requestsPerSecond?: number;
  /** Its size follows the number of people who work with it; how many it serves at scale 1. */
  team?: number;
}

/**
 * Assumptions behind the loads, the same ones the answers state:
 * a dynamic request costs 50 ms of CPU, so a vCPU answers 20 a second, and is planned at 60 % use.
 */
export const REQUESTS_PER_VCPU = 12;

/** Requests a person makes on a day of ordinary browsing, and on a day of shopping (search, cart, checkout). */
export const REQUESTS_PER_USER = 30;
export const REQUESTS_PER_SHOPPER = 45;
/** Share of a day's requests that falls into its busiest hour. */
export const PEAK_HOUR_SHARE = 0.15;
/** Requests a second of one person who is using the site right now. */
export const REQUESTS_PER_CONCURRENT_USER = 0.1;

/** By template id. A custom template is judged by its category instead. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  // 2 app replicas of 1 vCPU each.
  "simple-web-app": { core: ["web"], covers: ["database"], highAvailability: false, requestsPerSecond: 2 * REQUESTS_PER_VCPU },
  // 3 app replicas of 1.5 vCPU; the cache in front answers 3 requests in 10.
  "ha-web-app": {
    core: ["web"],
    covers: ["database", "cache"],
    highAvailability: true,
    requestsPerSecond: Math.round((4.5 * REQUESTS_PER_VCPU) / 0.7),
  },
  "redis-cluster": { core: ["cache"], covers: [], highAvailability: true },
  "postgres-ha": { core: ["database"], covers: [], highAvailability: true },
  "observability-stack": { core: ["monitoring"], covers: [], highAvailability: false },
  // Passing a request on is far cheaper than answering it: 1,000 a second for each of 5 vCPUs, half used.
  "api-gateway": { core: ["gateway"], covers: [], highAvailability: true, requestsPerSecond: 2500 },
  // 18 vCPUs of workers.
  "microservices-k8s": {
    core: ["kubernetes"],
    covers: ["web"],
    highAvailability: true,
    requestsPerSecond: 18 * REQUESTS_PER_VCPU,
  },
  "data-pipeline": { core: ["pipeline"], covers: ["database"], highAvailability: false },
  "ml-training": { core: ["gpu"], covers: [], highAvailability: false, team: 4 },
  "zero-trust-network": { core: ["security"], covers: [], highAvailability: true, team: 50 },
};

/** What a template of some category is for, when it has no profile. */
export const CATEGORY_NEED: Readonly<Record<string, Need>> = {
  web: "web",
  database: "database",
  microservices: "kubernetes",
  data: "pipeline",
  ml: "gpu",
  security: "security",
  networking: "gateway",
  monitoring: "monitoring",
};

export function profileOf(id: string, category: string): Profile {
  const need = CATEGORY_NEED[category];
  return PROFILES[id] ?? { core: need === undefined ? [] : [need], covers: [], highAvailability: false };
}
