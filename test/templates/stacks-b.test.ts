import { describe, expect, test } from "vitest";
import { audit } from "../../src/blueprints/audit.ts";
import { estimate } from "../../src/blueprints/estimate.ts";
import { withinBand } from "../../src/blueprints/estimate-band.ts";
import type { Blueprint, Resource } from "../../src/blueprints/schema.ts";
import { validate } from "../../src/blueprints/validate.ts";
import { bundled } from "../../src/templates/catalogue.ts";
import { instantiate } from "../../src/templates/instantiate.ts";
import type { Customization, Template } from "../../src/templates/schema.ts";

/** The stacks whose parts depend on each other's settings: what each promises beyond what every template does. */
const ids = ["observability-stack", "data-pipeline", "zero-trust-network", "microservices-k8s", "ml-training"] as const;
type Id = (typeof ids)[number];

const TODAY = "2026-11-22";

function template(id: Id): Template {
  const found = bundled[id];
  if (found === undefined) throw new Error(`There is no bundled template ${id}.`);
  return found;
}

function blueprint(id: Id, wanted: Customization = {}): Blueprint {
  const made = instantiate(id, template(id), wanted);
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

function resource(of: Blueprint, name: string): Resource {
  const found = of.resources.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`There is no resource ${name}.`);
  return found;
}

interface File {
  path: string;
  content: string;
}

/** Files of a container or of a machine's bootstrap. */
function files({ specs }: Resource): File[] {
  const own = "files" in specs ? specs.files : undefined;
  const bootstrap = "bootstrap" in specs ? specs.bootstrap?.files : undefined;
  return [...(own ?? []), ...(bootstrap ?? [])];
}

function file(of: Blueprint, name: string, path: string): string {
  const found = files(resource(of, name)).find((candidate) => candidate.path === path);
  if (found === undefined) throw new Error(`${name} has no file ${path}.`);
  return found.content;
}

describe.each(ids)("%s", (id) => {
  test.each([0.25, 0.5, 1, 4])("is a valid blueprint at scale %d, with nothing to warn of", (scale_factor) => {
    const { errors, warnings } = validate(blueprint(id, { scale_factor }));
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  });

  test("costs what it says", () => {
    const made = blueprint(id);
    const price = estimate(made);
    expect(withinBand(price, template(id).estimated_cost ?? ""), price.total_monthly_cost).toBe(true);
  });

  test("has no open finding of high severity or worse, and accepts only what it gives a reason for", () => {
    const { findings } = audit(blueprint(id), { today: TODAY });
    const grave = findings.filter(({ severity }) => severity === "critical" || severity === "high");
    expect(grave.filter(({ suppressed }) => suppressed === undefined)).toEqual([]);
    expect(grave.map((finding) => `${finding.id} ${finding.resource}`)).toEqual(
      id === "observability-stack" ? ["AIC-C03 node-exporter"] : [],
    );
  });

  test("ships JSON files that are JSON", () => {
    for (const { path, content } of blueprint(id).resources.flatMap(files)) {
      if (path.endsWith(".json")) expect(() => JSON.parse(content), path).not.toThrow();
    }
  });

  test("uses every secret it declares and declares every secret it uses", () => {
    const made = blueprint(id);
    const text = JSON.stringify([made.resources, made.outputs]);
    const used = [...text.matchAll(/\$\{secret\.([a-z0-9_]+)\}|\{"secret":"([a-z0-9_]+)"\}/g)].map(([, a, b]) => a ?? b);
    expect([...new Set(used)].toSorted()).toEqual((made.secrets ?? []).map(({ name }) => name).toSorted());
    expect(made.secrets?.every(({ generate }) => generate !== undefined)).toBe(true);
  });

  test("leaves no placeholder of its own behind", () => {
    expect(JSON.stringify(blueprint(id))).not.toMatch(/\$\{(param\.|=)/);
  });

  test("tests resources that are there, on ports that they have", () => {
    const made = blueprint(id);
    for (const smoke of template(id).smoke_tests ?? []) {
      const { specs, provider } = resource(made, smoke.resource);
      if (smoke.kind !== "http" || provider === "proxmox") continue;
      const ports = "ports" in specs ? specs.ports : undefined;
      expect(ports?.some(({ container, host }) => container === smoke.port && host !== undefined)).toBe(true);
    }
  });
});

/** What a setting says at two scales. */
function setting(id: Id, read: (made: Blueprint) => string): [half: number, whole: number, fourfold: number] {
  const at = (scale_factor: number): number => Number(/\d+/.exec(read(blueprint(id, { scale_factor })))?.[0]);
  return [at(0.5), at(1), at(4)];
}

const env = (name: string, variable: string) => (made: Blueprint) => {
  const { specs } = resource(made, name);
  return String("env" in specs ? specs.env?.[variable] : "");
};
const argument = (name: string, start: string) => (made: Blueprint) => {
  const { specs } = resource(made, name);
  const line = ("command" in specs ? specs.command : undefined) ?? [];
  const direct = line.find((word) => word.startsWith(`${start}=`));
  return direct?.slice(start.length + 1) ?? line[line.indexOf(start) + 1] ?? "";
};
const line = (name: string, path: string, word: string) => (made: Blueprint) =>
  file(made, name, path)
    .split("\n")
    .find((candidate) => candidate.includes(word))
    ?.split(word)[1] ?? "";

test.each([
  ["observability-stack", "Loki's memory limit", env("loki", "GOMEMLIMIT"), [3686, 7372, 29491]],
  ["observability-stack", "Loki's cache", line("loki", "/etc/loki/loki.yml", "max_size_mb:"), [204, 409, 1638]],
  ["data-pipeline", "Kafka's heap", env("kafka-1", "KAFKA_HEAP_OPTS"), [1536, 3072, 12288]],
  ["data-pipeline", "a Spark worker's memory", argument("spark-worker", "--memory"), [6963, 13926, 55705]],
  [
    "data-pipeline",
    "an executor's memory",
    line("spark-worker", "/opt/spark/conf/spark-defaults.conf", "executor.memory"),
    [2785, 2785, 2785],
  ],
  [
    "data-pipeline",
    "the most cores of a job",
    line("spark-worker", "/opt/spark/conf/spark-defaults.conf", "spark.cores.max"),
    [6, 12, 48],
  ],
  ["data-pipeline", "Celery's concurrency", env("airflow-worker", "AIRFLOW__CELERY__WORKER_CONCURRENCY"), [6, 12, 48]],
  ["zero-trust-network", "the edge's worker threads", argument("edge-proxy", "--concurrency"), [2, 4, 16]],
  [
    "ml-training",
    "Ray's object store",
    line("gpu-1", "/etc/systemd/system/ray.service", "--object-store-memory="),
    [10_307_502_080, 20_615_004_160, 82_463_162_368],
  ],
] as const)("%s: %s follows the size of what it runs in", (id, _, read, expected) => {
  expect(setting(id, read)).toEqual(expected);
});

test("data-pipeline keeps events on three brokers that agree on the cluster, and two of them have to have each", () => {
  const made = blueprint("data-pipeline");
  const brokers = [1, 2, 3].map((n) => resource(made, `kafka-${n}`));
  const settings = brokers.map(({ specs }) => ("env" in specs ? (specs.env ?? {}) : {}));
  expect(new Set(settings.map((one) => one["KAFKA_NODE_ID"]))).toEqual(new Set([1, 2, 3]));
  expect(new Set(settings.map((one) => JSON.stringify([one["CLUSTER_ID"], one["KAFKA_CONTROLLER_QUORUM_VOTERS"]]))).size).toBe(
    1,
  );
  expect(settings.map((one) => [one["KAFKA_DEFAULT_REPLICATION_FACTOR"], one["KAFKA_MIN_INSYNC_REPLICAS"]])).toEqual([
    [3, 2],
    [3, 2],
    [3, 2],
  ]);
  const volumes = brokers.flatMap(({ specs }) => ("volumes" in specs ? (specs.volumes ?? []) : []));
  expect(new Set(volumes.map(({ name }) => name)).size).toBe(3);
});

test("zero-trust-network puts nothing on a network of people's or of another's but proxies, and publishes the edge alone", () => {
  const made = blueprint("zero-trust-network");
  const zones = new Set(["edge", "identity", "policy", "workload", "data"]);
  for (const { name, specs } of made.resources) {
    const networks = "networks" in specs ? (specs.networks ?? []) : [];
    if (networks.some((network) => zones.has(network))) expect(name).toMatch(/-proxy$/);
    if ("ports" in specs && specs.ports?.some(({ host }) => host !== undefined)) expect(name).toBe("edge-proxy");
  }
});

test("zero-trust-network verifies the caller's certificate wherever a proxy listens to another zone", () => {
  const made = blueprint("zero-trust-network");
  for (const name of ["identity", "policy", "orders", "inventory"]) {
    const config = file(made, `${name}-proxy`, "/envoy/envoy.yaml");
    expect(config).toContain("require_client_certificate: true");
    expect(config).toContain("match_typed_subject_alt_names");
    expect(config).not.toContain("failure_mode_allow: true");
  }
});

test("microservices-k8s joins every node through the load balancer, after the first server made the cluster", () => {
  const made = blueprint("microservices-k8s", { parameters: { address_prefix: "192.168.7" } });
  const config = (name: string): string => file(made, name, "/etc/rancher/k3s/config.yaml");
  expect(config("server-1")).toContain("cluster-init: true");
  for (const name of ["server-2", "server-3", "agent-1", "agent-2", "agent-3"]) {
    expect(config(name)).toContain('server: "https://192.168.7.10:6443"');
    expect(config(name)).not.toContain("cluster-init");
  }
});

test("ml-training gives GPUs to the machines that train, by the mapping that is asked for", () => {
  const made = blueprint("ml-training", { parameters: { gpu_mapping: "l40s" } });
  const cards = made.resources.flatMap(({ name, specs }) =>
    "gpus" in specs && specs.gpus !== undefined ? [[name, specs.gpus, "gpu_mapping" in specs ? specs.gpu_mapping : ""]] : [],
  );
  expect(cards).toEqual([
    ["gpu-1", 1, "l40s"],
    ["gpu-2", 1, "l40s"],
  ]);
});

test.each([
  ["ml-training", { ssh_key: "ssh-ed25519 AAAA ops\nssh-ed25519 AAAA another" }],
  ["ml-training", { ssh_key: "-----BEGIN OPENSSH PRIVATE KEY-----" }],
  ["ml-training", { people_cidr: "10.0.0.0/99" }],
  ["microservices-k8s", { ssh_key: "a key" }],
] satisfies [Id, Record<string, string>][])("%s refuses %j, which no machine could use", (id, parameters) => {
  const made = instantiate(id, template(id), { parameters });
  expect(made.ok ? [] : made.error.map(({ pointer }) => pointer)).toEqual([`#/parameters/${Object.keys(parameters)[0]}`]);
});
