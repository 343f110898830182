import { familiarName, parseImage } from "../image.ts";
import type { Blueprint, Resource } from "../schema.ts";
import type { FakeSpecs } from "../specs.ts";

/** What stands for those who call from outside. */
const CLIENTS = "clients";

/**
 * A Mermaid flowchart that reads from the callers to the data: a box for what runs, with its image and number of replicas, a
 * cylinder for what is kept, a frame for each network around what is first of all on it, an arrow to what is needed.
 */
export function toMermaid(blueprint: Blueprint): string {
  const drawing = new Drawing(blueprint);
  return [
    `%% ${oneLine(blueprint.description === "" ? blueprint.name : blueprint.description)}`,
    ...drawing.notDrawn(),
    "flowchart LR",
    ...drawing.clients(),
    ...drawing.frames(),
    ...drawing.loose(),
    ...drawing.arrows(),
    ...drawing.jobs(),
    "",
  ].join("\n");
}

class Drawing {
  readonly #resources: readonly Resource[];
  readonly #networks: ReadonlySet<string>;
  readonly #storage: ReadonlySet<string>;
  /** Who mounts each volume. */
  readonly #owners: Map<string, readonly Resource[]>;
  /** Volumes that are only there so that configuration files can be put into them. */
  readonly #filled: ReadonlySet<string>;

  constructor({ resources }: Blueprint) {
    this.#resources = resources;
    const called = (type: Resource["type"]) =>
      new Set(resources.filter((resource) => resource.type === type).map(({ name }) => name));
    this.#networks = called("network");
    this.#storage = called("storage");
    this.#owners = new Map([...this.#storage].map((name) => [name, []]));
    for (const resource of this.#running()) {
      for (const volume of mountsOf(resource)) this.#owners.set(volume, [...this.#ownersOf(volume), resource]);
    }
    this.#filled = new Set([...this.#owners].filter(([name, owners]) => holdsOnlyFiles(name, owners)).map(([name]) => name));
  }

  clients(): string[] {
    const published = this.#running().filter(({ specs }) => publishedPorts(specs).length > 0);
    return published.length === 0 ? [] : [`  ${CLIENTS}(("clients"))`];
  }

  /** A network around what is first of all on it and what that alone keeps; one without such members says who else is on it. */
  frames(): string[] {
    return [...this.#networks].flatMap((network) => {
      const kind = networkKind(this.#find(network));
      const members = this.#running().filter((resource) => this.#home(resource) === network);
      if (members.length === 0) {
        const guests = this.#running().filter((resource) => this.#joined(resource).includes(network));
        return [`  ${id(network)}[/${label([network, kind, guests.map(({ name }) => name).join(", ")])}/]`];
      }
      const kept = this.#volumes().filter((name) => this.#homeOf(name) === network);
      const nodes = [...members.map((member) => this.#node(member)), ...kept.map((name) => this.#cylinder(name))];
      return [
        `  subgraph ${id(network)}[${label([[network, kind].filter((part) => part !== "").join(" · ")])}]`,
        ...nodes.map((node) => `    ${node}`),
        "  end",
      ];
    });
  }

  /** What is on no network, and what several share. */
  loose(): string[] {
    const homeless = this.#running().filter((resource) => this.#home(resource) === undefined);
    const shared = this.#volumes().filter((name) => this.#homeOf(name) === undefined);
    return [...homeless.map((resource) => `  ${this.#node(resource)}`), ...shared.map((name) => `  ${this.#cylinder(name)}`)];
  }

  notDrawn(): string[] {
    const names = [...this.#filled];
    return names.length === 0 ? [] : [`%% not drawn, because they hold nothing but configuration files: ${names.join(", ")}`];
  }

  arrows(): string[] {
    const calls = this.#running().flatMap((resource) => {
      const ports = publishedPorts(resource.specs);
      return ports.length === 0 ? [] : [`  ${CLIENTS} -->|${label([ports.join(", ")])}| ${id(resource.name)}`];
    });
    const needs = this.#running().flatMap((resource) => {
      const shown = [...this.#joined(resource), ...mountsOf(resource), ...this.#filled];
      const drawn = resource.dependencies.filter((name) => !shown.includes(name));
      return drawn.map((name) => `  ${id(resource.name)} --> ${id(name)}`);
    });
    const mounts = this.#volumes().flatMap((name) =>
      this.#ownersOf(name).map((owner) => `  ${id(owner.name)} -.- ${id(name)}`),
    );
    const waiting = this.#resources
      .filter(({ type, name }) => type === "network" || (type === "storage" && !this.#filled.has(name)))
      .flatMap(({ name, dependencies }) => dependencies.map((needed) => `  ${id(name)} --> ${id(needed)}`));
    return [...calls, ...needs, ...mounts, ...waiting];
  }

  jobs(): string[] {
    const jobs = this.#running().filter(({ specs }) => (specs as FakeSpecs).run_once === true);
    return jobs.length === 0
      ? []
      : ["  classDef job stroke-dasharray:4", `  class ${jobs.map(({ name }) => id(name)).join(",")} job`];
  }

  #running(): Resource[] {
    return this.#resources.filter(({ type }) => type === "compute" || type === "service");
  }

  #find(name: string): Resource | undefined {
    return this.#resources.find((resource) => resource.name === name);
  }

  #joined(resource: Resource): string[] {
    const { networks = [], network } = resource.specs as FakeSpecs;
    return [...networks, ...(network === undefined ? [] : [network])].filter((name) => this.#networks.has(name));
  }

  /** The network whose frame a resource stands in: the first it names. */
  #home(resource: Resource): string | undefined {
    return this.#joined(resource)[0];
  }

  /** Volumes worth drawing: storage resources and those only named by a mount, but not those that only hold files. */
  #volumes(): string[] {
    return [...this.#owners.keys()].filter((name) => !this.#filled.has(name));
  }

  #ownersOf(volume: string): readonly Resource[] {
    return this.#owners.get(volume) ?? [];
  }

  /** The network whose frame a volume stands in: its only owner's. */
  #homeOf(volume: string): string | undefined {
    const [owner, ...others] = this.#ownersOf(volume);
    return owner === undefined || others.length > 0 ? undefined : this.#home(owner);
  }

  #cylinder(name: string): string {
    const { disk_gb: size } = (this.#find(name)?.specs ?? {}) as { disk_gb?: number };
    return `${id(name)}[(${label([name, size === undefined ? "" : `${size} GB`])})]`;
  }

  #node(resource: Resource): string {
    const { name, specs: all } = resource;
    const specs = all as FakeSpecs;
    const replicas = specs.replicas ?? 1;
    const title = replicas > 1 ? `${name} ×${replicas}` : name;
    const also = this.#joined(resource).slice(1);
    const text = label([title, madeFrom(specs), also.length === 0 ? "" : `also on ${also.join(", ")}`]);
    if (specs.run_once === true) return `${id(name)}([${text}])`;
    return specs.image === undefined ? `${id(name)}[[${text}]]` : `${id(name)}[${text}]`;
  }
}

function holdsOnlyFiles(volume: string, owners: readonly Resource[]): boolean {
  const mounts = owners.flatMap(({ specs }) => {
    const { volumes = [], files = [] } = specs as FakeSpecs;
    return volumes.filter(({ name }) => name === volume).map((mount) => ({ ...mount, files }));
  });
  const isFilled = mounts.map(({ target, files }) => files.some(({ path }) => path.startsWith(`${target}/`)));
  return isFilled.includes(true) && mounts.every(({ read_only }, index) => isFilled[index] === true || read_only === true);
}

function madeFrom({ image, template, kind, gpus = 0 }: FakeSpecs): string {
  const parsed = image === undefined ? undefined : parseImage(image);
  const tag = parsed?.ok && parsed.value.tag !== undefined ? `:${parsed.value.tag}` : "";
  const source = parsed?.ok ? `${familiarName(parsed.value)}${tag}` : (image ?? template ?? "");
  return [source, kind ?? "", gpus > 0 ? `${gpus} GPU` : ""].filter((part) => part !== "").join(" · ");
}

function networkKind(network: Resource | undefined): string {
  const { internal, subnet, bridge } = (network?.specs ?? {}) as { internal?: boolean; subnet?: string; bridge?: string };
  return [internal === true ? "internal" : "", subnet ?? "", bridge ?? ""].filter((part) => part !== "").join(" · ");
}

function publishedPorts(specs: Resource["specs"]): string[] {
  const { ports = [] } = specs as FakeSpecs;
  const shown = ports.flatMap(({ host, protocol }) =>
    host === undefined ? [] : [protocol === "udp" ? `${host}/udp` : String(host)],
  );
  return [...new Set(shown)];
}

function mountsOf(resource: Resource): string[] {
  const { volumes = [] } = resource.specs as FakeSpecs;
  return [...new Set(volumes.flatMap(({ name }) => (name === undefined ? [] : [name])))];
}

/** Mermaid has words of its own (`end`, `class`); with a prefix no name is one. Names have no `_`, so no two come out alike. */
const id = (name: string): string => `r_${name.replaceAll("-", "_")}`;

/** A quoted label of one or more lines; what Mermaid or HTML would take for markup is written as an entity. */
function label(lines: readonly string[]): string {
  const escaped = lines
    .filter((line) => line !== "")
    .map((line) => oneLine(line).replace(/[&<>"#;`\\]/g, (character) => `#${character.charCodeAt(0)};`));
  return `"${escaped.join("<br>")}"`;
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
