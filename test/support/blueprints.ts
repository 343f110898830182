import { type Blueprint, blueprintSchema, type ResourceType } from "../../src/blueprints/schema.ts";

interface ResourceInput {
  type?: ResourceType;
  specs?: object;
  dependencies?: string[];
}

/** A blueprint on the fake provider, from as little as a test has to say. */
export function fakeBlueprint(name: string, resources: Record<string, ResourceInput>): Blueprint {
  return blueprintSchema.parse({
    version: "1.0",
    name,
    resources: Object.entries(resources).map(([resource, rest]) => ({
      type: "service",
      name: resource,
      provider: "fake",
      specs: {},
      ...rest,
    })),
  });
}

/** A network, a volume, a database on both, and two replicas of a web server behind it. */
export const webStack = (changes: { image?: string; replicas?: number; memory_mb?: number } = {}): Blueprint =>
  fakeBlueprint("shop", {
    back: { type: "network" },
    data: { type: "storage", specs: { disk_gb: 10 } },
    db: {
      specs: { image: "postgres:18.6-alpine", networks: ["back"], volumes: [{ name: "data", target: "/var/lib/postgresql" }] },
    },
    web: {
      specs: { image: "nginx:1.30.4-alpine", replicas: 2, memory_mb: 256, networks: ["back"], ...changes },
      dependencies: ["db"],
    },
  });
