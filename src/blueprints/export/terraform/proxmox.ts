import type { Resource } from "../../schema.ts";
import type { FakeSpecs } from "../../specs.ts";
import { attribute, type BodyItem, block, comments, type Expression, gap, list, literal, text } from "../hcl.ts";
import type { Machine } from "../parts.ts";
import {
  addressOf,
  CONTAINER_TEMPLATE,
  type Context,
  DATASTORE,
  IMAGE_DATASTORE,
  identifier,
  isSystemContainer,
  NODE,
  replicaName,
  replicasOf,
  ZONE,
} from "./context.ts";

const APPLIER = "proxmox_sdn_applier.apply";

/** SDN networks, virtual machines and system containers for the provider bpg/proxmox. */
export function proxmoxResources(context: Context): BodyItem[] {
  return [
    ...comments(notMade(context)),
    gap,
    ...networks(context),
    ...ociImages(context),
    ...context.machines.flatMap((machine) => machineBlock(machine, context)),
  ];
}

/** What stands for something that is there already, and disks that no machine has. */
function notMade({ blueprint, machines, containers }: Context): string[] {
  const volumes = new Set([...machines, ...containers].flatMap(({ specs }) => (specs.volumes ?? []).map(({ name }) => name)));
  const joined = new Set([
    ...machines.map(({ specs }) => specs.network),
    ...containers.flatMap(({ specs }) => specs.networks ?? []),
  ]);
  return blueprint.resources.flatMap(({ type, name, provider, specs }) => {
    const bridge = bridgeOf(specs);
    if (type === "network" && bridge !== undefined) return [`network ${name}: the existing bridge ${bridge}`];
    if (type === "network" && provider === "fake" && !joined.has(name)) return [`network ${name}: nothing is on it`];
    const inlined = type === "storage" && provider !== "docker" && !volumes.has(name);
    return inlined ? [`storage ${name}: ${JSON.stringify(specs)} (a disk belongs to a machine, and none mounts it)`] : [];
  });
}

/** Networks of the cluster that have to be made; one that names a bridge is used as it is. */
function vnets({ blueprint, machines }: Context): Resource[] {
  const used = new Set(machines.map(({ specs }) => specs.network));
  return blueprint.resources.filter(
    ({ type, provider, name, specs }) =>
      type === "network" &&
      (provider === "proxmox" || (provider === "fake" && used.has(name))) &&
      bridgeOf(specs) === undefined,
  );
}

const bridgeOf = (specs: object): string | undefined => (specs as { bridge?: string }).bridge;

const MAX_VNET_LENGTH = 8;

/** Ids of vnets have at most eight letters and digits; the whole name becomes the alias. */
export function vnetIds(names: readonly string[]): Map<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const plain = name.replace(/[^a-z0-9]/g, "").replace(/^\d/, (digit) => `n${digit}`);
    let id = plain.slice(0, MAX_VNET_LENGTH);
    for (let number = 2; taken.has(id); number++) id = plain.slice(0, MAX_VNET_LENGTH - String(number).length) + number;
    taken.add(id);
    ids.set(name, id);
  }
  return ids;
}

function networks(context: Context): BodyItem[] {
  const mine = vnets(context);
  if (mine.length === 0) return [];
  const ids = vnetIds(mine.map(({ name }) => name));
  const applied: string[] = [];
  const blocks = mine.flatMap(({ name, specs: any }) => {
    const specs = any as {
      zone?: string;
      tag?: number;
      subnet?: string;
      gateway?: string;
      snat?: boolean;
      isolate_ports?: boolean;
    };
    const vnet = `proxmox_sdn_vnet.${identifier(name)}`;
    applied.push(vnet);
    if (specs.subnet !== undefined) applied.push(`proxmox_sdn_subnet.${identifier(name)}`);
    const flag = (value: boolean | undefined): Expression | undefined => (value === undefined ? undefined : literal(value));
    return [
      block(
        "resource",
        ["proxmox_sdn_vnet", identifier(name)],
        [
          ...attribute("id", text(ids.get(name) ?? name)),
          ...attribute("alias", text(name)),
          ...attribute("zone", specs.zone === undefined ? literal(`var.${ZONE}`) : text(specs.zone)),
          ...attribute("tag", specs.tag === undefined ? undefined : literal(specs.tag)),
          ...attribute("isolate_ports", flag(specs.isolate_ports)),
        ],
      ),
      ...(specs.subnet === undefined
        ? []
        : [
            block(
              "resource",
              ["proxmox_sdn_subnet", identifier(name)],
              [
                ...attribute("vnet", literal(`${vnet}.id`)),
                ...attribute("cidr", text(specs.subnet)),
                ...attribute("gateway", specs.gateway === undefined ? undefined : text(specs.gateway)),
                ...attribute("snat", flag(specs.snat)),
              ],
            ),
          ]),
    ];
  });
  const apply = [
    ...attribute("depends_on", list(applied.map(literal))),
    block("lifecycle", [], attribute("replace_triggered_by", list(applied.map(literal)))),
  ];
  return [
    ...blocks,
    ...comments(["Changes to SDN are pending until they are applied."]),
    block("resource", ["proxmox_sdn_applier", "apply"], apply),
  ];
}

function ociImages({ machines }: Context): BodyItem[] {
  const images = machines.flatMap(({ resource, specs }) => {
    const { image } = resource.specs as FakeSpecs;
    return image === undefined ? [] : [{ name: resource.name, image, node: specs.node }];
  });
  return images.map(({ name, image, node }) =>
    block(
      "resource",
      ["proxmox_oci_image", identifier(name)],
      [
        ...attribute("node_name", node === undefined ? literal(`var.${NODE}`) : text(node)),
        ...attribute("datastore_id", literal(`var.${IMAGE_DATASTORE}`)),
        ...attribute("reference", text(image)),
      ],
    ),
  );
}

function machineBlock(machine: Machine, context: Context): BodyItem[] {
  const { resource, specs } = machine;
  const system = isSystemContainer(machine);
  const replicas = replicasOf(machine);
  const waits = [
    ...resource.dependencies.flatMap((name) => addressOf(name, context) ?? []),
    ...(vnets(context).some(({ name }) => name === specs.network) ? [APPLIER] : []),
  ];
  const tags = [...(specs.tags ?? [])].sort();
  const body: BodyItem[] = [
    ...attribute("count", replicas > 1 ? literal(replicas) : undefined),
    ...(system ? [] : attribute("name", replicaName(resource.name, replicas))),
    ...attribute("node_name", specs.node === undefined ? literal(`var.${NODE}`) : text(specs.node)),
    ...attribute("tags", tags.length === 0 ? undefined : list(tags.map((tag) => text(tag)))),
    ...attribute("protection", specs.protection === undefined ? undefined : literal(specs.protection)),
    ...attribute(system ? "start_on_boot" : "on_boot", specs.onboot === undefined ? undefined : literal(specs.onboot)),
    ...(system
      ? attribute("unprivileged", literal(true))
      : attribute("machine", (specs.gpus ?? 0) > 0 ? text("q35") : undefined)),
    ...attribute("depends_on", waits.length === 0 ? undefined : list(waits.map(literal))),
    ...(system ? systemContainer(machine) : virtualMachine(machine, context)),
    ...size(machine, system),
    ...disks(machine, system, context),
    ...network(machine, system, context),
    ...initialization(machine, system),
  ];
  const type = system ? "proxmox_virtual_environment_container" : "proxmox_virtual_environment_vm";
  return [...comments(notes(machine)), block("resource", [type, identifier(resource.name)], body)];
}

function virtualMachine({ specs }: Machine, { templates }: Context): BodyItem[] {
  const variable = templates.get(specs.template ?? "");
  const source =
    specs.template === undefined
      ? []
      : [block("clone", [], attribute("vm_id", literal(variable === undefined ? specs.template : `var.${variable}`)))];
  const devices = Array.from({ length: specs.gpus ?? 0 }, (_, index) =>
    block(
      "hostpci",
      [],
      [
        ...attribute("device", text(`hostpci${index}`)),
        ...attribute("mapping", specs.gpu_mapping === undefined ? undefined : text(specs.gpu_mapping)),
        ...attribute("pcie", literal(true)),
      ],
    ),
  );
  return [...source, block("agent", [], attribute("enabled", literal(true))), ...devices];
}

function systemContainer({ resource, specs }: Machine): BodyItem[] {
  const { image } = resource.specs as FakeSpecs;
  const template =
    image === undefined
      ? specs.template === undefined
        ? undefined
        : text(specs.template)
      : literal(`proxmox_oci_image.${identifier(resource.name)}.id`);
  return [block("operating_system", [], attribute("template_file_id", template ?? literal(`var.${CONTAINER_TEMPLATE}`)))];
}

function size({ specs }: Machine, system: boolean): BodyItem[] {
  const { cpu, memory_mb: memory } = specs;
  const limit = cpu !== undefined && !Number.isInteger(cpu) && !system ? literal(cpu) : undefined;
  return [
    ...(cpu === undefined
      ? []
      : [block("cpu", [], [...attribute("cores", literal(Math.ceil(cpu))), ...attribute("limit", limit)])]),
    ...(memory === undefined ? [] : [block("memory", [], attribute("dedicated", literal(memory)))]),
  ];
}

function disks({ specs }: Machine, system: boolean, { byName }: Context): BodyItem[] {
  const store = (name: string | undefined): Expression => (name === undefined ? literal(`var.${DATASTORE}`) : text(name));
  const root =
    specs.disk_gb === undefined && specs.storage === undefined
      ? []
      : [
          block(
            "disk",
            [],
            [
              ...attribute("datastore_id", store(specs.storage)),
              ...(system ? [] : attribute("interface", text("scsi0"))),
              ...attribute("size", specs.disk_gb === undefined ? undefined : literal(Math.ceil(specs.disk_gb))),
            ],
          ),
        ];
  const extra = (specs.volumes ?? []).map(({ name, target, read_only }, index) => {
    const { disk_gb = 8, storage } = (byName.get(name ?? "")?.specs ?? {}) as { disk_gb?: number; storage?: string };
    const where = store(storage ?? specs.storage);
    if (!system) {
      return block(
        "disk",
        [],
        [
          ...attribute("datastore_id", where),
          ...attribute("interface", text(`scsi${index + 1}`)),
          ...attribute("size", literal(Math.ceil(disk_gb))),
        ],
      );
    }
    return block(
      "mount_point",
      [],
      [
        ...attribute("volume", where),
        ...attribute("size", text(`${Math.ceil(disk_gb)}G`)),
        ...attribute("path", text(target)),
        ...attribute("read_only", read_only === undefined ? undefined : literal(read_only)),
      ],
    );
  });
  return [...root, ...extra];
}

function network({ specs }: Machine, system: boolean, context: Context): BodyItem[] {
  if (specs.network === undefined) return [];
  const made = vnets(context).some(({ name }) => name === specs.network);
  const existing = bridgeOf(context.byName.get(specs.network)?.specs ?? {}) ?? specs.network;
  const bridge = made ? literal(`proxmox_sdn_vnet.${identifier(specs.network)}.id`) : text(existing);
  if (!system) return [block("network_device", [], attribute("bridge", bridge))];
  return [block("network_interface", [], [...attribute("name", text("eth0")), ...attribute("bridge", bridge)])];
}

function initialization(machine: Machine, system: boolean): BodyItem[] {
  const { resource, specs } = machine;
  const { ip, gateway, user, ssh_keys: keys = [] } = specs;
  const address = [
    ...attribute("address", ip === undefined ? undefined : text(ip)),
    ...attribute("gateway", gateway === undefined || ip === "dhcp" ? undefined : text(gateway)),
  ];
  const account = [
    ...(system ? [] : attribute("username", user === undefined ? undefined : text(user))),
    ...attribute("keys", keys.length === 0 ? undefined : list(keys.map((key) => text(key)))),
  ];
  const body: BodyItem[] = [
    ...(system ? attribute("hostname", replicaName(resource.name, replicasOf(machine))) : []),
    ...(ip === undefined ? [] : [block("ip_config", [], [block("ipv4", [], address)])]),
    ...(account.length === 0 ? [] : [block("user_account", [], account)]),
  ];
  return body.length === 0 ? [] : [block("initialization", [], body)];
}

/** What a machine says and the provider cannot hold. */
function notes(machine: Machine): string[] {
  const { resource, specs, extras } = machine;
  const { image, env, entrypoint } = resource.specs as FakeSpecs;
  return [
    ...extras.map((extra) => `${extra} (no setting of a machine)`),
    ...(specs.bootstrap === undefined
      ? []
      : [
          `bootstrap: ${JSON.stringify(specs.bootstrap)} (the provider does not use the guest agent for this: run it by cloud-init or over SSH)`,
        ]),
    ...(isSystemContainer(machine) || specs.volumes === undefined
      ? []
      : specs.volumes.map(({ name, target }) => `The disk "${name}" has to be mounted at ${target} inside the machine.`)),
    ...(isSystemContainer(machine) && specs.user !== undefined ? [`user: ${specs.user} (containers have root only)`] : []),
    ...(image !== undefined && env !== undefined
      ? [`env: ${JSON.stringify(env)} (the provider does not set it on containers made from an image)`]
      : []),
    ...(image !== undefined && entrypoint !== undefined
      ? [`entrypoint: ${JSON.stringify(entrypoint)} (the provider has no such setting)`]
      : []),
  ];
}
