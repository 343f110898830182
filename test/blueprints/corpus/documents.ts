import type { BlueprintInput } from "../../../src/blueprints/schema.ts";

/** A whole document as a person writes it, with the given parts in place of its own. */
export function document(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return { version: "1.0", name: "shop", description: "A shop", resources: [service("web")], ...parts };
}

export function service(
  name: string,
  specs: Record<string, unknown> = {},
  dependencies: unknown[] = [],
): Record<string, unknown> {
  return { type: "service", name, provider: "docker", specs: { image: "nginx:1.30.4-alpine", ...specs }, dependencies };
}

export function machine(
  name: string,
  specs: Record<string, unknown> = {},
  dependencies: unknown[] = [],
): Record<string, unknown> {
  return { type: "compute", name, provider: "proxmox", specs: { template: "debian-13", ...specs }, dependencies };
}

export function network(name: string, specs: Record<string, unknown> = {}, provider = "docker"): Record<string, unknown> {
  return { type: "network", name, provider, specs };
}

export function storage(name: string, specs: Record<string, unknown> = {}, provider = "docker"): Record<string, unknown> {
  return { type: "storage", name, provider, specs };
}

/** A balancer, two applications and a database, as in the simplest template: what most documents look like. */
export const webShop: BlueprintInput = {
  $schema: "https://example.com/schemas/blueprint/1.0.json",
  version: "1.0",
  name: "web-shop",
  description: "A shop with a balancer in front and a database behind",
  resources: [
    {
      type: "service",
      name: "lb",
      provider: "docker",
      specs: {
        image: "haproxy:3.4.3-alpine",
        cpu: 0.5,
        memory_mb: 256,
        files: [
          {
            path: "/usr/local/etc/haproxy/haproxy.cfg",
            content: "frontend web\n  bind :80\n  default_backend app\n",
            mode: "0444",
          },
        ],
        ports: [{ container: 80, host: 8080 }],
        networks: ["front", "back"],
        healthcheck: { test: ["CMD", "wget", "-qO-", "http://127.0.0.1:7000/"], interval_s: 10, retries: 3 },
        cap_drop: ["ALL"],
        no_new_privileges: true,
        restart: "unless-stopped",
      },
      dependencies: ["app"],
    },
    {
      type: "service",
      name: "app",
      provider: "docker",
      specs: {
        image: "ghcr.io/example/shop:2.4.1",
        replicas: 2,
        env: { DATABASE_URL: "postgres://shop:${secret.db-password}@db/shop", DEBUG: false, WORKERS: 4 },
        networks: ["back"],
        tmpfs: [{ target: "/tmp", size_mb: 64 }],
        read_only: true,
      },
      dependencies: ["db"],
    },
    {
      type: "service",
      name: "db",
      provider: "docker",
      specs: {
        image: "postgres:18.6-alpine",
        env: { POSTGRES_USER: "shop", POSTGRES_PASSWORD: { secret: "db-password" } },
        volumes: [{ name: "pgdata", target: "/var/lib/postgresql" }],
        networks: ["back"],
        healthcheck: { test: ["CMD-SHELL", "pg_isready -U shop"] },
        shm_mb: 128,
        memory_mb: 1024,
        stop_grace_s: 60,
      },
    },
    { type: "network", name: "front", provider: "docker", specs: {} },
    { type: "network", name: "back", provider: "docker", specs: { internal: true, subnet: "10.20.0.0/24" } },
    { type: "storage", name: "pgdata", provider: "docker", specs: { disk_gb: 20 } },
  ],
  secrets: [{ name: "db-password", generate: "password:32", description: "Password of the database's owner" }],
  outputs: [{ name: "url", value: "http://${target.host}:${lb.port.80}/", description: "Where the shop is" }],
  metadata: { template: "simple-web-app", category: "web", complexity: "simple", team: "shop" },
};

/** Machines on a cluster, with a network, an extra disk, a GPU and files and commands for the guest agent. */
export const cluster: BlueprintInput = {
  version: "1.0",
  name: "lab",
  resources: [
    {
      type: "network",
      name: "lan",
      provider: "proxmox",
      specs: { zone: "lab", tag: 40, subnet: "10.40.0.0/24", gateway: "10.40.0.1" },
    },
    { type: "storage", name: "models", provider: "proxmox", specs: { disk_gb: 200, storage: "ceph" } },
    {
      type: "compute",
      name: "head",
      provider: "proxmox",
      specs: {
        template: "debian-13",
        cpu: 4,
        memory_mb: 8192,
        network: "lan",
        ip: "10.40.0.10/24",
        gateway: "10.40.0.1",
        volumes: [{ name: "models", target: "/srv/models" }],
        bootstrap: {
          files: [{ path: "/etc/lab/token", content: "${secret.token}", mode: "0600" }],
          commands: ["apt-get update", "systemctl enable --now lab"],
        },
      },
    },
    {
      type: "compute",
      name: "gpu",
      provider: "proxmox",
      specs: { template: "debian-13", gpus: 1, gpu_mapping: "a100", network: "lan", ip: "dhcp", replicas: 2 },
      dependencies: ["head"],
    },
    {
      type: "compute",
      name: "dns",
      provider: "proxmox",
      specs: { kind: "lxc", template: "local:vztmpl/debian.tar.zst", network: "vmbr0" },
    },
    {
      type: "service",
      name: "cache",
      provider: "proxmox",
      specs: { image: "docker.io/valkey/valkey:9.1.2-alpine", memory_mb: 512 },
    },
  ],
  secrets: [{ name: "token", generate: "hex:32" }],
  outputs: [{ name: "head", value: "ssh admin@${head.ip}" }],
};

/** Documents that are right, by what they show. */
export const good: Record<string, unknown> = {
  "a web shop": webShop,
  "a cluster": cluster,
  "the least there is": {
    version: "1.0",
    name: "x",
    resources: [{ type: "service", name: "a", provider: "docker", specs: { image: "busybox" } }],
  },
  "a rehearsal of anything": document({
    resources: [
      {
        type: "compute",
        name: "vm",
        provider: "fake",
        specs: { kind: "vm", template: "t", cpu: 2, simulate: { delay_ms: 5, fail_times: 1 } },
      },
      { type: "service", name: "app", provider: "fake", specs: { ports: [{ container: 80, host: 80 }] }, dependencies: ["vm"] },
    ],
  }),
  "the same port on two addresses": document({
    resources: [
      service("a", { ports: [{ container: 80, host: 80, host_ip: "10.0.0.1" }] }),
      service("b", { ports: [{ container: 80, host: 80, host_ip: "10.0.0.2" }] }),
    ],
  }),
  "the same port for tcp and udp": document({
    resources: [
      service("dns", {
        ports: [
          { container: 53, host: 53 },
          { container: 53, host: 53, protocol: "udp" },
        ],
      }),
    ],
  }),
  "a volume that no resource declares": document({
    resources: [service("web", { volumes: [{ name: "cache", target: "/cache" }] })],
  }),
  "postgres 17 on the mount it always had": document({
    resources: [service("db", { image: "postgres:17.11", volumes: [{ name: "data", target: "/var/lib/postgresql/data" }] })],
  }),
  "postgres 18 told where its data is": document({
    resources: [
      service("db", {
        image: "postgres:18.6",
        env: { PGDATA: "/var/lib/postgresql/data/18" },
        volumes: [{ name: "data", target: "/var/lib/postgresql/data" }],
      }),
    ],
  }),
  "a shell check on a collector variant that has a shell": document({
    resources: [
      service("opa", {
        image: "openpolicyagent/opa:1.19.1-debug",
        healthcheck: { test: ["CMD-SHELL", "wget -q localhost:8181"] },
      }),
    ],
  }),
  "a shell's own variables": document({ resources: [service("web", { command: ["sh", "-c", "echo ${HOME} $PATH"] })] }),
  "an output in a text with other braces": document({ outputs: [{ name: "o", value: "{a} $ ${target.host}" }] }),
};
