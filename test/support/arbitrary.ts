import * as fc from "fast-check";
import { type Blueprint, blueprintSchema, CATEGORIES, COMPLEXITIES, type ProviderName } from "../../src/blueprints/schema.ts";

/** Which blueprints to draw. */
export interface BlueprintsDrawn {
  /** Providers their resources are on; a blueprint may mix them. All three when left out. */
  providers?: readonly ProviderName[];
  /** Containers and machines; networks and storage come on top. 8 when left out. */
  maxWorkloads?: number;
}

/**
 * Valid blueprints of every kind of resource: dependencies without cycles in any order of resources, replicas, secrets, files,
 * mounts, published ports and texts that are hard to quote. Shrinks towards one small container.
 *
 * @example
 * fc.assert(fc.property(blueprints({ providers: ["docker"] }), (blueprint) => { … }));
 */
export function blueprints({
  providers = ["docker", "proxmox", "fake"],
  maxWorkloads = 8,
}: BlueprintsDrawn = {}): fc.Arbitrary<Blueprint> {
  return fc
    .record({
      name: names,
      description: texts,
      workloads: fc.array(workloads(providers), { minLength: 1, maxLength: maxWorkloads }),
      networks: fc.array(networks(providers), { maxLength: 3 }),
      storage: fc.array(storage(providers), { maxLength: 3 }),
      secrets: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,7}$/), { maxLength: 3 }),
      outputs: fc.array(texts, { maxLength: 2 }),
      order: fc.infiniteStream(fc.nat(1000)),
      metadata: fc.option(
        fc.record(
          { category: fc.constantFrom(...CATEGORIES), complexity: fc.constantFrom(...COMPLEXITIES), note: texts },
          { requiredKeys: [] },
        ),
        { nil: undefined },
      ),
    })
    .map((drawn) => blueprintSchema.parse(assemble(drawn)));
}

/** DNS labels, none of which can be the name of another one's replica. */
const names = fc.stringMatching(/^[a-z]([a-z0-9]{0,5}[a-z])?(-[a-z]{1,4})?$/);

/** Texts that formats get wrong: other types' spellings, quotes, markers, references of shells, line ends, white space. */
export const texts: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !text.includes("\0")),
    fc.constantFrom(
      ...[
        "",
        " ",
        "yes",
        "null",
        "~",
        "012",
        "0x1F",
        "1e3",
        "12:30:45",
        "2026-01-02",
        "# no comment",
        "- item",
        "key: value",
        "a #b",
        "'",
        '"',
      ],
      ...[
        "\\",
        "$HOME",
        "${HOME}",
        "$$",
        "%{if}",
        "@at",
        "`tick`",
        "{flow}",
        "[flow]",
        "&anchor",
        "*alias",
        "!tag",
        "|",
        ">",
        "?",
        "line\nline",
      ],
      ...[
        "line\n",
        "\n\nline",
        "  indented\nless",
        "tab\there",
        "trailing ",
        "carriage\r\nreturn",
        "<<",
        "=",
        "#",
        "---",
        "...",
        "ünï – ☃ 🐘",
      ],
      ...["\u2028", "\ufeff", "\u0085", "\u007f", "-", ":", "a:", ":b", "a,b", "%", "${", "EOF", "EOT\nEOT"],
    ),
  )
  .filter((text) => !/\$\{(secret|param)\.|\$\{=/.test(text));

const images = fc.constantFrom(
  "nginx:1.30.4-alpine",
  "postgres:18.6-alpine",
  "valkey/valkey:9.1.2-alpine",
  "ghcr.io/zalando/spilo-18:4.1-p2",
  "localhost:5000/team/app_x",
  `busybox@sha256:${"0123456789abcdef".repeat(4)}`,
);

const paths = fc.stringMatching(/^(\/[a-z][a-z0-9._-]{0,6}){1,3}$/);
const indices = fc.array(fc.nat(1000), { maxLength: 3 });
const size = {
  replicas: fc.integer({ min: 1, max: 4 }),
  cpu: fc.constantFrom(0.1, 0.25, 0.5, 1, 1.5, 2, 4, 16),
  memory_mb: fc.integer({ min: 16, max: 65_536 }),
  disk_gb: fc.integer({ min: 1, max: 500 }),
};

const files = fc.uniqueArray(
  fc.record(
    {
      path: paths.map((path) => `/etc/files${path}`),
      content: texts,
      mode: fc.constantFrom("0440", "644", "0755"),
      uid: fc.nat(70_000),
      gid: fc.nat(70_000),
    },
    { requiredKeys: ["path", "content"] },
  ),
  { maxLength: 2, selector: ({ path }) => path },
);

const healthchecks = fc.record(
  {
    test: fc.oneof(
      fc.tuple(
        fc.constant("CMD-SHELL"),
        texts.filter((text) => text !== ""),
      ),
      fc
        .array(
          texts.filter((text) => text !== ""),
          { minLength: 1, maxLength: 3 },
        )
        .map((words) => ["CMD", ...words]),
      fc.constant(["NONE"]),
    ),
    interval_s: fc.constantFrom(0.5, 5, 30),
    timeout_s: fc.constantFrom(1, 3),
    retries: fc.integer({ min: 1, max: 9 }),
    start_period_s: fc.constantFrom(0, 15, 90),
  },
  { requiredKeys: ["test"] },
);

/** `mounts`, `joins`, `needs` and `secret` are numbers that `assemble` turns into names that exist. */
const links = { needs: indices, joins: indices, mounts: indices };

const containerSpecs = fc.record(
  {
    image: images,
    ...size,
    gpus: fc.nat(2),
    command: fc.array(texts, { maxLength: 3 }),
    entrypoint: fc.array(texts, { minLength: 1, maxLength: 2 }),
    env: fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/), fc.oneof(texts, fc.integer(), fc.boolean()), {
      maxKeys: 4,
    }),
    files,
    ports: fc.array(
      fc.record({
        container: fc.integer({ min: 1, max: 65_535 }),
        published: fc.boolean(),
        protocol: fc.constantFrom("tcp", "udp"),
      }),
      { maxLength: 2 },
    ),
    tmpfs: fc.uniqueArray(
      fc.record(
        { target: paths.map((path) => `/tmpfs${path}`), size_mb: fc.integer({ min: 1, max: 64 }) },
        { requiredKeys: ["target"] },
      ),
      {
        maxLength: 2,
        selector: ({ target }) => target,
      },
    ),
    healthcheck: healthchecks,
    user: fc.constantFrom("1000", "1000:1000", "nobody"),
    read_only: fc.boolean(),
    cap_add: fc.subarray(["CHOWN", "NET_BIND_SERVICE", "SETUID"]),
    cap_drop: fc.constantFrom(["ALL"], ["NET_RAW"]),
    privileged: fc.boolean(),
    no_new_privileges: fc.boolean(),
    pids: fc.integer({ min: 1, max: 1000 }),
    shm_mb: fc.integer({ min: 1, max: 512 }),
    restart: fc.constantFrom("no", "always", "unless-stopped", "on-failure", "on-failure:3"),
    run_once: fc.boolean(),
    stop_grace_s: fc.nat(120),
    labels: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}$/), texts, { maxKeys: 2 }),
  },
  { requiredKeys: ["image"] },
);

const machineSpecs = fc.record(
  {
    kind: fc.constantFrom("vm", "lxc"),
    template: fc.constantFrom("debian-13", "9000", "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"),
    node: fc.constantFrom("pve1", "pve2"),
    ...size,
    storage: fc.constantFrom("local-lvm", "ceph"),
    user: fc.constant("admin"),
    ssh_keys: fc.constant(["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey admin@example"]),
    bootstrap: fc.record(
      {
        files,
        commands: fc.array(
          texts.filter((text) => text !== ""),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: [] },
    ),
    tags: fc.subarray(["web", "db"]),
    protection: fc.boolean(),
    onboot: fc.boolean(),
  },
  { requiredKeys: ["template"] },
);

const ociSpecs = fc.record(
  {
    image: images,
    ...size,
    entrypoint: fc.constant(["/bin/app", "--serve"]),
    env: fc.dictionary(fc.constantFrom("A", "B"), texts),
    onboot: fc.boolean(),
  },
  { requiredKeys: ["image"] },
);

const simulate = fc.record({ delay_ms: fc.nat(50), fail_times: fc.nat(2) }, { requiredKeys: [] });

interface Workload {
  kind: "container" | "machine" | "oci";
  type: "compute" | "service";
  provider: ProviderName;
  specs: Record<string, unknown>;
  needs: number[];
  joins: number[];
  mounts: number[];
}

function workloads(providers: readonly ProviderName[]): fc.Arbitrary<Workload> {
  const container = (provider: ProviderName) =>
    fc.record({
      kind: fc.constant("container" as const),
      type: fc.constantFrom("service" as const, "compute" as const),
      provider: fc.constant(provider),
      specs: containerSpecs,
      ...links,
    });
  const machine = (provider: ProviderName) =>
    fc.record({
      kind: fc.constant("machine" as const),
      type: fc.constant("compute" as const),
      provider: fc.constant(provider),
      specs: machineSpecs,
      ...links,
    });
  const oci = fc.record({
    kind: fc.constant("oci" as const),
    type: fc.constant("service" as const),
    provider: fc.constant("proxmox" as const),
    specs: ociSpecs,
    ...links,
  });
  const rehearsed = (workload: fc.Arbitrary<Workload>): fc.Arbitrary<Workload> =>
    fc.tuple(workload, fc.option(simulate, { nil: undefined })).map(([drawn, behaviour]) => ({
      ...drawn,
      specs: behaviour === undefined ? drawn.specs : { ...drawn.specs, simulate: behaviour },
    }));
  const of: Record<ProviderName, fc.Arbitrary<Workload>[]> = {
    docker: [container("docker")],
    proxmox: [machine("proxmox"), oci],
    fake: [rehearsed(container("fake")), rehearsed(machine("fake"))],
  };
  return fc.oneof(...providers.flatMap((provider) => of[provider]));
}

interface Base {
  provider: ProviderName;
  specs: Record<string, unknown>;
}

function networks(providers: readonly ProviderName[]): fc.Arbitrary<Base> {
  return fc
    .record({ provider: fc.constantFrom(...providers), internal: fc.boolean(), subnet: fc.boolean() })
    .map(({ provider, internal, subnet }) => ({
      provider,
      // `assemble` gives each subnet a range of its own.
      specs: { ...(provider === "proxmox" || !internal ? {} : { internal }), ...(subnet ? { subnet: "" } : {}) },
    }));
}

function storage(providers: readonly ProviderName[]): fc.Arbitrary<Base> {
  return fc
    .record({ provider: fc.constantFrom(...providers), disk_gb: fc.integer({ min: 1, max: 100 }) })
    .map(({ provider, disk_gb }) => ({ provider, specs: { disk_gb } }));
}

interface Drawn {
  name: string;
  description: string;
  workloads: Workload[];
  networks: Base[];
  storage: Base[];
  secrets: string[];
  outputs: string[];
  order: fc.Stream<number>;
  metadata: Record<string, unknown> | undefined;
}

const FIRST_PORT = 20_000;
const PORTS_EACH = 10;

function assemble(drawn: Drawn): unknown {
  const nets = drawn.networks.map(({ provider, specs }, i) => ({
    type: "network",
    name: `net-${letter(i)}`,
    provider,
    specs: "subnet" in specs ? { ...specs, subnet: `10.${100 + i}.0.0/16` } : specs,
  }));
  const stores = drawn.storage.map(({ provider, specs }, i) => ({
    type: "storage",
    name: `data-${letter(i)}`,
    provider,
    specs,
  }));
  const loads = drawn.workloads.map((workload, i) => {
    const near = <T extends { provider: string }>(list: T[]): T[] =>
      list.filter(({ provider }) => provider === workload.provider);
    const pick = <T>(list: T[], wanted: number[]): T[] => [
      ...new Set(wanted.flatMap((n) => list.slice(n % Math.max(1, list.length)).slice(0, 1))),
    ];
    return {
      type: workload.type,
      name: `${workload.kind}-${letter(i)}`,
      provider: workload.provider,
      specs: linked(workload, i, pick(near(nets), workload.joins), pick(near(stores), workload.mounts), drawn.secrets),
      // Only on what was drawn before: no cycle can arise.
      dependencies: pick(
        drawn.workloads.slice(0, i).map((earlier, j) => `${earlier.kind}-${letter(j)}`),
        workload.needs,
      ),
    };
  });
  const resources = [...nets, ...stores, ...loads].map((resource) => ({ resource, at: drawn.order.next().value ?? 0 }));
  return {
    version: "1.0",
    name: drawn.name,
    description: drawn.description,
    resources: resources.toSorted((a, b) => a.at - b.at).map(({ resource }) => resource),
    ...(drawn.secrets.length === 0 ? {} : { secrets: drawn.secrets.map((name) => ({ name, generate: "password:32" })) }),
    ...(drawn.outputs.length === 0
      ? {}
      : {
          outputs: drawn.outputs.map((text, i) => ({
            name: `out_${letter(i)}`,
            value: `${text.replaceAll("${", "$ {")} \${target.host}`,
          })),
        }),
    ...(drawn.metadata === undefined ? {} : { metadata: drawn.metadata }),
  };
}

interface Named {
  name: string;
}

function linked(workload: Workload, index: number, nets: Named[], stores: Named[], secrets: string[]): Record<string, unknown> {
  const { kind, specs } = workload;
  const volumes = stores.map(({ name }) => ({ name, target: `/mnt/${name}` }));
  const mounted = volumes.length === 0 ? {} : { volumes };
  if (kind !== "container") {
    const [net] = nets;
    return {
      ...specs,
      ...mounted,
      ...(net === undefined ? {} : { network: net.name }),
      ...(specs["kind"] === "lxc" ? { bootstrap: undefined } : {}),
    };
  }
  const once = specs["run_once"] === true;
  const alone = (specs["replicas"] ?? 1) === 1;
  const [secret] = secrets;
  const ports = (specs["ports"] as { container: number; published: boolean; protocol: string }[] | undefined)?.map(
    ({ published, ...port }, i) => ({
      ...port,
      ...(published && alone && !once
        ? { host: FIRST_PORT + index * PORTS_EACH + i, ...(i === 0 ? { host_ip: "127.0.0.1" } : {}) }
        : {}),
    }),
  );
  const env = {
    ...(specs["env"] as Record<string, unknown> | undefined),
    ...(secret === undefined ? {} : { FROM_SECRET: { secret }, WITH_SECRET: `user:\${secret.${secret}}@host` }),
  };
  return {
    ...specs,
    ...mounted,
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(ports === undefined ? {} : { ports }),
    ...(nets.length === 0 ? {} : { networks: nets.map(({ name }) => name) }),
    ...(once ? { restart: "on-failure:3", healthcheck: undefined } : {}),
    ...(specs["shm_mb"] === undefined ? {} : { memory_mb: Math.max(512, Number(specs["memory_mb"] ?? 512)) }),
  };
}

const letter = (index: number): string => String.fromCharCode("a".charCodeAt(0) + index);
