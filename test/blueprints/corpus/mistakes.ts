import { document, machine, network, service, storage, webShop } from "./documents.ts";

export interface Mistake {
  document: unknown;
  /** Each problem as `code pointer`, errors before warnings. */
  errors?: string[];
  warnings?: string[];
  /** Texts that must be in the details or hints. */
  says?: string[];
}

const alone = (specs: Record<string, unknown>) => document({ resources: [service("web", specs)] });
const S = "#/resources/0/specs";

/** What the schema itself refuses; the published JSON Schema has to refuse it too. */
export const ofShape: Record<string, Mistake> = {
  "not an object": { document: 7, errors: ["invalid_type #"], says: ["Expected an object, got 7."] },
  "a list": { document: [], errors: ["invalid_type #"] },
  "nothing in it": { document: {}, errors: ["required #/version", "required #/name", "required #/resources"] },
  "no resources": { document: document({ resources: [] }), errors: ["too_small #/resources"] },
  "another version": {
    document: document({ version: "2.0" }),
    errors: ["invalid_value #/version"],
    says: ['"2.0" is not "1.0".'],
  },
  "a key that is misspelt": {
    document: { ...document(), descripton: "x" },
    errors: ["unknown_key #/descripton"],
    says: ['Did you mean "description"?'],
  },
  "a key of compose": {
    document: alone({ environment: {}, mem_limit: 1, shm_size: 1, cpus: 1 }),
    errors: ["environment", "mem_limit", "shm_size", "cpus"].map((key) => `unknown_key ${S}/${key}`),
    says: ['"env"', '"memory_mb"', '"shm_mb"', '"cpu"'],
  },
  "depends_on instead of dependencies": {
    document: document({ resources: [{ ...service("web"), depends_on: [] }] }),
    errors: ["unknown_key #/resources/0/depends_on"],
    says: ['"dependencies"'],
  },
  "a type that is misspelt, and what is wrong beside it": {
    document: document({ resources: [{ ...service("web", { cpu: "two" }), type: "servce" }] }),
    errors: ["invalid_value #/resources/0/type", `invalid_type ${S}/cpu`],
    says: ['Did you mean "service"?', "Expected a number, got a text."],
  },
  "a type of another tool": {
    document: document({ resources: [{ ...service("web"), type: "container" }] }),
    errors: ["invalid_value #/resources/0/type"],
    says: ['Did you mean "service"?'],
  },
  "no type": {
    document: document({ resources: [{ name: "web", provider: "docker", specs: {} }] }),
    errors: ["required #/resources/0/type"],
  },
  "no provider": {
    document: document({ resources: [{ name: "web", type: "service", specs: { image: "x" } }] }),
    errors: ["required #/resources/0/provider"],
    says: ['one of "docker", "proxmox", "fake"'],
  },
  "an unknown provider": {
    document: document({ resources: [{ ...service("web"), provider: "aws" }] }),
    errors: ["invalid_value #/resources/0/provider"],
  },
  "a container without an image": {
    document: document({ resources: [{ type: "service", name: "web", provider: "docker", specs: {} }] }),
    errors: [`required ${S}/image`],
  },
  "a machine's word in a container": { document: alone({ template: "debian" }), errors: [`unknown_key ${S}/template`] },
  "a container's word in a machine": {
    document: document({ resources: [machine("vm", { ports: [] })] }),
    errors: [`unknown_key ${S}/ports`],
  },
  "a name that is no DNS label": {
    document: document({ resources: [service("Web_1")] }),
    errors: ["invalid_format #/resources/0/name"],
    says: ["lower-case letters, digits and hyphens"],
  },
  "a name of 64 characters": { document: document({ name: "a".repeat(64) }), errors: ["invalid_format #/name"] },
  "a port beyond the last": {
    document: alone({ ports: [{ container: 70_000 }] }),
    errors: [`too_big ${S}/ports/0/container`],
    says: ["Expected at most 65535, got 70000."],
  },
  "a port as a text": {
    document: alone({ ports: ["8080:80"] }),
    errors: [`invalid_type ${S}/ports/0`],
    says: ["Expected an object, got a text."],
  },
  "half a replica": {
    document: alone({ replicas: 1.5 }),
    errors: [`invalid_type ${S}/replicas`],
    says: ["a whole number, got 1.5"],
  },
  "no replica at all": { document: alone({ replicas: 0 }), errors: [`too_small ${S}/replicas`] },
  "memory as a text": { document: alone({ memory_mb: "512m" }), errors: [`invalid_type ${S}/memory_mb`] },
  "less memory than Docker gives": { document: alone({ memory_mb: 4 }), errors: [`too_small ${S}/memory_mb`] },
  "an address with a leading zero": {
    document: alone({ ports: [{ container: 80, host: 80, host_ip: "127.0.0.01" }] }),
    errors: [`invalid_format ${S}/ports/0/host_ip`],
  },
  "a subnet that is none": {
    document: document({ resources: [network("net", { subnet: "10.0.0.0/33" })] }),
    errors: [`invalid_format ${S}/subnet`],
  },
  "an environment variable that is null": {
    document: alone({ env: { A: null } }),
    errors: [`invalid_type ${S}/env/A`],
    says: ['{"secret": name}'],
  },
  "an environment variable with a dash": { document: alone({ env: { "A-B": "x" } }), errors: [`invalid_key ${S}/env/A-B`] },
  "a relative mount": {
    document: alone({ volumes: [{ name: "a", target: "data" }] }),
    errors: [`invalid_format ${S}/volumes/0/target`],
  },
  "a mode that is not octal": {
    document: alone({ files: [{ path: "/a", content: "", mode: "rw-r--r--" }] }),
    errors: [`invalid_format ${S}/files/0/mode`],
  },
  "a restart policy that is none": { document: alone({ restart: "sometimes" }), errors: [`invalid_format ${S}/restart`] },
  "a recipe that is none": {
    document: document({
      secrets: [{ name: "a", generate: "password" }],
      resources: [service("web", { env: { A: { secret: "a" } } })],
    }),
    errors: ["invalid_format #/secrets/0/generate"],
  },
  "a category that is none": {
    document: document({ metadata: { category: "databases" } }),
    errors: ["invalid_value #/metadata/category"],
    says: ['Did you mean "database"?'],
  },
  "too many resources": {
    document: document({ resources: Array.from({ length: 201 }, (_, i) => service(`s-${i}`)) }),
    errors: ["too_big #/resources"],
    says: ["Expected at most 200 items, got 201."],
  },
  "a resource that is no object, and one that depends on nothing": {
    document: document({ resources: ["web", service("api", {}, ["dbb"]), service("db")] }),
    errors: ["invalid_type #/resources/0", "unknown_dependency #/resources/1/dependencies/0"],
    says: ['Did you mean "db"?'],
  },
  "wrong shape in one place, wrong meaning in four others": {
    document: document({
      resources: [
        service(
          "web",
          {
            cpu: "2",
            networks: ["fron"],
            ports: [
              { container: 80, host: 80 },
              { container: "x", host: 81 },
            ],
          },
          ["api", "web"],
        ),
        service("api", { ports: [{ container: 80, host: 80 }] }, ["web"]),
        network("front"),
      ],
    }),
    errors: [
      `invalid_type ${S}/cpu`,
      `invalid_type ${S}/ports/1/container`,
      "self_dependency #/resources/0/dependencies/1",
      "dependency_cycle #/resources/1/dependencies/0",
      `unknown_network ${S}/networks/0`,
      "port_taken #/resources/1/specs/ports/0/host",
    ],
  },
};

/** What only meaning tells: the shape is right. */
export const ofMeaning: Record<string, Mistake> = {
  "two resources of one name": {
    document: document({ resources: [service("web"), service("api"), service("web")] }),
    errors: ["duplicate_name #/resources/2/name"],
    says: ["here and at #/resources/0/name"],
  },
  "two secrets and two outputs of one name": {
    document: document({
      resources: [service("web", { env: { A: { secret: "a" } } })],
      secrets: [{ name: "a" }, { name: "a" }],
      outputs: [
        { name: "o", value: "" },
        { name: "o", value: "" },
      ],
    }),
    errors: ["duplicate_name #/secrets/1/name", "duplicate_name #/outputs/1/name"],
  },
  "a resource called like another one's replica": {
    document: document({ resources: [service("web", { replicas: 3 }), service("web-2")] }),
    errors: ["name_of_replica #/resources/1/name"],
  },
  "a dependency on nothing": {
    document: document({ resources: [service("web", {}, ["postgers"]), service("postgres")] }),
    errors: ["unknown_dependency #/resources/0/dependencies/0"],
    says: ['Did you mean "postgres"?'],
  },
  "a dependency on itself": {
    document: document({ resources: [service("web", {}, ["web"])] }),
    errors: ["self_dependency #/resources/0/dependencies/0"],
  },
  "a dependency named twice": {
    document: document({ resources: [service("web", {}, ["db", "db"]), service("db")] }),
    warnings: ["duplicate_dependency #/resources/0/dependencies/1"],
  },
  "a cycle": {
    document: document({ resources: [service("web", {}, ["api"]), service("api", {}, ["db"]), service("db", {}, ["web"])] }),
    errors: ["dependency_cycle #/resources/2/dependencies/0"],
    says: ["web → api → db → web"],
  },
  "two cycles": {
    document: document({
      resources: [service("a", {}, ["b", "c"]), service("b", {}, ["a"]), service("c", {}, ["a"]), service("d", {}, ["a"])],
    }),
    errors: ["dependency_cycle #/resources/1/dependencies/0", "dependency_cycle #/resources/2/dependencies/0"],
    says: ["a → b → a", "a → c → a"],
  },
  "a cycle through a network": {
    document: document({ resources: [service("web", { networks: ["net"] }), { ...network("net"), dependencies: ["web"] }] }),
    errors: ["dependency_cycle #/resources/1/dependencies/0"],
    says: ["web → net → web"],
  },
  "a network that is not there": {
    document: document({
      resources: [service("web", { networks: ["bakc"] }), service("api", { networks: ["back"] }), network("back")],
    }),
    errors: [`unknown_network ${S}/networks/0`],
    says: ['Did you mean "back"?'],
  },
  "a network that is a service": {
    document: document({ resources: [service("web", { networks: ["api"] }), service("api")] }),
    errors: [`not_a_network ${S}/networks/0`],
  },
  "a network of another provider": {
    document: document({ resources: [service("web", { networks: ["lan"] }), network("lan", {}, "proxmox")] }),
    errors: [`other_provider ${S}/networks/0`],
  },
  "a network nobody is on": {
    document: document({ resources: [service("web"), network("lonely")] }),
    warnings: ["unused_network #/resources/1/name"],
  },
  "a bridge that is nearly a network": {
    document: document({
      resources: [machine("vm", { network: "lam" }), machine("vm2", { network: "lan" }), network("lan", {}, "proxmox")],
    }),
    warnings: [`unknown_network ${S}/network`],
    says: ['Did you mean "lan"?'],
  },
  "subnets that overlap": {
    document: document({
      resources: [
        network("a", { subnet: "10.0.0.0/16" }),
        network("b", { subnet: "10.0.5.0/24" }),
        network("c", { subnet: "10.1.0.0/16" }),
        service("web", { networks: ["a", "b", "c"] }),
      ],
    }),
    errors: ["subnet_overlap #/resources/1/specs/subnet"],
    says: ['10.0.0.0/16 of "a"'],
  },
  "an address where a subnet belongs": {
    document: document({ resources: [network("a", { subnet: "10.0.0.5/24" }), service("web", { networks: ["a"] })] }),
    errors: [`subnet_host_bits ${S}/subnet`],
    says: ["Write 10.0.0.0/24."],
  },
  "a subnet with too little room": {
    document: document({
      resources: [network("a", { subnet: "10.0.0.0/30" }), service("web", { networks: ["a"], replicas: 2 })],
    }),
    errors: [`subnet_too_small ${S}/subnet`],
  },
  "fixed addresses that do not fit": {
    document: document({
      resources: [
        network("lan", { subnet: "10.0.0.0/24", gateway: "10.0.1.1" }, "proxmox"),
        machine("a", { network: "lan", ip: "10.0.9.5/24" }),
        machine("b", { network: "lan", ip: "10.0.0.255/24" }),
        machine("c", { network: "lan", ip: "10.0.0.7/24", replicas: 2 }),
        machine("d", { network: "lan", ip: "10.0.0.7/24", gateway: "10.9.0.1" }),
      ],
    }),
    errors: [
      "gateway_outside #/resources/0/specs/gateway",
      "address_outside #/resources/1/specs/ip",
      "address_reserved #/resources/2/specs/ip",
      "replicas_share_address #/resources/3/specs/ip",
      "address_taken #/resources/4/specs/ip",
      "gateway_outside #/resources/4/specs/gateway",
    ],
  },
  "a mount without and one with two sources": {
    document: alone({ volumes: [{ target: "/a" }, { name: "x", host_path: "/x", target: "/b" }] }),
    errors: [`mount_without_source ${S}/volumes/0`, `mount_with_two_sources ${S}/volumes/1`],
  },
  "one path mounted twice, by a volume, a tmpfs and a file": {
    document: alone({
      volumes: [{ name: "x", target: "/data" }],
      tmpfs: [{ target: "/data/" }],
      files: [{ path: "//data", content: "" }],
    }),
    errors: [`duplicate_mount ${S}/tmpfs/0/target`, `duplicate_mount ${S}/files/0/path`],
    says: [`${S}/volumes/0/target`],
  },
  "a file inside a tmpfs": {
    document: alone({ tmpfs: [{ target: "/run" }], files: [{ path: "/run/app/conf", content: "" }] }),
    errors: [`file_hidden ${S}/files/0/path`],
  },
  "the mount that postgres 18 refuses": {
    document: alone({
      image: "docker.io/library/postgres:18-alpine",
      volumes: [{ name: "pg", target: "/var/lib/postgresql/data/" }],
    }),
    errors: [`postgres_mount ${S}/volumes/0/target`],
    says: ["Mount it at /var/lib/postgresql."],
  },
  "a volume that is nearly a storage": {
    document: document({
      resources: [
        service("a", { volumes: [{ name: "pgdat", target: "/a" }] }),
        service("b", { volumes: [{ name: "pgdata", target: "/a" }] }),
        storage("pgdata"),
      ],
    }),
    warnings: [`unknown_storage ${S}/volumes/0/name`],
    says: ['Did you mean "pgdata"?'],
  },
  "a volume that is a network": {
    document: document({
      resources: [service("a", { volumes: [{ name: "net", target: "/a" }], networks: ["net"] }), network("net")],
    }),
    errors: [`not_storage ${S}/volumes/0/name`],
  },
  "a disk nobody sized": {
    document: document({ resources: [machine("vm", { volumes: [{ name: "data", target: "/srv" }] })] }),
    errors: [`unknown_storage ${S}/volumes/0/name`],
  },
  "storage nobody mounts": {
    document: document({ resources: [service("web"), storage("spare")] }),
    warnings: ["unused_storage #/resources/1/name"],
  },
  "replicas on one volume": {
    document: alone({
      replicas: 3,
      volumes: [
        { name: "a", target: "/a" },
        { name: "b", target: "/b", read_only: true },
        { name: "configuration", target: "/etc/app" },
      ],
      files: [{ path: "/etc/app/app.conf", content: "x" }],
    }),
    warnings: [`replicas_share_volume ${S}/volumes/0`],
  },
  "one port for two": {
    document: document({
      resources: [
        service("a", { ports: [{ container: 80, host: 80 }] }),
        service("b", { ports: [{ container: 81, host: 80, host_ip: "127.0.0.1" }] }),
      ],
    }),
    errors: ["port_taken #/resources/1/specs/ports/0/host"],
    says: ['"a" (#/resources/0/specs/ports/0)'],
  },
  "a port on one address, then on all": {
    document: document({
      resources: [
        service("a", { ports: [{ container: 80, host: 80, host_ip: "127.0.0.1" }] }),
        service("b", { ports: [{ container: 81, host: 80, host_ip: "0.0.0.0" }] }),
      ],
    }),
    errors: ["port_taken #/resources/1/specs/ports/0/host"],
  },
  "a port of the host for three replicas": {
    document: alone({ replicas: 3, ports: [{ container: 80, host: 80 }] }),
    errors: [`replicas_share_port ${S}/ports/0/host`],
  },
  "an address to publish on, but no port": {
    document: alone({ ports: [{ container: 80, host_ip: "127.0.0.1" }] }),
    warnings: [`unpublished_port ${S}/ports/0/host_ip`],
  },
  "secrets that are not there, wherever they are named": {
    document: document({
      resources: [
        service("web", {
          env: { A: { secret: "db-pasword" }, B: "x${secret.nope}" },
          files: [{ path: "/f", content: "${secret.nope}" }],
        }),
        machine("vm", { bootstrap: { commands: ["echo ${secret.nope}"], files: [{ path: "/f", content: "${secret.}" }] } }),
      ],
      secrets: [{ name: "db-password" }],
      outputs: [{ name: "o", value: "${secret.nope}" }],
    }),
    errors: [
      `unknown_secret ${S}/env/A/secret`,
      `unknown_secret ${S}/env/B`,
      `unknown_secret ${S}/files/0/content`,
      "unknown_secret #/resources/1/specs/bootstrap/commands/0",
      "unknown_secret #/resources/1/specs/bootstrap/files/0/content",
      "unknown_secret #/outputs/0/value",
    ],
    warnings: ["unused_secret #/secrets/0/name"],
    says: ['Did you mean "db-password"?', '{"name": "nope", "generate": "password:32"}'],
  },
  "a template's parameter left in": {
    document: alone({ env: { A: "${param.domain}" }, command: ["x", "${= floor(self.memory_mb * 0.5)}m"] }),
    errors: [`unfilled_parameter ${S}/env/A`, `unfilled_parameter ${S}/command/1`],
  },
  "outputs that lead nowhere": {
    document: document({
      resources: [service("web", { ports: [{ container: 80 }] }), network("net"), service("x", { networks: ["net"] })],
      outputs: [
        { name: "a", value: "${wbe.ip}" },
        { name: "b", value: "${web.port.81} ${web.port.80}" },
        { name: "c", value: "${net.ip}" },
        { name: "d", value: "${web.host} ${target.port}" },
      ],
    }),
    errors: [
      "unknown_reference #/outputs/0/value",
      "unknown_reference #/outputs/1/value",
      "unpublished_port #/outputs/1/value",
      "unknown_reference #/outputs/2/value",
      "unknown_reference #/outputs/3/value",
      "unknown_reference #/outputs/3/value",
    ],
    says: ['Did you mean "web"?'],
  },
  "an image in capitals": { document: alone({ image: "Nginx:1" }), errors: [`image_reference ${S}/image`], says: ["nginx"] },
  "a tag that is none": { document: alone({ image: "nginx:-1" }), errors: [`image_reference ${S}/image`] },
  "a digest that is none": { document: alone({ image: "nginx@sha256:abc" }), errors: [`image_reference ${S}/image`] },
  "an image with a slash too many": { document: alone({ image: "a//b" }), errors: [`image_reference ${S}/image`] },
  "a shell check where there is no shell": {
    document: document({
      resources: [
        service("loki", { image: "grafana/loki:3.7.8", healthcheck: { test: ["CMD-SHELL", "wget -q localhost:3100/ready"] } }),
        service("otel", {
          image: "otel/opentelemetry-collector-contrib:0.162.0",
          healthcheck: { test: ["CMD", "/usr/bin/curl", "x"] },
        }),
        service("etcd", { image: "quay.io/coreos/etcd:v3.6.14", entrypoint: ["/bin/sh", "-c", "etcd"] }),
      ],
    }),
    errors: [
      "no_shell #/resources/0/specs/healthcheck/test",
      "no_shell #/resources/1/specs/healthcheck/test",
      "no_shell #/resources/2/specs/entrypoint/0",
    ],
  },
  "checks of the wrong form": {
    document: document({
      resources: [["curl", "x"], ["CMD"], ["CMD-SHELL", "a", "b"], ["NONE", "x"]].map((test, i) =>
        service(`s${i}`, { healthcheck: { test } }),
      ),
    }),
    errors: [0, 1, 2, 3].map((i) => `healthcheck_form #/resources/${i}/specs/healthcheck/test`),
    says: ['["CMD","curl","x"]'],
  },
  "a job that starts again for ever": {
    document: alone({ run_once: true, restart: "always", healthcheck: { test: ["CMD", "true"] } }),
    errors: [`job_restarts ${S}/restart`],
    warnings: [`job_health ${S}/healthcheck`],
  },
  "a capability that is misspelt": {
    document: alone({ cap_add: ["NET_BIND_SERVCE"], cap_drop: ["ALL"] }),
    errors: [`unknown_capability ${S}/cap_add/0`],
    says: ['"NET_BIND_SERVICE"'],
  },
  "a NUL in the environment": { document: alone({ env: { A: "x\0B=y" } }), errors: [`nul_character ${S}/env/A`] },
  "more shared memory than memory": {
    document: alone({ memory_mb: 64, shm_mb: 128 }),
    warnings: [`shm_over_memory ${S}/shm_mb`],
  },
  "an even etcd": {
    document: alone({ image: "quay.io/coreos/etcd:v3.6.14", replicas: 4 }),
    warnings: [`even_quorum ${S}/replicas`],
    says: ["4 etcd members survive the loss of 1", "Run 3 or 5."],
  },
  "two sentinels": {
    document: document({
      resources: ["s-a", "s-b"].map((name) =>
        service(name, { image: "valkey/valkey:9", command: ["valkey-sentinel", "/data/s.conf"] }),
      ),
    }),
    warnings: ["even_quorum #/resources/0"],
  },
  "two k3s servers": {
    document: document({
      resources: [
        machine("cp", {
          replicas: 2,
          bootstrap: { commands: ["curl -sfL https://get.k3s.io | sh -s - server --cluster-init"] },
        }),
      ],
    }),
    warnings: [`even_quorum ${S}/replicas`],
  },
  "what no token may do on Proxmox VE": {
    document: document({
      resources: [
        machine("a", { volumes: [{ host_path: "/srv", target: "/srv" }], gpus: 1 }),
        machine("b", { kind: "lxc", gpus: 1, bootstrap: { commands: ["true"] } }),
        machine("c", { bootstrap: { files: [{ path: "/big", content: "ü".repeat(40_000) }] } }),
      ],
    }),
    errors: [
      "gpu_mapping_missing #/resources/0/specs/gpus",
      "host_path_unsupported #/resources/0/specs/volumes/0/host_path",
      "gpu_unsupported #/resources/1/specs/gpus",
      "bootstrap_needs_vm #/resources/1/specs/bootstrap",
      "file_too_large #/resources/2/specs/bootstrap/files/0/content",
    ],
  },
  "settings for a bridge that is only referred to": {
    document: document({
      resources: [network("lan", { bridge: "vmbr0", tag: 4 }, "proxmox"), machine("vm", { network: "lan" })],
    }),
    warnings: [`bridge_unchanged ${S}/tag`],
  },
  "a risk accepted for nobody": {
    document: {
      ...webShop,
      metadata: { audit_ignore: [{ rule: "AIC-C01", resource: "gone", reason: "It was removed last week." }] },
    },
    warnings: ["unknown_resource #/metadata/audit_ignore/0/resource"],
  },
};
