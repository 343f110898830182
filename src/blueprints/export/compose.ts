import type { Blueprint } from "../schema.ts";
import type { ContainerSpecs } from "../specs.ts";
import {
  addressedReplicas,
  type Container,
  containersOf,
  duration,
  envText,
  machinesOf,
  partsOf,
  previewOutput,
  recipeCommand,
  variableNames,
} from "./parts.ts";
import { Commented, toYaml, type Yaml, type YamlMap } from "./yaml.ts";

/** What services have in common while a file is written. */
interface Context {
  blueprint: Blueprint;
  containers: ReadonlyMap<string, Container>;
  /** Containers whose replicas become services of their own, with the shared name as an alias. */
  apart: ReadonlySet<string>;
  variables: ReadonlyMap<string, string>;
  /** Names of configs, by resource and place in `files`. */
  configs: ReadonlyMap<string, string>;
}

/**
 * A compose file (Compose Specification) that `docker compose up` runs. Files are inline configs, secrets are variables that
 * `.env` or the environment gives; what compose cannot hold is said in comments where it would stand.
 */
export function toCompose(blueprint: Blueprint): string {
  const containers = new Map(containersOf(blueprint).map((container) => [container.resource.name, container]));
  const context: Context = {
    blueprint,
    containers,
    apart: addressedReplicas(blueprint),
    variables: variableNames(secretNames(blueprint), new Set(), (name) => name.replaceAll("-", "_").toUpperCase()),
    configs: configNames([...containers.values()]),
  };
  const services = [...containers.values()].flatMap((container) => servicesOf(container, context));
  return toYaml(
    {
      name: blueprint.name,
      services: Object.fromEntries(services),
      networks: nonEmpty(networksOf(context)),
      volumes: nonEmpty(volumesOf(context)),
      configs: nonEmpty(configsOf(context)),
    },
    header(context),
  );
}

const secretNames = ({ secrets = [] }: Blueprint): string[] => secrets.map(({ name }) => name);

/** Compose replaces `$NAME` and `${NAME}` in every text: `$$` is a dollar. A secret becomes a variable that must be set. */
function text(value: string, { variables }: Context): string {
  return partsOf(value)
    .map((part) =>
      "secret" in part
        ? `\${${variables.get(part.secret) ?? part.secret}:?set it in .env}`
        : part.literal.replaceAll("$", "$$$$"),
    )
    .join("");
}

/** Networks, volumes and configs whose key starts with `x-` are extensions to compose; services may be called so. */
const keyOf = (name: string): string => (name.startsWith("x-") ? `_${name}` : name);

function servicesOf(container: Container, context: Context): [string, Yaml][] {
  const { resource, specs } = container;
  const replicas = specs.replicas ?? 1;
  const notes = notesOn(container, context);
  if (!context.apart.has(resource.name)) {
    const service = { ...serviceOf(container, context), ...(replicas > 1 ? { scale: replicas } : {}) };
    return [[resource.name, commented(notes, service)]];
  }
  return Array.from({ length: replicas }, (_, index) => {
    const name = `${resource.name}-${index + 1}`;
    const joined = specs.networks?.map(keyOf) ?? ["default"];
    const networks = Object.fromEntries(joined.map((network) => [network, { aliases: [resource.name] }]));
    return [name, commented(index === 0 ? notes : [], { ...serviceOf(container, context), hostname: name, networks })];
  });
}

function serviceOf(container: Container, context: Context): YamlMap {
  const { specs } = container;
  const list = (words: readonly string[] = []): readonly string[] | undefined =>
    nonEmptyList(words.map((word) => text(word, context)));
  const environment = Object.entries(specs.env ?? {}).map(([key, value]) => [key, text(envText(value), context)] as const);
  const labels = Object.entries(specs.labels ?? {}).map(([key, value]) => [key, text(value, context)] as const);
  return {
    image: text(specs.image, context),
    entrypoint: list(specs.entrypoint),
    command: list(specs.command),
    environment: nonEmpty(Object.fromEntries(environment)),
    configs: nonEmptyList(configMounts(container, context)),
    ports: nonEmptyList(publishedPorts(specs)),
    expose: nonEmptyList((specs.ports ?? []).filter(({ host }) => host === undefined).map(exposed)),
    volumes: nonEmptyList(mounts(specs, context)),
    networks: nonEmptyList((specs.networks ?? []).map(keyOf)),
    depends_on: nonEmpty(dependenciesOf(container, context)),
    healthcheck: healthcheck(specs, context),
    user: specs.user === undefined ? undefined : text(specs.user, context),
    privileged: specs.privileged,
    read_only: specs.read_only === true && (specs.files ?? []).length > 0 ? undefined : specs.read_only,
    cap_add: nonEmptyList(specs.cap_add ?? []),
    cap_drop: nonEmptyList(specs.cap_drop ?? []),
    security_opt: specs.no_new_privileges === true ? ["no-new-privileges:true"] : undefined,
    shm_size: specs.shm_mb === undefined ? undefined : `${specs.shm_mb}m`,
    restart: specs.restart ?? (specs.run_once === true ? "no" : undefined),
    stop_grace_period: specs.stop_grace_s === undefined ? undefined : duration(specs.stop_grace_s),
    labels: labelsOf(labels),
    deploy: deploy(specs),
  };
}

/** In a map of labels, compose takes a key that starts with `x-` for an extension; in a list it does not. */
function labelsOf(labels: readonly (readonly [string, string])[]): Yaml | undefined {
  if (labels.some(([key]) => key.startsWith("x-"))) return labels.map(([key, value]) => `${key}=${value}`);
  return nonEmpty(Object.fromEntries(labels));
}

function deploy({ cpu, memory_mb: memory, pids, gpus = 0 }: ContainerSpecs): YamlMap | undefined {
  const limits = nonEmpty({
    cpus: cpu === undefined ? undefined : String(cpu),
    memory: memory === undefined ? undefined : `${memory}M`,
    pids,
  });
  const devices = gpus > 0 ? { devices: [{ driver: "nvidia", count: gpus, capabilities: ["gpu"] }] } : undefined;
  const resources = nonEmpty({ limits, reservations: devices });
  return resources === undefined ? undefined : { resources };
}

function publishedPorts({ ports = [] }: ContainerSpecs): YamlMap[] {
  return ports.flatMap(({ container, host, host_ip, protocol }) =>
    host === undefined ? [] : [{ target: container, published: String(host), host_ip, protocol }],
  );
}

function exposed({ container, protocol }: NonNullable<ContainerSpecs["ports"]>[number]): string {
  return protocol === "udp" ? `${container}/udp` : String(container);
}

function mounts({ volumes = [], tmpfs = [] }: ContainerSpecs, context: Context): YamlMap[] {
  return [
    ...volumes.map(({ name, host_path, target, read_only }) => ({
      type: name === undefined ? "bind" : "volume",
      source: name === undefined ? text(host_path ?? "", context) : keyOf(name),
      target: text(target, context),
      read_only,
    })),
    ...tmpfs.map(({ target, size_mb }) => ({
      type: "tmpfs",
      target: text(target, context),
      tmpfs: size_mb === undefined ? undefined : { size: size_mb * 1024 * 1024 },
    })),
  ];
}

function healthcheck({ healthcheck: check }: ContainerSpecs, context: Context): YamlMap | undefined {
  if (check === undefined) return undefined;
  if (check.test[0] === "NONE") return { disable: true };
  const seconds = (value: number | undefined): string | undefined => (value === undefined ? undefined : duration(value));
  return {
    test: check.test.map((word) => text(word, context)),
    interval: seconds(check.interval_s),
    timeout: seconds(check.timeout_s),
    retries: check.retries,
    start_period: seconds(check.start_period_s),
  };
}

/** A dependency is waited for until it is healthy, done, or where neither can be known, started. */
function dependenciesOf({ resource }: Container, { containers, apart }: Context): YamlMap {
  const needs = resource.dependencies.flatMap((name) => {
    const needed = containers.get(name);
    if (needed === undefined) return [];
    const { replicas = 1, run_once, healthcheck: check } = needed.specs;
    const checked = check !== undefined && check.test[0] !== "NONE";
    const condition = run_once === true ? "service_completed_successfully" : checked ? "service_healthy" : "service_started";
    const names = apart.has(name) ? Array.from({ length: replicas }, (_, index) => `${name}-${index + 1}`) : [name];
    return names.map((each) => [each, { condition }] as const);
  });
  return Object.fromEntries(needs);
}

function configNames(containers: readonly Container[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { resource, specs } of containers) {
    for (const [index, { path }] of (specs.files ?? []).entries()) {
      const file = path.slice(path.lastIndexOf("/") + 1).replace(/[^A-Za-z0-9._-]/g, "_");
      const base = keyOf(`${resource.name}.${file}`);
      let name = base;
      for (let number = 2; taken.has(name); number++) name = `${base}.${number}`;
      taken.add(name);
      names.set(`${resource.name} ${index}`, name);
    }
  }
  return names;
}

function configMounts({ resource, specs }: Container, context: Context): YamlMap[] {
  return (specs.files ?? []).flatMap(({ path, content, mode, uid, gid }, index) => {
    const source = context.configs.get(`${resource.name} ${index}`);
    if (source === undefined || content === "") return [];
    const owner = { uid: uid === undefined ? undefined : String(uid), gid: gid === undefined ? undefined : String(gid) };
    return [{ source, target: text(path, context), ...owner, mode: mode?.padStart(4, "0") }];
  });
}

function configsOf(context: Context): YamlMap {
  const configs = [...context.containers.values()].flatMap(({ resource, specs }) =>
    (specs.files ?? []).flatMap(({ content }, index) => {
      const name = context.configs.get(`${resource.name} ${index}`);
      return name === undefined || content === "" ? [] : [[name, { content: text(content, context) }] as const];
    }),
  );
  return Object.fromEntries(configs);
}

function networksOf({ blueprint, containers }: Context): YamlMap {
  const used = new Set([...containers.values()].flatMap(({ specs }) => specs.networks ?? []));
  const networks = blueprint.resources.flatMap((resource) => {
    if (resource.type !== "network" || (resource.provider === "proxmox" && !used.has(resource.name))) return [];
    const { subnet, internal, gateway, ...rest } = resource.specs as { subnet?: string; internal?: boolean; gateway?: string };
    const range = subnet === undefined ? undefined : { config: [{ subnet, gateway }] };
    const notes = lost(
      resource.provider,
      Object.entries(subnet === undefined && gateway !== undefined ? { gateway, ...rest } : rest),
    );
    return [[keyOf(resource.name), commented(notes, { internal, ipam: range })] as const];
  });
  return Object.fromEntries(networks);
}

/** Volumes that are resources, and those only named by a mount. */
function volumesOf({ blueprint, containers }: Context): YamlMap {
  const named = [...containers.values()].flatMap(({ specs }) =>
    (specs.volumes ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
  );
  const used = new Set(named);
  const declared = blueprint.resources.flatMap((resource) => {
    if (resource.type !== "storage" || (resource.provider === "proxmox" && !used.has(resource.name))) return [];
    const { disk_gb, ...rest } = resource.specs as { disk_gb?: number };
    const size = disk_gb === undefined ? [] : [`disk_gb: ${disk_gb} (the local driver sets no limit on a volume)`];
    return [[keyOf(resource.name), commented([...size, ...lost(resource.provider, Object.entries(rest))], {})] as const];
  });
  return { ...Object.fromEntries(named.map((name) => [keyOf(name), {}])), ...Object.fromEntries(declared) };
}

function lost(provider: string, settings: [string, unknown][]): string[] {
  return settings
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)} (of ${provider}; compose has nothing like it)`);
}

/** What a container says and compose cannot hold. */
function notesOn({ resource, specs, extras }: Container, { containers, blueprint }: Context): string[] {
  const elsewhere = resource.dependencies.filter((name) => !containers.has(name));
  const passive = new Set(
    blueprint.resources.filter(({ type }) => type === "network" || type === "storage").map(({ name }) => name),
  );
  return [
    ...(resource.provider === "proxmox" ? ["An LXC container on Proxmox VE in the blueprint."] : []),
    ...extras.map((extra) => `${extra} (compose has nothing like it)`),
    ...(specs.disk_gb === undefined ? [] : [`disk_gb: ${specs.disk_gb} (Docker sets no limit on a container's disk)`]),
    ...(specs.read_only === true && (specs.files ?? []).length > 0
      ? ["read_only: true (left out: docker compose cannot put inline configs into a read-only container)"]
      : []),
    ...(specs.files ?? []).flatMap(({ path, content }) =>
      content === "" ? [`an empty file at ${path} (compose makes no empty configs)`] : [],
    ),
    ...elsewhere.filter((name) => !passive.has(name)).map((name) => `depends on "${name}", which is not in this file`),
  ];
}

function header({ blueprint, variables }: Context): string[] {
  const lines = [blueprint.description === "" ? blueprint.name : blueprint.description];
  if (variables.size > 0) lines.push("", "Secrets are read from .env beside this file. To make it:");
  for (const { name, generate, description } of blueprint.secrets ?? []) {
    const value = generate === undefined ? "…" : `$(${recipeCommand(generate)})`;
    lines.push(`  echo "${variables.get(name)}=${value}" >> .env${description === undefined ? "" : `   (${description})`}`);
  }
  const outputs = blueprint.outputs ?? [];
  if (outputs.length > 0) lines.push("", "Once it runs:");
  for (const { name, value, description } of outputs) {
    lines.push(`  ${name}: ${previewOutput(value, blueprint)}${description === undefined ? "" : `   (${description})`}`);
  }
  lines.push(...notHere(blueprint));
  return lines;
}

/** Resources that are not containers and have no place in a compose file. */
function notHere(blueprint: Blueprint): string[] {
  const used = new Set(
    containersOf(blueprint).flatMap(({ specs }) => [
      ...(specs.networks ?? []),
      ...(specs.volumes ?? []).map(({ name }) => name),
    ]),
  );
  const machines = machinesOf(blueprint).map(
    ({ resource: { name, provider, specs } }) => `  ${name}: a machine (${provider}) ${JSON.stringify(specs)}`,
  );
  const rest = blueprint.resources
    .filter(
      ({ type, provider, name }) => (type === "network" || type === "storage") && provider === "proxmox" && !used.has(name),
    )
    .map(({ name, type, specs }) => `  ${name}: ${type} (proxmox) ${JSON.stringify(specs)}`);
  const all = [...machines, ...rest];
  const metadata =
    Object.keys(blueprint.metadata ?? {}).length > 0 ? ["", `metadata: ${JSON.stringify(blueprint.metadata)}`] : [];
  return [...metadata, ...(all.length > 0 ? ["", "Not in this file, because compose only knows containers:", ...all] : [])];
}

function commented(notes: readonly string[], value: YamlMap): Yaml {
  return notes.length > 0 ? new Commented(notes, value) : value;
}

function nonEmpty(map: YamlMap): YamlMap | undefined {
  return Object.values(map).some((value) => value !== undefined) ? map : undefined;
}

function nonEmptyList<T extends Yaml>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
