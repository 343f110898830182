import type { Draft, DraftResource } from "../draft.ts";
import { addressNumber, addressText, contains, parseSubnet, roomIn, type Subnet, subnetText } from "../ipv4.ts";
import { at, closeTo, error, type Path, present, quantity, type Remark, suggest, type Where, warning } from "./remark.ts";

/** Networks that are named exist, their address ranges do not overlap, and fixed addresses fit. */
export function* networks(draft: Draft, where: Where): Generator<Remark> {
  const declared = draft.resources.filter(({ type, name }) => type === "network" && name !== undefined);
  const names = declared.map((network) => network.name ?? "");
  const near = closeTo(names);
  const members = new Map<string, number>();
  for (const resource of draft.resources) {
    const joined = new Set<string>();
    for (const [index, name] of present(resource.specs.networks)) {
      const path = at(resource, "specs", "networks", index);
      if (joined.has(name))
        yield warning(path, "duplicate_network", `"${name}" is named twice.`, "Once is enough; the second is ignored.");
      joined.add(name);
      const known = draft.byName.get(name);
      if (known === undefined) {
        const add = `Add a resource {"type": "network", "name": "${name}", "provider": "${resource.provider}", "specs": {}}.`;
        yield error(path, "unknown_network", `There is no network "${name}".`, suggest(name, names, add));
      } else yield* fits(resource, known, path, where);
    }
    const { network } = resource.specs;
    if (resource.type !== "network" && network !== undefined) {
      joined.add(network);
      yield* bridgeOrNetwork(draft, resource, network, near, where);
    }
    for (const name of joined) members.set(name, (members.get(name) ?? 0) + (resource.specs.replicas ?? 1));
  }
  for (const network of declared) {
    const path = at(network, "name");
    if (draft.complete && !members.has(network.name ?? "") && isUnused(draft, network.name)) {
      yield warning(
        path,
        "unused_network",
        `Nothing is on the network "${network.name}".`,
        "Name it in the networks of a resource, or remove it.",
      );
    }
  }
  yield* subnets(draft, members, where);
}

function isUnused(draft: Draft, name: string | undefined): boolean {
  return !draft.resources.some(({ dependencies }) => dependencies.includes(name));
}

/** A network that is named must be one, on the same provider. */
function* fits(resource: DraftResource, network: DraftResource, path: Path, where: Where): Generator<Remark> {
  if (network.type !== undefined && network.type !== "network") {
    yield error(path, "not_a_network", `"${network.name}" (${where(at(network))}) is of type ${network.type}, not network.`);
  } else if (network.provider !== undefined && resource.provider !== undefined && network.provider !== resource.provider) {
    yield error(
      path,
      "other_provider",
      `"${network.name}" is a network of ${network.provider}; this resource is on ${resource.provider}.`,
      "Both have to be on one provider.",
    );
  }
}

/** A machine's network may also be a bridge the cluster has; only a near miss is worth a word. */
function* bridgeOrNetwork(
  draft: Draft,
  resource: DraftResource,
  name: string,
  near: (typed: string) => string | undefined,
  where: Where,
): Generator<Remark> {
  const path = at(resource, "specs", "network");
  const known = draft.byName.get(name);
  if (known !== undefined) return yield* fits(resource, known, path, where);
  const meant = near(name);
  if (meant !== undefined) {
    yield warning(
      path,
      "unknown_network",
      `There is no network "${name}"; it is taken for an existing bridge.`,
      `Did you mean "${meant}"?`,
    );
  }
}

function* subnets(draft: Draft, members: ReadonlyMap<string, number>, where: Where): Generator<Remark> {
  const ranges: { network: DraftResource; subnet: Subnet }[] = [];
  for (const network of draft.resources) {
    const { subnet: text, gateway } = network.specs;
    if (network.type !== "network" || text === undefined) continue;
    const subnet = parseSubnet(text);
    const path = at(network, "specs", "subnet");
    ranges.push({ network, subnet });
    if (subnet.address !== subnet.first) {
      yield error(
        path,
        "subnet_host_bits",
        `${text} is an address inside a subnet, not the subnet.`,
        `Write ${subnetText(subnet)}.`,
      );
    }
    if (gateway !== undefined && !contains(subnet, addressNumber(gateway))) {
      yield error(at(network, "specs", "gateway"), "gateway_outside", `The gateway ${gateway} is not in ${text}.`);
    }
    const needed = members.get(network.name ?? "") ?? 0;
    if (needed > roomIn(subnet)) {
      const room = quantity(roomIn(subnet), "address", "addresses");
      yield error(
        path,
        "subnet_too_small",
        `${text} has ${room} to give, and ${needed} are needed on "${network.name}".`,
        "Take a shorter prefix.",
      );
    }
  }
  yield* overlaps(ranges, where);
  yield* fixedAddresses(draft, where);
}

function* overlaps(ranges: { network: DraftResource; subnet: Subnet }[], where: Where): Generator<Remark> {
  for (const onOneProvider of Map.groupBy(ranges, ({ network }) => network.provider).values()) {
    const sorted = onOneProvider.toSorted((a, b) => a.subnet.first - b.subnet.first || a.network.index - b.network.index);
    let widest: (typeof sorted)[number] | undefined;
    for (const range of sorted) {
      if (widest !== undefined && range.subnet.first <= widest.subnet.last) {
        const other = `${widest.subnet.text} of "${widest.network.name}" (${where(at(widest.network, "specs", "subnet"))})`;
        yield error(at(range.network, "specs", "subnet"), "subnet_overlap", `${range.subnet.text} overlaps ${other}.`);
      }
      if (widest === undefined || range.subnet.last > widest.subnet.last) widest = range;
    }
  }
}

/** Fixed addresses of machines: inside their network, theirs alone, and with a gateway that can be reached. */
function* fixedAddresses(draft: Draft, where: Where): Generator<Remark> {
  const owners = new Map<string, DraftResource>();
  for (const machine of draft.resources) {
    const { ip, gateway, replicas = 1 } = machine.specs;
    if (machine.type === "network" || ip === undefined) continue;
    const path = at(machine, "specs", "ip");
    if (ip === "dhcp") {
      if (gateway !== undefined) {
        yield warning(at(machine, "specs", "gateway"), "gateway_ignored", "DHCP gives the gateway too; this one is ignored.");
      }
      continue;
    }
    const own = parseSubnet(ip);
    const text = addressText(own.address);
    if (replicas > 1) {
      yield error(
        path,
        "replicas_share_address",
        `${quantity(replicas, "replica")} cannot all have the address ${text}.`,
        'Use "dhcp", or one resource for each.',
      );
    }
    const network = draft.byName.get(machine.specs.network ?? "");
    const key = `${machine.provider} ${machine.specs.network} ${own.address}`;
    const owner = owners.get(key);
    if (owner !== undefined) {
      yield error(path, "address_taken", `"${owner.name}" has the address ${text} too (${where(at(owner, "specs", "ip"))}).`);
    } else owners.set(key, machine);
    if (gateway !== undefined && !contains(own, addressNumber(gateway))) {
      yield error(at(machine, "specs", "gateway"), "gateway_outside", `The gateway ${gateway} is not in ${subnetText(own)}.`);
    }
    if (network?.type === "network" && network.specs.subnet !== undefined) {
      yield* insideSubnet(own, parseSubnet(network.specs.subnet), network, path);
    }
  }
}

function* insideSubnet(own: Subnet, subnet: Subnet, network: DraftResource, path: Path): Generator<Remark> {
  const text = addressText(own.address);
  if (!contains(subnet, own.address)) {
    yield error(path, "address_outside", `${text} is not in ${subnetText(subnet)}, the subnet of "${network.name}".`);
  } else if (own.address === subnet.first || own.address === subnet.last) {
    const role = own.address === subnet.first ? "network" : "broadcast";
    yield error(path, "address_reserved", `${text} is the ${role} address of ${subnetText(subnet)}; no machine can have it.`);
  } else if (network.specs.gateway !== undefined && addressNumber(network.specs.gateway) === own.address) {
    yield error(path, "address_reserved", `${text} is the gateway of "${network.name}".`);
  } else if (own.prefix !== subnet.prefix) {
    yield warning(path, "other_prefix", `The prefix /${own.prefix} is not that of "${network.name}" (/${subnet.prefix}).`);
  }
}
