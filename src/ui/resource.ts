import type { Resource } from "../blueprints/schema.ts";

/** What a resource is and how big, in the few words a diagram and a list have room for. Pure. */
export interface Facts {
  replicas: number;
  what: string;
  size: string;
}

/** The words of `specs` that are shown; each provider knows some of them. */
interface Shown {
  replicas?: number;
  cpu?: number;
  memory_mb?: number;
  disk_gb?: number;
  gpus?: number;
  image?: string;
  kind?: string;
  template?: string | number;
  internal?: boolean;
  subnet?: string;
}

export function factsOf({ type, provider, specs }: Resource): Facts {
  const shown = specs as Shown;
  return { replicas: shown.replicas ?? 1, what: whatOf(type, provider, shown), size: sizeOf(shown) };
}

export const TYPE_WORDS: Record<Resource["type"], string> = {
  compute: "Compute",
  service: "Service",
  storage: "Storage",
  network: "Network",
};

function whatOf(type: Resource["type"], provider: string, { image, kind, template, internal, subnet }: Shown): string {
  if (image !== undefined) return shortImage(image);
  if (type === "network") return [internal ? "internal network" : "network", subnet].filter(Boolean).join(" ");
  if (type === "storage") return provider === "proxmox" ? "disk" : "volume";
  const machine = kind === "lxc" ? "container" : kind === "vm" ? "virtual machine" : TYPE_WORDS[type].toLowerCase();
  return template === undefined ? machine : `${machine} · ${template}`;
}

/** `registry.example/team/postgres:18@sha256:…` is `postgres:18` to a reader. */
export function shortImage(image: string): string {
  const [named = image] = image.split("@");
  return named.slice(named.lastIndexOf("/") + 1);
}

function sizeOf({ cpu, memory_mb, disk_gb, gpus }: Shown): string {
  return [
    cpu === undefined ? undefined : `${cpu} vCPU`,
    memory_mb === undefined ? undefined : memory(memory_mb),
    disk_gb === undefined ? undefined : `${disk_gb} GB disk`,
    gpus === undefined ? undefined : `${gpus} GPU`,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

function memory(mb: number): string {
  return mb < 1024 ? `${mb} MB` : `${Number((mb / 1024).toFixed(1))} GB`;
}
