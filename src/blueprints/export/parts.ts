import type { Blueprint, Resource } from "../schema.ts";
import type { ContainerSpecs, FakeSpecs, MachineSpecs } from "../specs.ts";

/** A text taken apart at its references to secrets. */
export type Part = { literal: string } | { secret: string };

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{secret\.([^}]*)\}/g)) {
    if (match.index > end) parts.push({ literal: text.slice(end, match.index) });
    parts.push({ secret: match[1] ?? "" });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ literal: text.slice(end) });
  return parts;
}

/** An environment variable's value as a text; a secret becomes a reference. */
export function envText(value: NonNullable<ContainerSpecs["env"]>[string]): string {
  return typeof value === "object" ? `\${secret.${value.secret}}` : String(value);
}

/** A resource that runs an image, with what it says about it; a machine or an LXC container of its own has no image. */
export interface Container {
  resource: Resource;
  specs: ContainerSpecs;
  /** What `specs` does not hold, as `key: value` for people. */
  extras: string[];
}

export interface Machine {
  resource: Resource;
  specs: MachineSpecs;
  extras: string[];
}

const CONTAINER_ONLY: readonly string[] = [
  ...[
    "image",
    "command",
    "entrypoint",
    "env",
    "files",
    "ports",
    "tmpfs",
    "networks",
    "healthcheck",
    "read_only",
    "cap_add",
    "cap_drop",
  ],
  ...["privileged", "no_new_privileges", "pids", "shm_mb", "restart", "run_once", "stop_grace_s", "labels"],
];
const MACHINE_ONLY: readonly string[] = [
  ...[
    "kind",
    "template",
    "node",
    "storage",
    "network",
    "ip",
    "gateway",
    "ssh_keys",
    "bootstrap",
    "gpu_mapping",
    "tags",
    "protection",
    "onboot",
  ],
];

/** The containers of a blueprint, whatever their provider. A cluster's network counts as a container's when it is a resource. */
export function containersOf({ resources }: Blueprint): Container[] {
  const networks = new Set(resources.filter(({ type }) => type === "network").map(({ name }) => name));
  return resources.flatMap((resource): Container[] => {
    if (resource.type === "network" || resource.type === "storage") return [];
    const specs: FakeSpecs = resource.specs;
    if (specs.image === undefined) return [];
    const own = Object.fromEntries(Object.entries(specs).filter(([key]) => key !== "simulate" && !MACHINE_ONLY.includes(key)));
    const joined =
      specs.network !== undefined && networks.has(specs.network)
        ? { networks: [...(specs.networks ?? []), specs.network] }
        : {};
    const left = MACHINE_ONLY.filter((key) => !(key === "network" && "networks" in joined));
    return [{ resource, specs: { ...own, ...joined } as ContainerSpecs, extras: extrasOf(specs, [...left, "simulate"]) }];
  });
}

/** Machines and system containers: whatever runs and has no image. */
export function machinesOf({ resources }: Blueprint): Machine[] {
  return resources.flatMap((resource): Machine[] => {
    if (resource.type === "network" || resource.type === "storage") return [];
    const specs: FakeSpecs = resource.specs;
    if (specs.image !== undefined) return [];
    return [{ resource, specs: specs as MachineSpecs, extras: extrasOf(specs, [...CONTAINER_ONLY, "simulate"]) }];
  });
}

function extrasOf(specs: object, keys: readonly string[]): string[] {
  return Object.entries(specs)
    .filter(([key, value]) => keys.includes(key) && value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
}

/** For each name, one that a format takes for a variable's: none is in `taken`, which they are added to. */
export function variableNames(
  names: readonly string[],
  taken: Set<string> = new Set(),
  style: (name: string) => string = (name) => name.replaceAll("-", "_"),
): Map<string, string> {
  const variables = new Map<string, string>();
  for (const name of names) {
    const base = style(name);
    let variable = base;
    for (let number = 2; taken.has(variable); number++) variable = `${base}_${number}`;
    taken.add(variable);
    variables.set(name, variable);
  }
  return variables;
}

/** Resources whose replicas are addressed one by one somewhere (`etcd-2`), and so have to be told apart. */
export function addressedReplicas(blueprint: Blueprint): Set<string> {
  const text = JSON.stringify(blueprint.resources);
  const named = new Set<string>();
  for (const [, name = "", number] of text.matchAll(/(?<![a-z0-9-])([a-z0-9][a-z0-9-]*)-(\d{1,2})(?![a-z0-9-])/g)) {
    named.add(`${name} ${Number(number)}`);
  }
  const isAddressed = (name: string, replicas: number): boolean =>
    Array.from({ length: replicas }, (_, index) => index + 1).some((number) => named.has(`${name} ${number}`));
  return new Set(
    [...containersOf(blueprint), ...machinesOf(blueprint)]
      .filter(({ resource, specs }) => (specs.replicas ?? 1) > 1 && isAddressed(resource.name, specs.replicas ?? 1))
      .map(({ resource }) => resource.name),
  );
}

/** How a person makes a value by a secret's recipe, as a shell command. */
export function recipeCommand(recipe: string): string {
  const [kind = "", length = "32"] = recipe.split(":");
  const commands: Record<string, string> = {
    hex: `openssl rand -hex ${length}`,
    base64: `openssl rand -base64 ${length} | tr -d '\\n'`,
    fernet: "openssl rand -base64 32 | tr '+/' '-_'",
    uuid: "uuidgen",
  };
  return commands[kind] ?? `tr -dc A-Za-z0-9 </dev/urandom | head -c ${length}`;
}

/** Seconds as a duration with its unit: `90s`, `500ms`. */
export function duration(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}

/** The parts of an output that are known before anything runs, for people to read. */
export function previewOutput(value: string, blueprint: Blueprint): string {
  return value
    .replaceAll("${target.host}", "localhost")
    .replace(/\$\{([a-z0-9-]+)\.port\.(\d+)\}/g, (whole, name: string, port: string) => {
      const { specs } = containersOf(blueprint).find(({ resource }) => resource.name === name) ?? {};
      const found = specs?.ports?.find(({ container, host }) => container === Number(port) && host !== undefined);
      return found?.host === undefined ? whole : String(found.host);
    });
}
