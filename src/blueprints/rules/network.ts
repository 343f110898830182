import { cis, cwe, kics } from "./references.ts";
import { at, type Change, each, type Rule, type Scene } from "./rule.ts";

/** What can be reached, from where, and how. */

/** Container ports of databases, brokers, administration and metrics: nothing that strangers should reach. */
const INNER_PORTS: ReadonlyMap<number, string> = new Map([
  [2375, "Docker API"],
  [2376, "Docker API"],
  [2379, "etcd"],
  [2380, "etcd peers"],
  [3306, "MySQL"],
  [5432, "PostgreSQL"],
  [5984, "CouchDB"],
  [6379, "Redis"],
  [6443, "Kubernetes API"],
  [8001, "administration API"],
  [8008, "Patroni API"],
  [8444, "administration API"],
  [9042, "Cassandra"],
  [9090, "Prometheus"],
  [9092, "Kafka"],
  [9093, "Alertmanager or Kafka"],
  [9100, "node metrics"],
  [9200, "Elasticsearch"],
  [9901, "Envoy administration"],
  [10250, "kubelet"],
  [11211, "memcached"],
  [15672, "RabbitMQ administration"],
  [26379, "Sentinel"],
  [27017, "MongoDB"],
]);
const WEB_PORTS = new Set([80, 443]);
const PLAINTEXT_PORTS = new Set([80, 3000, 5601, 8000, 8080, 8081, 8888, 9000]);
const TLS_PORTS = new Set([443, 4443, 8443, 9443]);

interface Published {
  workload: Scene["containers"][number];
  place: number;
  container: number;
  host: number;
  hostIp: string | undefined;
}

function* published({ containers }: Scene): Iterable<Published> {
  for (const workload of containers) {
    for (const [place, { container, host, host_ip }] of (workload.specs.ports ?? []).entries()) {
      if (host !== undefined) yield { workload, place, container, host, hostIp: host_ip };
    }
  }
}

const isLoopback = (ip: string | undefined): boolean => ip?.startsWith("127.") === true;
const isEveryAddress = (ip: string | undefined): boolean => ip === undefined || ip === "0.0.0.0";

export const networkRules: readonly Rule[] = [
  {
    id: "AIC-N01",
    severity: "medium",
    title: "Port is published on every address of the host",
    why: "The port is open on each network the host is in, also those added later, and past the host's own firewall rules.",
    fix: "Set host_ip to the address callers come by, or to 127.0.0.1 behind a proxy on the host.",
    references: [kics("451d79dc-0588-476a-ad03-3c7f0320abb3"), cis("5.14"), cwe(668)],
    *check(scene) {
      for (const { workload, place, container, host, hostIp } of published(scene)) {
        if (!isEveryAddress(hostIp) || INNER_PORTS.has(container)) continue;
        yield {
          resource: workload.name,
          path: at(workload, "ports", place, ...(hostIp === undefined ? [] : ["host_ip"])),
          detail: `Port ${host} of ${workload.name} is open on every address of the host.`,
          ...(WEB_PORTS.has(host) ? { severity: "low" as const } : {}),
        };
      }
    },
  },
  {
    id: "AIC-N02",
    severity: "high",
    title: "Data or administration port is published",
    why: "Databases and administration interfaces are what intruders look for first; other resources reach them over their network without publishing.",
    fix: "Leave host out, or publish it on 127.0.0.1 alone.",
    references: [cis("5.9"), cwe(668)],
    *check(scene) {
      for (const { workload, place, container, host, hostIp } of published(scene)) {
        const what = INNER_PORTS.get(container);
        if (what === undefined || isLoopback(hostIp)) continue;
        const change: Change = {
          path: at(workload, "ports", place, "host_ip"),
          to: "127.0.0.1",
          why: "It stays reachable from the host itself, and over the network of the blueprint.",
        };
        yield {
          resource: workload.name,
          path: at(workload, "ports", place),
          detail: `Port ${host} opens ${what} (${container}) of ${workload.name} to others than the host.`,
          ...(isEveryAddress(hostIp) ? { changes: [change] } : {}),
        };
      }
    },
  },
  {
    id: "AIC-N03",
    severity: "low",
    title: "Privileged port of the host is used",
    why: "Ports below 1024 are the host's own services' and are bound with root's rights.",
    fix: "Publish on a port from 1024 on; for the front door on 80 and 443 accept the finding with that as the reason.",
    references: [kics("bc2908f3-f73c-40a9-8793-c1b7d5544f79"), cis("5.8")],
    *check(scene) {
      for (const { workload, place, host } of published(scene)) {
        if (host >= 1024) continue;
        yield {
          resource: workload.name,
          path: at(workload, "ports", place, "host"),
          detail: `${workload.name} takes port ${host} of the host.`,
        };
      }
    },
  },
  {
    id: "AIC-N04",
    severity: "medium",
    title: "Container is on no network of the blueprint",
    why: "On the default network everything reaches everything; nothing separates the front from the data.",
    fix: "Declare network resources and list in networks what it has to reach.",
    references: [kics("ce14a68b-1668-41a0-ab7d-facd9f784742"), cis("5.30"), cwe(653)],
    check: each("containers", (workload) =>
      (workload.specs.networks ?? []).length === 0
        ? { path: at(workload, "networks"), detail: `${workload.name} names no network.` }
        : undefined,
    ),
  },
  {
    id: "AIC-N05",
    severity: "medium",
    title: "Data service is on a network that is not internal",
    why: "A database that can be reached from, or can reach, the outside leaks more easily and is found more easily.",
    fix: "Put it on a network with internal true, together with those that use it.",
    references: [cwe(653)],
    check: each("containers", (workload, { networks }) => {
      if (workload.known?.store !== true) return undefined;
      const open = (workload.specs.networks ?? []).filter((name) =>
        networks.some((network) => network.name === name && network.specs.internal !== true),
      );
      if (open.length === 0) return undefined;
      return {
        path: at(workload, "networks"),
        detail: `${workload.name} keeps data and is on ${open.join(", ")}, which is not internal.`,
      };
    }),
  },
  {
    id: "AIC-N06",
    severity: "medium",
    title: "Plaintext port is published without TLS beside it",
    why: "Passwords, cookies and data cross the network readable, and anyone on the way can change them.",
    fix: "End TLS in the published service (443 or 8443), or publish on 127.0.0.1 behind a proxy that does.",
    references: [cwe(319)],
    check: each("containers", (workload) => {
      const open = (workload.specs.ports ?? []).filter(({ host, host_ip }) => host !== undefined && !isLoopback(host_ip));
      if (open.some(({ container, host = 0 }) => TLS_PORTS.has(container) || TLS_PORTS.has(host))) return undefined;
      const plain = open.find(({ container }) => PLAINTEXT_PORTS.has(container));
      if (plain === undefined) return undefined;
      return { path: at(workload, "ports"), detail: `${workload.name} publishes port ${plain.host} without TLS.` };
    }),
  },
];
