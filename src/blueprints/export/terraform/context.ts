import type { Blueprint, Resource } from "../../schema.ts";
import type { FakeSpecs } from "../../specs.ts";
import { type Expression, literal, longText, text } from "../hcl.ts";
import { addressedReplicas, type Container, containersOf, type Machine, machinesOf, partsOf, variableNames } from "../parts.ts";

export interface VariableWords {
  description: string;
  type: string;
  default?: string;
  sensitive?: boolean;
}

export const DOCKER_HOST = "docker_host_name";
export const NODE = "proxmox_node";
export const DATASTORE = "proxmox_datastore";
export const IMAGE_DATASTORE = "proxmox_image_datastore";
export const CONTAINER_TEMPLATE = "proxmox_container_template";
export const ZONE = "proxmox_sdn_zone";

/** What a blueprint leaves to the place it is deployed to: variables, declared where something uses them. */
export const PLACES: Readonly<Record<string, VariableWords>> = {
  [DOCKER_HOST]: { description: "Name or address of the Docker host, for outputs", type: "string", default: "localhost" },
  [NODE]: { description: "Node of the cluster that machines run on", type: "string" },
  [DATASTORE]: { description: "Storage for disks", type: "string", default: "local-lvm" },
  [IMAGE_DATASTORE]: { description: "Storage for container images", type: "string", default: "local" },
  [CONTAINER_TEMPLATE]: { description: "Volume id of the template for system containers", type: "string" },
  [ZONE]: { description: "SDN zone that networks are made in", type: "string" },
};

/** What the parts of a configuration know of each other. */
export interface Context {
  blueprint: Blueprint;
  containers: readonly Container[];
  machines: readonly Machine[];
  byName: ReadonlyMap<string, Resource>;
  apart: ReadonlySet<string>;
  /** Variables of secrets, by the secret's name. */
  variables: ReadonlyMap<string, string>;
  /** Variables of VM templates, which the provider knows by number only, by the template's name. */
  templates: ReadonlyMap<string, string>;
}

export function contextOf(blueprint: Blueprint): Context {
  const all = containersOf(blueprint);
  const machines = machinesOf(blueprint);
  const named = machines
    .flatMap((machine) => (isSystemContainer(machine) ? [] : (machine.specs.template ?? [])))
    .filter((template) => !/^\d+$/.test(template));
  const taken = new Set(Object.keys(PLACES));
  const variables = variableNames(
    (blueprint.secrets ?? []).map(({ name }) => name),
    taken,
  );
  return {
    blueprint,
    // An image on a cluster runs as a system container there: those are the cluster's.
    containers: all.filter(({ resource }) => resource.provider !== "proxmox"),
    machines: [...machines, ...all.filter(({ resource }) => resource.provider === "proxmox").map(asMachine)],
    byName: new Map(blueprint.resources.map((resource) => [resource.name, resource])),
    apart: addressedReplicas(blueprint),
    variables,
    templates: variableNames(
      [...new Set(named)],
      taken,
      (template) => `template_${template.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`,
    ),
  };
}

function asMachine({ resource }: Container): Machine {
  return { resource, specs: resource.specs as FakeSpecs as Machine["specs"], extras: [] };
}

/** A name as Terraform identifiers are written. Names have no `_`, so no two come out alike. */
export function identifier(name: string): string {
  const plain = name.replaceAll("-", "_");
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

/** A text in which references to secrets are variables. */
export function withSecrets(value: string, { variables }: Context): Expression {
  return text(pieces(value, variables));
}

export function fileWithSecrets(value: string, { variables }: Context): Expression {
  return longText(pieces(value, variables));
}

function pieces(value: string, variables: ReadonlyMap<string, string>): (string | Expression)[] {
  return partsOf(value).map((part) =>
    "secret" in part ? literal(`var.${variables.get(part.secret) ?? part.secret}`) : part.literal,
  );
}

export const replicasOf = ({ specs }: { specs: { replicas?: number | undefined } }): number => specs.replicas ?? 1;

/** `web` or, with replicas, `web-${count.index + 1}`; with the blueprint's name in front where names are shared. */
export function replicaName(name: string, replicas: number, prefix = ""): Expression {
  return replicas > 1 ? text([`${prefix}${name}-`, literal("count.index + 1")]) : text(`${prefix}${name}`);
}

/** Where a resource of a blueprint is in the configuration; networks that are existing bridges are nowhere. */
export function addressOf(name: string, { byName, containers, machines }: Context): string | undefined {
  const resource = byName.get(name);
  if (resource === undefined) return undefined;
  if (containers.some((container) => container.resource.name === name)) return `docker_container.${identifier(name)}`;
  const machine = machines.find((each) => each.resource.name === name);
  if (machine === undefined) return undefined;
  return `${isSystemContainer(machine) ? "proxmox_virtual_environment_container" : "proxmox_virtual_environment_vm"}.${identifier(name)}`;
}

export function isSystemContainer({ resource, specs }: Machine): boolean {
  return specs.kind === "lxc" || (resource.specs as FakeSpecs).image !== undefined;
}
