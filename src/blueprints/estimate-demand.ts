import { add, type Decimal, decimal, divide, multiply, ZERO } from "./prices/decimal.ts";
import type { Unit } from "./prices/sheet.ts";
import type { Blueprint } from "./schema.ts";
import { partsOf, type Storage, type Workload } from "./workload.ts";

/** What a blueprint uses of each unit that has a price, before any price is looked up. */

export const USAGE_LEVELS = ["low", "mid", "high"] as const;
export type UsageLevel = (typeof USAGE_LEVELS)[number];

export interface Demand {
  resource: string;
  unit: Unit;
  /** In the unit of the price, for a month; the same at every level unless it depends on usage. */
  quantity: Record<UsageLevel, Decimal>;
  usageBased: boolean;
  /** The size is not in the blueprint; this default stands in. */
  assumed: boolean;
}

/** What a caller knows better than the assumptions. */
export interface Usage {
  /** GiB a month to the internet, of the whole blueprint. */
  egress_gb?: number | undefined;
  public_ips?: number | undefined;
}

/** Sizes that stand in where a blueprint gives none. */
export const ASSUMED = {
  container: { cpu: 0.5, memory_mb: 512 },
  machine: { cpu: 1, memory_mb: 2048, disk_gb: 10 },
  storage: { disk_gb: 10 },
} as const;

/**
 * GiB a month that leave for the internet for each vCPU of a service that publishes a port, at least as much as one vCPU's.
 * The middle of an order of magnitude each way: `low` is a tenth of it, `high` ten times.
 */
export const EGRESS_GIB_PER_VCPU = { web: 100, data: 50, operations: 20 } as const;
const TRAFFICS = ["web", "data", "operations"] as const satisfies (keyof typeof EGRESS_GIB_PER_VCPU)[];
type Traffic = (typeof TRAFFICS)[number];

const DATA_PORTS = new Set([1433, 1521, 3306, 5000, 5001, 5432, 6379, 6432, 9042, 9092, 11211, 26379, 27017]);
const OPERATIONS_PORTS = new Set([3000, 3100, 4317, 4318, 5601, 8001, 8404, 9090, 9093, 9100, 9411, 14250, 14268, 16686]);

const SPREAD = 10;

/** A machine with this tag has a public address of its own. */
export const PUBLIC_TAG = "public";

export function demandOf(blueprint: Blueprint, usage: Usage = {}): { demands: Demand[]; assumptions: string[] } {
  const { workloads, storages } = partsOf(blueprint);
  const doors = workloads.flatMap((workload) => frontDoor(workload, blueprint));
  const first = doors[0]?.resource ?? workloads[0]?.name;
  return {
    demands: [
      ...workloads.flatMap(sizeOfWorkload),
      ...storages.map(sizeOfStorage),
      ...(first === undefined ? [] : [...addresses(doors, usage, first), ...egress(doors, usage, first)]),
    ],
    assumptions: [
      ...workloads.flatMap(workloadAssumptions),
      ...storages.flatMap(storageAssumptions),
      ...doorAssumptions(doors, usage),
    ],
  };
}

interface Size {
  cpu: number;
  memory_mb: number;
  disk_gb?: number;
}

const assumedFor = ({ kind }: Workload): Size => (kind === "machine" ? ASSUMED.machine : ASSUMED.container);

const SIZES = ["cpu", "memory_mb", "disk_gb"] as const;

function sizeOfWorkload(workload: Workload): Demand[] {
  const { name, specs } = workload;
  if (specs.run_once === true) return [];
  const copies = decimal(specs.replicas ?? 1);
  const assumed = assumedFor(workload);
  const of = (unit: Unit, each: Decimal, isAssumed: boolean) => steady(name, unit, multiply(copies, each), isAssumed);
  const disk = specs.disk_gb ?? assumed.disk_gb;
  return [
    of("cpu", decimal(specs.cpu ?? assumed.cpu), specs.cpu === undefined),
    of("memory", divide(decimal(specs.memory_mb ?? assumed.memory_mb), decimal(1024)), specs.memory_mb === undefined),
    ...(disk === undefined ? [] : [of("disk", decimal(disk), specs.disk_gb === undefined)]),
    ...(specs.gpus === undefined || specs.gpus === 0 ? [] : [of("gpu", decimal(specs.gpus), false)]),
  ];
}

function workloadAssumptions(workload: Workload): string[] {
  const { name, specs } = workload;
  if (specs.run_once === true) return [`${name}: it runs once and ends; it is not charged by the month.`];
  const assumed = assumedFor(workload);
  const missing = SIZES.filter((key) => specs[key] === undefined && assumed[key] !== undefined);
  if (missing.length === 0) return [];
  return [`${name}: sizes not given are assumed: ${missing.map((key) => `${key} ${assumed[key]}`).join(", ")}.`];
}

function sizeOfStorage({ name, specs }: Storage): Demand {
  return steady(name, "disk", decimal(specs.disk_gb ?? ASSUMED.storage.disk_gb), specs.disk_gb === undefined);
}

function storageAssumptions({ name, specs }: Storage): string[] {
  return specs.disk_gb === undefined ? [`${name}: sizes not given are assumed: disk_gb ${ASSUMED.storage.disk_gb}.`] : [];
}

/** A workload that answers callers from outside: a published port, or a machine tagged `public`. */
interface FrontDoor {
  resource: string;
  /** `host`: shares the Docker host's address. `machine`: each copy has its own. */
  address: "host" | "machine";
  copies: number;
  traffic: Traffic;
  gib: Decimal;
}

function frontDoor(workload: Workload, blueprint: Blueprint): FrontDoor[] {
  const { name, specs } = workload;
  const copies = specs.replicas ?? 1;
  const ports = (specs.ports ?? []).filter(({ host }) => host !== undefined);
  const isMachine = specs.tags?.includes(PUBLIC_TAG) === true;
  if (ports.length === 0 && !isMachine) return [];
  const classes = ports.map(({ container }) => trafficOf(container, blueprint));
  const traffic = TRAFFICS.find((kind) => classes.includes(kind)) ?? "web";
  const vcpus = (specs.cpu ?? assumedFor(workload).cpu) * copies;
  const gib = multiply(decimal(EGRESS_GIB_PER_VCPU[traffic]), decimal(Math.max(1, vcpus)));
  return [{ resource: name, address: isMachine ? "machine" : "host", copies, traffic, gib }];
}

function trafficOf(port: number, { metadata }: Blueprint): Traffic {
  if (DATA_PORTS.has(port) || metadata?.category === "database") return "data";
  if (OPERATIONS_PORTS.has(port) || metadata?.category === "monitoring") return "operations";
  return "web";
}

function addresses(doors: FrontDoor[], usage: Usage, first: string): Demand[] {
  const one = (resource: string, count: number) => (count > 0 ? [steady(resource, "public_ip", decimal(count), false)] : []);
  if (usage.public_ips !== undefined) return one(first, usage.public_ips);
  const host = doors.find(({ address }) => address === "host");
  return [
    ...(host === undefined ? [] : one(host.resource, 1)),
    ...doors.filter(({ address }) => address === "machine").flatMap(({ resource, copies }) => one(resource, copies)),
  ];
}

function egress(doors: FrontDoor[], usage: Usage, first: string): Demand[] {
  if (usage.egress_gb !== undefined) {
    const given = decimal(usage.egress_gb);
    if (given === ZERO) return [];
    return [{ ...steady(first, "egress", given, false), usageBased: true }];
  }
  return doors.map(({ resource, gib }) => ({
    resource,
    unit: "egress",
    quantity: { low: divide(gib, decimal(SPREAD)), mid: gib, high: multiply(gib, decimal(SPREAD)) },
    usageBased: true,
    assumed: true,
  }));
}

function doorAssumptions(doors: FrontDoor[], usage: Usage): string[] {
  const said: string[] = [];
  if (doors.length === 0) {
    said.push(
      `No port is published and no machine is tagged "${PUBLIC_TAG}": no public address and no traffic to the internet are counted.`,
    );
    return said;
  }
  if (usage.public_ips === undefined && doors.some(({ address }) => address === "host"))
    said.push("All published ports share one public IPv4 address.");
  if (usage.egress_gb === undefined) {
    for (const { resource, traffic } of doors) {
      said.push(
        `${resource}: traffic to the internet is assumed at ${EGRESS_GIB_PER_VCPU[traffic]} GiB a month for each vCPU, at least for one ` +
          `(${traffic}; low a tenth, high ten times). Give usage.egress_gb if you know it.`,
      );
    }
  }
  return said;
}

const steady = (resource: string, unit: Unit, quantity: Decimal, assumed: boolean): Demand => ({
  resource,
  unit,
  quantity: { low: quantity, mid: quantity, high: quantity },
  usageBased: false,
  assumed,
});

/** How much there is of each unit in all, for comparing and for a summary. */
export function totalOf(demands: readonly Demand[], unit: Unit): Decimal {
  return demands.filter((demand) => demand.unit === unit).reduce((total, { quantity }) => add(total, quantity.mid), ZERO);
}
