import type { Blueprint, Output, Resource, Secret } from "../../blueprints/schema.ts";

/** What combining changed, for the answer to say. */
export interface Combined {
  blueprint: Blueprint;
  notes: string[];
}

/**
 * Puts a second blueprint beside the first. Networks of the same name become one, so that the parts reach each other; any other
 * name that is taken gets a prefix, in every place that refers to it, and a taken host port moves to the next free one.
 */
export function combine(first: Blueprint, second: Blueprint, prefix: string): Combined {
  const notes: string[] = [];
  const networks = new Set(namesOf(first, (resource) => resource.type === "network"));
  const taken = new Set(namesOf(first));
  const shared = new Set(namesOf(second, (resource) => resource.type === "network" && networks.has(resource.name)));
  const free = (name: string, used: ReadonlySet<string>, joint: string) =>
    used.has(name) ? prefixed(name, prefix, used, joint) : name;
  const renamed = new Map(
    namesOf(second)
      .filter((name) => !shared.has(name) && taken.has(name))
      .map((name) => [name, free(name, taken, "-")]),
  );
  const takenSecrets = new Set(first.secrets?.map(({ name }) => name));
  const secrets = new Map(
    (second.secrets ?? [])
      .filter(({ name }) => takenSecrets.has(name))
      .map(({ name }) => [name, free(name, takenSecrets, "_")]),
  );
  const rewritten = rewrite(second, renamed, secrets) as Blueprint;
  const usedPorts = hostPorts(first);
  const added = rewritten.resources
    .filter((resource) => !shared.has(resource.name) || resource.type !== "network")
    .map((resource) => withFreePorts(resource, usedPorts, notes));
  if (renamed.size > 0)
    notes.push(`${[...renamed].map(([from, to]) => `${from} is called ${to}`).join(", ")}, since the name was taken`);
  return {
    blueprint: {
      ...first,
      resources: [...first.resources, ...added],
      ...listOf("secrets", [...(first.secrets ?? []), ...(rewritten.secrets ?? [])] as Secret[]),
      ...listOf("outputs", outputs(first.outputs ?? [], rewritten.outputs ?? [], prefix)),
      metadata: metadata(first, rewritten),
    },
    notes,
  };
}

const namesOf = ({ resources }: Blueprint, which: (resource: Resource) => boolean = () => true): string[] =>
  resources.filter(which).map(({ name }) => name);

function prefixed(name: string, prefix: string, used: ReadonlySet<string>, joint: string): string {
  const base = `${prefix.replaceAll("-", joint)}${joint}${name}`.slice(0, 60);
  let candidate = base;
  for (let count = 2; used.has(candidate); count++) candidate = `${base}${joint}${count}`;
  return candidate;
}

function listOf<K extends string, T>(key: K, list: T[]): { [P in K]?: T[] } {
  return list.length === 0 ? {} : ({ [key]: list } as { [P in K]: T[] });
}

/** The same document with resources and secrets called by their new names: as names, as references, and as hosts in texts. */
function rewrite(
  value: unknown,
  resources: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, string>,
  key = "",
): unknown {
  if (typeof value === "string") return rewriteText(value, resources, secrets, key);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, resources, secrets, key));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (name === "secret" && typeof item === "string") return [name, secrets.get(item) ?? item];
      if (key === "secrets" && name === "name" && typeof item === "string") return [name, secrets.get(item) ?? item];
      return [
        name,
        rewrite(
          item,
          resources,
          secrets,
          name === "name" && key === "outputs" ? "output" : name === "content" ? "content" : nested(key, name),
        ),
      ];
    }),
  );
}

/** Keys whose texts are names of resources, and the lists these keys stand in. */
const NAME_KEYS = new Set(["name", "dependencies", "networks", "network", "resource"]);
const nested = (parent: string, key: string): string =>
  NAME_KEYS.has(key) || key === "secrets" || key === "outputs"
    ? key
    : parent === "secrets" || parent === "outputs"
      ? parent
      : key;

/** Environment variables and flags that hold nothing but a host. */
const HOST_KEY = /HOST|ADDR|SERVER|ENDPOINT|URL|PEER|NODE|UPSTREAM|MASTER|PRIMARY/;

function rewriteText(
  text: string,
  resources: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, string>,
  key: string,
): string {
  const whole = resources.get(text);
  if (whole !== undefined && (NAME_KEYS.has(key) || HOST_KEY.test(key))) return whole;
  let result = text;
  for (const [from, to] of secrets) result = result.replaceAll(`\${secret.${from}}`, `\${secret.${to}}`);
  for (const [from, to] of resources) {
    if (!result.includes(from)) continue;
    const name = from.replaceAll("-", "\\-");
    // `${db.ip}`; `//db`, `@db`; `db:5432` and its replicas `db-1:5432`.
    result = result
      .replace(new RegExp(`\\$\\{${name}\\.`, "g"), `\${${to}.`)
      .replace(new RegExp(`(?<=//|@)${name}(?=(-\\d+)?(?:[:/"'\\s,]|$))`, "g"), to)
      .replace(new RegExp(`(?<![\\w./@-])${name}(?=(-\\d+)?:\\d)`, "g"), to);
  }
  return result;
}

function hostPorts({ resources }: Blueprint): Set<number> {
  return new Set(resources.flatMap((resource) => portsOf(resource).flatMap(({ host }) => (host === undefined ? [] : [host]))));
}

interface Port {
  container: number;
  host?: number | undefined;
}

function portsOf(resource: Resource): readonly Port[] {
  return "ports" in resource.specs ? ((resource.specs.ports as Port[] | undefined) ?? []) : [];
}

const MAX_PORT = 65_535;
/** A port that is taken moves by this much first, so that it stays recognisable: 8080 becomes 18080. */
const PORT_STEP = 10_000;

function withFreePorts(resource: Resource, used: Set<number>, notes: string[]): Resource {
  const ports = portsOf(resource);
  if (ports.length === 0) return resource;
  const moved = ports.map((port) => {
    if (port.host === undefined) return port;
    let host = port.host;
    if (used.has(host) && host + PORT_STEP <= MAX_PORT) host += PORT_STEP;
    while (used.has(host)) host = host === MAX_PORT ? 1024 : host + 1;
    if (host !== port.host) notes.push(`${resource.name} is published on port ${host}, since ${port.host} was taken`);
    used.add(host);
    return { ...port, host };
  });
  return { ...resource, specs: { ...resource.specs, ports: moved } } as Resource;
}

function outputs(first: readonly Output[], second: readonly Output[], prefix: string): Output[] {
  const taken = new Set(first.map(({ name }) => name));
  return [
    ...first,
    ...second.map((output) =>
      taken.has(output.name) ? { ...output, name: prefixed(output.name, prefix, taken, "_") } : output,
    ),
  ];
}

function metadata(first: Blueprint, second: Blueprint): NonNullable<Blueprint["metadata"]> {
  const templates = [first, second].flatMap(
    ({ metadata: own }) => (own?.["templates"] as string[] | undefined) ?? (own?.template === undefined ? [] : [own.template]),
  );
  const ignored = [...(first.metadata?.audit_ignore ?? []), ...(second.metadata?.audit_ignore ?? [])];
  return { ...first.metadata, templates, ...(ignored.length === 0 ? {} : { audit_ignore: ignored }) };
}
