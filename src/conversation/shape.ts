import { PROVIDERS, RESOURCE_TYPES } from "../blueprints/schema.ts";
import { type Issue, pointer } from "../validation/issue.ts";

/** Other tools' ways of writing a resource, brought into ours. */

type Json = Record<string, unknown>;

/** What models call our four types when they think of Compose, Terraform or a cloud. */
const TYPE_WORDS: Record<string, string> = {
  container: "service",
  app: "service",
  application: "service",
  database: "service",
  cache: "service",
  queue: "service",
  loadbalancer: "service",
  load_balancer: "service",
  vm: "compute",
  server: "compute",
  instance: "compute",
  lxc: "compute",
  machine: "compute",
  volume: "storage",
  disk: "storage",
  bucket: "storage",
  subnet: "network",
  vpc: "network",
  vnet: "network",
};

/** Keys of a resource; any other key written beside them belongs into its specs. */
const RESOURCE_KEYS = new Set(["type", "name", "provider", "specs", "dependencies"]);

/** Spec keys by the words of Compose and Kubernetes. */
const SPEC_WORDS: Record<string, string> = {
  cpus: "cpu",
  vcpu: "cpu",
  vcpus: "cpu",
  cores: "cpu",
  memory: "memory_mb",
  mem: "memory_mb",
  mem_limit: "memory_mb",
  ram: "memory_mb",
  ram_mb: "memory_mb",
  disk: "disk_gb",
  size: "disk_gb",
  size_gb: "disk_gb",
  storage_gb: "disk_gb",
  gpu: "gpus",
  environment: "env",
  instances: "replicas",
  count: "replicas",
  shm_size: "shm_mb",
  pids_limit: "pids",
};

export interface Shaped {
  resource: Json;
  warnings: Issue[];
}

/** One resource in our shape; values that already are in it are left alone. Changes the resource it is given. */
export function resourceShape(given: Json, index: number, provider: string): Shaped {
  const warnings: Issue[] = [];
  const say = (key: string, detail: string) =>
    warnings.push({ pointer: pointer(["resources", index, key]), code: "normalised", detail });
  const { depends_on, dependsOn, ...rest } = given;
  const specs: Json = isObject(rest["specs"]) ? { ...rest["specs"] } : {};
  const resource: Json = {};
  for (const [key, value] of Object.entries(rest)) {
    if (RESOURCE_KEYS.has(key)) resource[key] = value;
    else {
      specs[key] ??= value;
      say(key, `"${key}" belongs to the specs and is read there.`);
    }
  }
  const type = String(resource["type"] ?? "").toLowerCase();
  const ours = (RESOURCE_TYPES as readonly string[]).includes(type) ? type : TYPE_WORDS[type];
  if (ours !== undefined && ours !== resource["type"]) {
    say("type", `The type ${JSON.stringify(resource["type"])} is read as "${ours}".`);
    resource["type"] = ours;
  }
  const where = String(resource["provider"] ?? "").toLowerCase();
  if (!(PROVIDERS as readonly string[]).includes(where) && resource["provider"] === undefined) {
    resource["provider"] = provider;
    say("provider", `No provider is named; it is "${provider}".`);
  } else if (where !== resource["provider"]) resource["provider"] = where;
  const name = toName(typeof resource["name"] === "string" ? resource["name"] : `${ours ?? "resource"}-${index + 1}`);
  if (name !== resource["name"]) {
    say("name", `The name ${JSON.stringify(resource["name"] ?? null)} becomes "${name}".`);
    resource["name"] = name;
  }
  const dependencies = resource["dependencies"] ?? depends_on ?? dependsOn ?? [];
  resource["dependencies"] = isObject(dependencies)
    ? Object.keys(dependencies)
    : typeof dependencies === "string"
      ? [dependencies]
      : dependencies;
  resource["specs"] = specsShape(specs);
  return { resource, warnings };
}

function specsShape(given: Json): Json {
  const specs: Json = {};
  for (const [key, value] of Object.entries(given)) {
    const word = SPEC_WORDS[key] ?? key;
    if (specs[word] === undefined) specs[word] = value;
  }
  amount(specs, "memory_mb", 1);
  amount(specs, "shm_mb", 1);
  amount(specs, "disk_gb", 1024);
  if (Array.isArray(specs["env"])) specs["env"] = Object.fromEntries(specs["env"].map((line) => pair(String(line), "=")));
  if (Array.isArray(specs["ports"])) specs["ports"] = specs["ports"].map(portShape);
  if (Array.isArray(specs["volumes"])) specs["volumes"] = specs["volumes"].map(volumeShape);
  for (const key of ["command", "entrypoint"]) {
    const line = specs[key];
    if (typeof line === "string") specs[key] = ["sh", "-c", line];
  }
  if (isObject(specs["healthcheck"])) specs["healthcheck"] = healthcheckShape(specs["healthcheck"]);
  return specs;
}

const UNIT_MB: Record<string, number> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 };

/** `"512m"`, `"2Gi"`, `"2 GB"` as a number of the key's unit, `unitMb` MiB each. */
function amount(specs: Json, key: string, unitMb: number): void {
  const found = typeof specs[key] === "string" ? /^\s*(\d+(?:\.\d+)?)\s*([kmgt])i?b?\s*$/i.exec(specs[key]) : null;
  if (found === null) return;
  specs[key] = Math.ceil((Number(found[1]) * (UNIT_MB[(found[2] ?? "m").toLowerCase()] ?? 1)) / unitMb);
}

/** Compose's `[ip:]host:container[/protocol]`, or a bare container port. */
function portShape(port: unknown): unknown {
  if (typeof port === "number") return { container: port };
  if (typeof port === "string") {
    const found = /^(?:(\d+\.\d+\.\d+\.\d+):)?(?:(\d+):)?(\d+)(?:\/(tcp|udp))?$/.exec(port);
    if (found === null) return port;
    const [, host_ip, host, container, protocol] = found;
    return {
      container: Number(container),
      ...(host === undefined ? {} : { host: Number(host) }),
      ...(host_ip === undefined ? {} : { host_ip }),
      ...(protocol === undefined ? {} : { protocol }),
    };
  }
  if (!isObject(port)) return port;
  const { target, published, container_port, host_port, ...rest } = port;
  const container = rest["container"] ?? target ?? container_port;
  const host = rest["host"] ?? published ?? host_port;
  return { ...rest, ...(container === undefined ? {} : { container }), ...(host === undefined ? {} : { host }) };
}

/** Compose's `volume:target[:ro]`. */
function volumeShape(volume: unknown): unknown {
  if (typeof volume === "string") {
    const [source = "", target, mode] = volume.split(":");
    if (target === undefined) return volume;
    const from = source.startsWith("/") ? { host_path: source } : { name: toName(source) };
    return { ...from, target, ...(mode === "ro" ? { read_only: true } : {}) };
  }
  if (!isObject(volume)) return volume;
  const { source, mount_path, mountPath, path, ...rest } = volume;
  const target = rest["target"] ?? mount_path ?? mountPath ?? path;
  return {
    ...rest,
    ...(rest["name"] === undefined && source !== undefined ? { name: source } : {}),
    ...(target === undefined ? {} : { target }),
  };
}

function healthcheckShape(given: Json): Json {
  const { command, interval, timeout, start_period, ...check } = given;
  const test = check["test"] ?? command;
  if (test !== undefined) check["test"] = typeof test === "string" ? ["CMD-SHELL", test] : test;
  for (const [key, value] of Object.entries({ interval_s: interval, timeout_s: timeout, start_period_s: start_period })) {
    if (value !== undefined) check[key] ??= seconds(value);
  }
  return check;
}

function seconds(value: unknown): unknown {
  const found = typeof value === "string" ? /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) : null;
  if (found === null) return value;
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600 }[found[2] ?? "s"] ?? 1;
  return Number(found[1]) * unit;
}

function pair(line: string, separator: string): [string, string] {
  const at = line.indexOf(separator);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
}

/** The nearest DNS label (RFC 1123 §2.1): `"My API_Server"` → `my-api-server`. */
export function toName(text: string): string {
  const label = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return label === "" ? "unnamed" : label;
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
