import { nearest } from "../validation/nearest.ts";
import { isObject } from "./draft.ts";
import { PROVIDERS, RESOURCE_TYPES } from "./schema.ts";

/** What compose files, clouds and clusters call things, and what they are called here. */
export const SYNONYMS: Readonly<Record<string, string>> = {
  app: "service",
  application: "service",
  cache: "service",
  container: "service",
  database: "service",
  deployment: "service",
  load_balancer: "service",
  loadbalancer: "service",
  pod: "service",
  host: "compute",
  instance: "compute",
  lxc: "compute",
  machine: "compute",
  server: "compute",
  virtual_machine: "compute",
  vm: "compute",
  bridge: "network",
  subnet: "network",
  vnet: "network",
  vpc: "network",
  disk: "storage",
  pvc: "storage",
  volume: "storage",
  container_runtime: "docker",
  docker_compose: "docker",
  pve: "proxmox",
  depends_on: "dependencies",
  needs: "dependencies",
  requires: "dependencies",
  args: "command",
  cmd: "command",
  cores: "cpu",
  cpus: "cpu",
  vcpu: "cpu",
  vcpus: "cpu",
  configs: "files",
  count: "replicas",
  instances: "replicas",
  scale: "replicas",
  disk_size: "disk_gb",
  size: "disk_gb",
  size_gb: "disk_gb",
  storage_gb: "disk_gb",
  environment: "env",
  gpu: "gpus",
  health: "healthcheck",
  liveness_probe: "healthcheck",
  mem: "memory_mb",
  mem_limit: "memory_mb",
  ram: "memory_mb",
  ram_mb: "memory_mb",
  mounts: "volumes",
  pids_limit: "pids",
  shm_size: "shm_mb",
  stop_grace_period: "stop_grace_s",
  ip_address: "ip",
  sshkeys: "ssh_keys",
  cidr: "subnet",
  vlan: "tag",
};

/**
 * The same document with every resource's type and provider read as what was most likely meant, so that the rest of the
 * resource can be judged in the same go. The very same value when nothing had to be guessed.
 */
export function presume(document: unknown): unknown {
  if (!isObject(document) || !Array.isArray(document["resources"])) return document;
  let guessed = false;
  const guess = (given: unknown, known: readonly string[]): unknown => {
    if (typeof given !== "string" || known.includes(given)) return given;
    const synonym = Object.hasOwn(SYNONYMS, given) ? SYNONYMS[given] : undefined;
    const meant = synonym !== undefined && known.includes(synonym) ? synonym : nearest(given, known);
    if (meant === undefined) return given;
    guessed = true;
    return meant;
  };
  const resources = document["resources"].map((resource: unknown) =>
    isObject(resource) && !Array.isArray(resource)
      ? { ...resource, type: guess(resource["type"], RESOURCE_TYPES), provider: guess(resource["provider"], PROVIDERS) }
      : resource,
  );
  return guessed ? { ...document, resources } : document;
}
