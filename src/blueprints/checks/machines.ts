import type { Draft, DraftResource } from "../draft.ts";
import { at, error, present, type Remark, warning } from "./remark.ts";

/** The guest agent takes a file of at most this many bytes (Proxmox VE API, agent/file-write). */
const MAX_AGENT_FILE_BYTES = 61_440;
/** Smallest memory Proxmox VE gives a container, in MiB. */
const MIN_LXC_MEMORY_MB = 16;

/** What Proxmox VE cannot do, or does not let any API token do. */
export function* machines(draft: Draft): Generator<Remark> {
  for (const resource of draft.resources) {
    if (resource.provider !== "proxmox") continue;
    if (resource.type === "network") yield* bridge(resource);
    const isContainer = resource.type === "service" || resource.specs.kind === "lxc";
    if (resource.type === "compute" || resource.type === "service") {
      yield* gpus(resource, isContainer);
      yield* disks(resource);
      yield* bootstrap(resource, isContainer);
      if (isContainer && (resource.specs.memory_mb ?? MIN_LXC_MEMORY_MB) < MIN_LXC_MEMORY_MB) {
        yield error(
          at(resource, "specs", "memory_mb"),
          "memory_too_small",
          `An LXC container needs at least ${MIN_LXC_MEMORY_MB} MiB.`,
        );
      }
    }
  }
}

function* bridge(network: DraftResource): Generator<Remark> {
  const { specs } = network;
  if (specs.bridge === undefined) return;
  for (const key of ["zone", "tag", "subnet", "gateway", "snat", "isolate_ports"] as const) {
    if (specs[key] === undefined) continue;
    const detail = `"${specs.bridge}" is used as it is; ${key} is not set on it.`;
    yield warning(
      at(network, "specs", key),
      "bridge_unchanged",
      detail,
      `Leave "${key}" out, or "bridge" for a network of its own.`,
    );
  }
}

function* gpus(resource: DraftResource, isContainer: boolean): Generator<Remark> {
  const path = at(resource, "specs", "gpus");
  if ((resource.specs.gpus ?? 0) === 0) return;
  if (isContainer) {
    const detail = "Proxmox VE lets no API token hand a device to an LXC container.";
    yield error(path, "gpu_unsupported", detail, 'Use "kind": "vm" with a "gpu_mapping".');
  } else if (resource.specs.gpu_mapping === undefined) {
    const detail = "A GPU reaches a virtual machine through a PCI mapping of the cluster, and none is named.";
    yield error(path, "gpu_mapping_missing", detail, 'Add "gpu_mapping" with its name (Datacenter → Resource Mappings).');
  }
}

function* disks(resource: DraftResource): Generator<Remark> {
  for (const [index, volume] of present(resource.specs.volumes)) {
    if (volume.host_path === undefined) continue;
    const detail = "Proxmox VE lets no API token mount a path of the host.";
    yield error(
      at(resource, "specs", "volumes", index, "host_path"),
      "host_path_unsupported",
      detail,
      "Use a storage resource.",
    );
  }
}

function* bootstrap(resource: DraftResource, isContainer: boolean): Generator<Remark> {
  const { bootstrap } = resource.specs;
  if (bootstrap === undefined) return;
  if (isContainer) {
    const detail = "Files and commands go through the guest agent, which only virtual machines have.";
    yield error(
      at(resource, "specs", "bootstrap"),
      "bootstrap_needs_vm",
      detail,
      'Use "kind": "vm", or an LXC template that brings it.',
    );
  }
  for (const [index, { content }] of present(bootstrap.files)) {
    const bytes = new TextEncoder().encode(content ?? "").length;
    if (bytes <= MAX_AGENT_FILE_BYTES) continue;
    const path = at(resource, "specs", "bootstrap", "files", index, "content");
    yield error(
      path,
      "file_too_large",
      `The guest agent takes files of at most ${MAX_AGENT_FILE_BYTES} bytes; this one has ${bytes}.`,
    );
  }
}
