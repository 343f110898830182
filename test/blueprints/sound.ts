import { type Blueprint, type BlueprintInput, blueprintSchema } from "../../src/blueprints/schema.ts";

/** Parts of blueprints that the audit has nothing to say about, to put one flaw into. */

export const TODAY = "2026-11-22";

export type ResourceInput = BlueprintInput["resources"][number];

export const DIGEST = "sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412";

/** Specs of a container with nothing to complain about. */
export const soundSpecs = {
  image: `ghcr.io/shop/app:1.2.3@${DIGEST}`,
  cpu: 1,
  memory_mb: 512,
  pids: 200,
  user: "1000:1000",
  read_only: true,
  cap_drop: ["ALL"],
  no_new_privileges: true,
  restart: "unless-stopped",
  networks: ["back"],
  healthcheck: { test: ["CMD", "app", "health"] },
};

/** A sound container with some of its specs replaced; `undefined` takes one away. */
export function container(specs: object = {}, name = "app"): ResourceInput {
  const merged = Object.entries({ ...soundSpecs, ...specs }).filter(([, value]) => value !== undefined);
  return { type: "service", name, provider: "docker", specs: Object.fromEntries(merged) } as unknown as ResourceInput;
}

export function machine(specs: object = {}, name = "vm"): ResourceInput {
  return {
    type: "compute",
    name,
    provider: "proxmox",
    specs: { template: "debian-13", cpu: 2, memory_mb: 2048, disk_gb: 20, ssh_keys: ["ssh-ed25519 AAAA op@home"], ...specs },
  } as unknown as ResourceInput;
}

export const internalNetwork: ResourceInput = { type: "network", name: "back", provider: "docker", specs: { internal: true } };
export const openNetwork: ResourceInput = { type: "network", name: "front", provider: "docker", specs: {} };

/** A blueprint of these resources and an internal network `back`. */
export function blueprintOf(resources: ResourceInput | ResourceInput[], rest: Partial<BlueprintInput> = {}): Blueprint {
  return blueprintSchema.parse({
    version: "1.0",
    name: "shop",
    resources: [...[resources].flat(), internalNetwork],
    ...rest,
  });
}
