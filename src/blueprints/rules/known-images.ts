import { familiarName, type ImageReference, parseImage } from "../image.ts";

/**
 * What is known of images that blueprints often use, and cannot be read from a blueprint. What is left out is not known,
 * and nothing is changed on the strength of it.
 */
export interface KnownImage {
  /** The version to pin when a tag floats, and the suffixes it is also published with. */
  version?: string;
  variants?: readonly string[];
  /** Its main process is not root when `user` is left out: the image sets a user, or its entrypoint drops to one. */
  unprivileged?: boolean;
  /** Capabilities it needs to start when all are dropped; it uses no set-user-id program. */
  capabilities?: readonly string[];
  /** Where it keeps what must survive; any of them on a volume will do. */
  data?: readonly string[];
  /** Keeps data only when its command asks for it. */
  dataWhen?: RegExp;
  /** Limits that carry an ordinary load. */
  limits?: { cpu: number; memory_mb: number };
  /** Works with the image's own command and configuration. */
  healthcheck?: readonly string[];
  /** Environment variables that can also be given as a file: the name gets this suffix. */
  fileSecrets?: { names: RegExp; suffix: string };
  /** Variables without which it starts with a password everyone knows. */
  mustSet?: readonly string[];
  /** A database, cache or broker: nothing that callers from outside should reach. */
  store?: boolean;
}

const ROOT_TO_USER = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];
const WRITES_TO_DISK = /--appendonly[ =]yes|--save (?!"")\S|appendonly yes|--port 26379/;

const KNOWN: Readonly<Record<string, KnownImage>> = {
  postgres: {
    version: "18.6",
    variants: ["alpine"],
    unprivileged: true,
    capabilities: ROOT_TO_USER,
    data: ["/var/lib/postgresql"],
    limits: { cpu: 1.5, memory_mb: 4096 },
    healthcheck: ["CMD-SHELL", "pg_isready -U ${POSTGRES_USER:-postgres}"],
    fileSecrets: { names: /^POSTGRES_(PASSWORD|USER|DB|INITDB_ARGS)$/, suffix: "_FILE" },
    store: true,
  },
  mysql: {
    unprivileged: true,
    capabilities: ROOT_TO_USER,
    data: ["/var/lib/mysql"],
    fileSecrets: { names: /^MYSQL_(ROOT_)?PASSWORD$/, suffix: "_FILE" },
    store: true,
  },
  mariadb: {
    unprivileged: true,
    capabilities: ROOT_TO_USER,
    data: ["/var/lib/mysql"],
    fileSecrets: { names: /^(MARIADB|MYSQL)_(ROOT_)?PASSWORD$/, suffix: "_FILE" },
    store: true,
  },
  mongo: {
    unprivileged: true,
    data: ["/data/db"],
    fileSecrets: { names: /^MONGO_INITDB_ROOT_(PASSWORD|USERNAME)$/, suffix: "_FILE" },
    store: true,
  },
  "valkey/valkey": {
    version: "9.1.2",
    variants: ["alpine"],
    unprivileged: true,
    capabilities: ROOT_TO_USER,
    data: ["/data"],
    dataWhen: WRITES_TO_DISK,
    limits: { cpu: 1, memory_mb: 2560 },
    healthcheck: ["CMD", "valkey-cli", "ping"],
    store: true,
  },
  redis: {
    version: "8.10.1",
    variants: ["alpine"],
    unprivileged: true,
    capabilities: ROOT_TO_USER,
    data: ["/data"],
    dataWhen: WRITES_TO_DISK,
    limits: { cpu: 1, memory_mb: 2560 },
    healthcheck: ["CMD", "redis-cli", "ping"],
    store: true,
  },
  memcached: { unprivileged: true, capabilities: [], store: true },
  rabbitmq: { unprivileged: true, data: ["/var/lib/rabbitmq"], store: true },
  "apache/kafka": {
    version: "4.3.1",
    unprivileged: true,
    capabilities: [],
    data: ["/var/lib/kafka", "/tmp/kraft-combined-logs", "/tmp/kafka-logs", "/data", "/kafka"],
    limits: { cpu: 2, memory_mb: 6144 },
    store: true,
  },
  "quay.io/coreos/etcd": {
    version: "v3.6.14",
    data: ["/var/lib/etcd", "/etcd-data", "/var/etcd", "/data"],
    limits: { cpu: 0.5, memory_mb: 1024 },
    store: true,
  },
  "ghcr.io/zalando/spilo-18": {
    version: "4.1-p2",
    data: ["/home/postgres/pgdata"],
    limits: { cpu: 3, memory_mb: 10_240 },
    mustSet: ["PGPASSWORD_SUPERUSER", "PGPASSWORD_STANDBY"],
    store: true,
  },
  haproxy: {
    version: "3.4.3",
    variants: ["alpine"],
    unprivileged: true,
    capabilities: [],
    limits: { cpu: 0.5, memory_mb: 512 },
  },
  nginx: {
    version: "1.30.4",
    variants: ["alpine"],
    capabilities: ["CHOWN", "DAC_OVERRIDE", "NET_BIND_SERVICE", "SETGID", "SETUID"],
    limits: { cpu: 0.5, memory_mb: 512 },
  },
  "nginxinc/nginx-unprivileged": { unprivileged: true, capabilities: [], limits: { cpu: 0.5, memory_mb: 512 } },
  traefik: { version: "v3.7.11", capabilities: ["NET_BIND_SERVICE"], limits: { cpu: 0.5, memory_mb: 512 } },
  "traefik/whoami": { capabilities: ["NET_BIND_SERVICE"], limits: { cpu: 0.5, memory_mb: 128 } },
  varnish: { version: "9.0.3", variants: ["alpine"], unprivileged: true, limits: { cpu: 0.5, memory_mb: 2048 } },
  kong: {
    version: "3.9.3",
    unprivileged: true,
    limits: { cpu: 2.5, memory_mb: 4096 },
    healthcheck: ["CMD", "kong", "health"],
  },
  "prom/prometheus": {
    version: "v3.15.0",
    unprivileged: true,
    capabilities: [],
    data: ["/prometheus"],
    limits: { cpu: 2, memory_mb: 8192 },
  },
  "prom/alertmanager": {
    version: "v0.34.1",
    unprivileged: true,
    capabilities: [],
    limits: { cpu: 0.5, memory_mb: 512 },
  },
  "prom/node-exporter": {
    version: "v1.12.1",
    unprivileged: true,
    capabilities: [],
    limits: { cpu: 0.25, memory_mb: 256 },
  },
  "grafana/grafana": {
    version: "13.2.3",
    unprivileged: true,
    capabilities: [],
    data: ["/var/lib/grafana"],
    limits: { cpu: 1, memory_mb: 2048 },
    fileSecrets: { names: /^GF_/, suffix: "__FILE" },
    mustSet: ["GF_SECURITY_ADMIN_PASSWORD"],
  },
  "grafana/loki": {
    version: "3.7.8",
    unprivileged: true,
    capabilities: [],
    data: ["/loki", "/var/loki", "/tmp/loki"],
    limits: { cpu: 2, memory_mb: 8192 },
  },
  "jaegertracing/jaeger": {
    version: "2.21.0",
    unprivileged: true,
    capabilities: [],
    limits: { cpu: 2, memory_mb: 6144 },
  },
  "otel/opentelemetry-collector-contrib": {
    version: "0.162.0",
    unprivileged: true,
    capabilities: [],
    limits: { cpu: 1, memory_mb: 2048 },
  },
  "apache/airflow": { version: "3.3.2-python3.12", unprivileged: true, limits: { cpu: 1.5, memory_mb: 3072 } },
  spark: { version: "4.1.2-python3", unprivileged: true, limits: { cpu: 4, memory_mb: 16_384 } },
  "chrislusf/seaweedfs": { version: "4.48", data: ["/data"], limits: { cpu: 2, memory_mb: 6144 }, store: true },
  "smallstep/step-ca": { version: "0.30.2", unprivileged: true, data: ["/home/step"], limits: { cpu: 1, memory_mb: 1024 } },
  "envoyproxy/envoy": { version: "v1.38.3", unprivileged: true, limits: { cpu: 1, memory_mb: 1024 } },
  "openpolicyagent/opa": {
    version: "1.19.1",
    unprivileged: true,
    capabilities: [],
    limits: { cpu: 1, memory_mb: 1024 },
  },
  "ghcr.io/spiffe/spire-server": {
    version: "1.15.2",
    data: ["/opt/spire/data", "/run/spire/data"],
    limits: { cpu: 1, memory_mb: 1024 },
  },
  "ghcr.io/spiffe/spire-agent": { version: "1.15.2", limits: { cpu: 0.5, memory_mb: 512 } },
  "authelia/authelia": {
    version: "4.39.24",
    limits: { cpu: 1, memory_mb: 1024 },
    fileSecrets: { names: /^AUTHELIA_.*(PASSWORD|SECRET|KEY)$/, suffix: "_FILE" },
  },
  "ghcr.io/mlflow/mlflow": { version: "v3.16.1-full", limits: { cpu: 2, memory_mb: 4096 } },
  "rayproject/ray": { unprivileged: true },
};

/** An image reference and the name people know it by. */
export interface Image extends ImageReference {
  name: string;
}

/** What is known of an image, by the name people know it by; `undefined` when it is not in the table. */
export const knownImage = (name: string): KnownImage | undefined => (Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined);

/** Reads an image reference; `undefined` when it is none. */
export function readImage(reference: string | undefined): Image | undefined {
  const parsed = parseImage(reference ?? "");
  return parsed.ok ? { ...parsed.value, name: familiarName(parsed.value) } : undefined;
}
