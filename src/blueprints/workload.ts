import type * as z from "zod";
import type { Blueprint, Resource } from "./schema.ts";
import type { FakeSpecs, specs } from "./specs.ts";

/**
 * A resource that runs: a Docker `container`, an `oci` image as a Proxmox container, or a `machine` (VM or system container).
 * On `fake`, what has an image is a container. `specs` is read through the widest type, of which every kind fills a part.
 */
export interface Workload {
  name: string;
  /** Place in `resources`. */
  index: number;
  kind: "container" | "oci" | "machine";
  specs: FakeSpecs;
  dependencies: readonly string[];
}

export interface Network {
  name: string;
  index: number;
  provider: Resource["provider"];
  specs: z.infer<typeof specs.network.fake>;
}

export interface Storage {
  name: string;
  index: number;
  specs: z.infer<typeof specs.storage.docker>;
}

/** A blueprint's resources sorted by what they are, each with its place. */
export interface Parts {
  workloads: Workload[];
  networks: Network[];
  storages: Storage[];
}

export function partsOf(blueprint: Blueprint): Parts {
  const parts: Parts = { workloads: [], networks: [], storages: [] };
  for (const [index, resource] of blueprint.resources.entries()) {
    const { type, name, provider, dependencies } = resource;
    if (type === "network") parts.networks.push({ name, index, provider, specs: resource.specs as Network["specs"] });
    else if (type === "storage") parts.storages.push({ name, index, specs: resource.specs as Storage["specs"] });
    else parts.workloads.push({ name, index, kind: kindOf(resource), specs: resource.specs as FakeSpecs, dependencies });
  }
  return parts;
}

function kindOf({ type, provider, specs }: Resource): Workload["kind"] {
  if (provider === "proxmox") return type === "service" ? "oci" : "machine";
  return "image" in specs && specs.image !== undefined ? "container" : "machine";
}
