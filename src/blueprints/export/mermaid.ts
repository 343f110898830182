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

  constructor({ resources }: Blueprint) {
    this.#resources = resources;
    const called = (type: Resource["type"]) =>
      new Set(resources.filter((resource) => resource.type === type).map(({ name }) => name));
    this.#networks = called("network");
    this.#storage = called("storage");
  }

  clients(): string[] {
    const published = this.#running().filter(({ specs }) => publishedPorts(specs).length > 0);
    return published.length === 0 ? [] : [`  ${CLIENTS}(("clients"))`];
  }

  frames(): string[] {
    return [...this.#networks].flatMap((network) => {
      const members = this.#running().filter((resource) => this.#home(resource) === network);
      if (members.length === 0) return [`  ${id(network)}[/${label([network, networkKind(this.#find(network))])}/]`];
      const title = label([network, networkKind(this.#find(network))]);
      return [`  subgraph ${id(network)}[${title}]`, ...members.map((resource) => `    ${this.#node(resource)}`), "  end"];
    });
  }

  /** What is on no network, and what is kept. */
  loose(): string[] {
    const homeless = this.#running().filter((resource) => this.#home(resource) === undefined);
    return [
      ...homeless.map((resource) => `  ${this.#node(resource)}`),
      ...this.#volumes().map((name) => `  ${this.#cylinder(name)}`),
    ];
  }

  arrows(): string[] {
    const calls = this.#running().flatMap((resource) => {
      const ports = publishedPorts(resource.specs);
      return ports.length === 0 ? [] : [`  ${CLIENTS} -->|${label([ports.join(", ")])}| ${id(resource.name)}`];
    });
    const needs = this.#running().flatMap((resource) => {
      const drawn = resource.dependencies.filter((name) => !this.#networks.has(name) && !mountsOf(resource).includes(name));
      return drawn.map((name) => `  ${id(resource.name)} --> ${id(name)}`);
    });
    const mounts = this.#running().flatMap((resource) =>
      mountsOf(resource).map((name) => `  ${id(resource.name)} -.- ${id(name)}`),
    );
    const further = this.#running().flatMap((resource) =>
      this.#joined(resource)
        .filter((name) => name !== this.#home(resource) && this.#isEmpty(name))
        .map((name) => `  ${id(resource.name)} --- ${id(name)}`),
    );
    const waiting = this.#resources
      .filter(({ type }) => type === "network" || type === "storage")
      .flatMap(({ name, dependencies }) => dependencies.map((needed) => `  ${id(name)} --> ${id(needed)}`));
    return [...calls, ...needs, ...mounts, ...further, ...waiting];
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

  #isEmpty(network: string): boolean {
    return !this.#running().some((resource) => this.#home(resource) === network);
  }

  /** Storage resources, and volumes that are only named by a mount. */
  #volumes(): string[] {
    return [...new Set([...this.#storage, ...this.#running().flatMap(mountsOf)])];
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
