import type { Draft } from "../draft.ts";
import { at, error, type Path, present, quantity, type Remark, type Where, warning } from "./remark.ts";

const EVERY_ADDRESS = "0.0.0.0";

/** Who has a port of a host: on every address, and on single ones. */
interface Taken {
  first: { path: Path; ip: string; by: string };
  byAddress: Map<string, { path: Path; by: string }>;
}

/** No two resources, replicas or entries publish the same port of a target; one on 0.0.0.0 takes it on every address. */
export function* ports(draft: Draft, where: Where): Generator<Remark> {
  const taken = new Map<string, Taken>();
  for (const resource of draft.resources) {
    for (const [index, port] of present(resource.specs.ports)) {
      const path = at(resource, "specs", "ports", index);
      const { host, host_ip: ip = EVERY_ADDRESS, protocol = "tcp" } = port;
      if (host === undefined) {
        if (port.host_ip !== undefined) {
          yield warning(
            [...path, "host_ip"],
            "unpublished_port",
            "An address of the host is given but no port of it, so nothing is published.",
            'Add "host", or leave "host_ip" out.',
          );
        }
        continue;
      }
      const replicas = resource.specs.replicas ?? 1;
      if (replicas > 1) {
        yield error(
          [...path, "host"],
          "replicas_share_port",
          `${quantity(replicas, "replica")} cannot all have port ${host} of one host.`,
          'Publish the port of a load balancer in front of them, and leave "host" out here.',
        );
      }
      const key = `${resource.provider} ${host}/${protocol}`;
      const by = resource.name ?? "";
      const before = taken.get(key);
      if (before === undefined) {
        taken.set(key, { first: { path, ip, by }, byAddress: new Map([[ip, { path, by }]]) });
        continue;
      }
      const other = ip === EVERY_ADDRESS ? before.first : (before.byAddress.get(ip) ?? before.byAddress.get(EVERY_ADDRESS));
      if (other !== undefined) {
        const whose = other.by === by ? "this resource itself" : `"${other.by}"`;
        yield error(
          [...path, "host"],
          "port_taken",
          `Port ${host}/${protocol} of the host is already published by ${whose} (${where(other.path)}).`,
          "Choose another host port, or different addresses in host_ip.",
        );
      }
      if (!before.byAddress.has(ip)) before.byAddress.set(ip, { path, by });
    }
  }
}
