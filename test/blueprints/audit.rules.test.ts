import { describe, expect, test } from "vitest";
import { audit, auditRules } from "../../src/blueprints/audit.ts";
import type { Severity } from "../../src/blueprints/rules/rule.ts";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { blueprintOf, container, DIGEST, machine, openNetwork, type ResourceInput, TODAY } from "./sound.ts";

/** One case of a rule: what it is about, the resources, and where a bad one is found. */
interface Case {
  what: string;
  resources: ResourceInput | ResourceInput[] | Blueprint;
  pointer?: string;
  severity?: Severity;
}

const SPECS = "#/resources/0/specs";
const at = (host_path: string, read_only = false) => container({ volumes: [{ host_path, target: "/mnt", read_only }] });
const published = (port: object) => container({ ports: [{ container: 8443, host: 8443, host_ip: "10.0.0.5", ...port }] });
const image = (reference: string, specs: object = {}) => container({ image: reference, ...specs });
const postgres = `postgres:18.6-alpine@${DIGEST}`;
const data = [{ name: "data", target: "/var/lib/postgresql" }];
const passwordFile = { POSTGRES_PASSWORD_FILE: "/run/secrets/db" };
const accepting = (entry: object, resources: ResourceInput | ResourceInput[] = container({ privileged: true })) =>
  blueprintOf(resources, { metadata: { audit_ignore: [{ rule: "AIC-C01", reason: "A reason that says enough.", ...entry }] } });

const CASES: Record<string, { bad: Case[]; good: Case[] }> = {
  "AIC-C01": {
    bad: [
      { what: "privileged", resources: container({ privileged: true }), pointer: `${SPECS}/privileged`, severity: "critical" },
    ],
    good: [{ what: "not privileged", resources: container({ privileged: false }) }],
  },
  "AIC-C02": {
    bad: [
      { what: "docker.sock", resources: at("/var/run/docker.sock", true), pointer: `${SPECS}/volumes/0/host_path` },
      { what: "containerd's socket", resources: at("/run/containerd/containerd.sock") },
      { what: "a user's podman socket", resources: at("/run/user/1000/podman/podman.sock") },
    ],
    good: [{ what: "an application's own socket", resources: at("/srv/app/app.sock") }],
  },
  "AIC-C03": {
    bad: [
      { what: "/etc read-only", resources: at("/etc", true), severity: "high" },
      { what: "/etc writable", resources: at("/etc/"), severity: "critical" },
      { what: "the root", resources: at("/", true) },
      { what: "below /proc", resources: at("/proc/1/ns", true) },
      { what: "/etc with slashes to spare", resources: at("//etc", true) },
      { what: "/etc by way of another", resources: at("/srv/./data/../../etc", true) },
    ],
    good: [
      { what: "a data directory", resources: at("/srv/data") },
      { what: "a path that only begins alike", resources: at("/etcetera") },
    ],
  },
  "AIC-C04": {
    bad: [{ what: "a path of the host", resources: at("/srv/data"), severity: "medium" }],
    good: [{ what: "a named volume", resources: container({ volumes: [{ name: "data", target: "/mnt" }] }) }],
  },
  "AIC-C05": {
    bad: [
      { what: "nothing dropped", resources: container({ cap_drop: undefined }), pointer: `${SPECS}/cap_drop` },
      { what: "one dropped", resources: container({ cap_drop: ["NET_RAW"] }) },
    ],
    good: [{ what: "all dropped, one added back", resources: container({ cap_add: ["CHOWN"] }) }],
  },
  "AIC-C06": {
    bad: [
      { what: "SYS_ADMIN", resources: container({ cap_add: ["CHOWN", "SYS_ADMIN"] }), pointer: `${SPECS}/cap_add/1` },
      { what: "ALL", resources: container({ cap_add: ["ALL"] }) },
      { what: "its long name", resources: container({ cap_add: ["CAP_SYS_ADMIN"] }) },
    ],
    good: [{ what: "harmless ones", resources: container({ cap_add: ["NET_BIND_SERVICE", "SETUID"] }) }],
  },
  "AIC-C07": {
    bad: [
      { what: "not said", resources: container({ no_new_privileges: undefined }), pointer: `${SPECS}/no_new_privileges` },
      { what: "false", resources: container({ no_new_privileges: false }) },
    ],
    good: [{ what: "true", resources: container() }],
  },
  "AIC-C13": {
    bad: [
      { what: "no user, unknown image", resources: container({ user: undefined }) },
      { what: "root by number", resources: container({ user: "0:1000" }), pointer: `${SPECS}/user` },
      { what: "root by name, though the image would not", resources: image(postgres, { user: "root", volumes: data }) },
      { what: "zero with a sign, which Docker reads as 0", resources: container({ user: "+0" }) },
    ],
    good: [
      { what: "a user by name", resources: container({ user: "app" }) },
      { what: "an image that drops to its own user", resources: image(postgres, { user: undefined, volumes: data }) },
    ],
  },
  "AIC-C14": {
    bad: [{ what: "writable", resources: container({ read_only: undefined }), severity: "low" }],
    good: [
      { what: "read-only", resources: container() },
      { what: "a job", resources: container({ read_only: undefined, run_once: true, restart: "no", healthcheck: undefined }) },
    ],
  },
  "AIC-C17": {
    bad: [
      {
        what: "two writers",
        resources: [
          container({ volumes: [{ name: "shared", target: "/a" }] }, "a"),
          container({ volumes: [{ name: "shared", target: "/b" }] }, "b"),
        ],
        severity: "info",
      },
    ],
    good: [
      {
        what: "a job that prepares it, and one writer",
        resources: [
          container(
            { volumes: [{ name: "shared", target: "/a" }], run_once: true, restart: "no", healthcheck: undefined },
            "a",
          ),
          container({ volumes: [{ name: "shared", target: "/b" }] }, "b"),
        ],
      },
      {
        what: "one writer, one reader",
        resources: [
          container({ volumes: [{ name: "shared", target: "/a" }] }, "a"),
          container({ volumes: [{ name: "shared", target: "/b", read_only: true }] }, "b"),
        ],
      },
    ],
  },
  "AIC-I01": {
    bad: [
      { what: "no tag", resources: image("nginx"), pointer: `${SPECS}/image` },
      { what: "latest", resources: image("ghcr.io/shop/app:latest") },
      { what: "a branch", resources: image("ghcr.io/shop/app:main") },
      { what: "a registry with a port and no tag", resources: image("registry.example.com:8443/app") },
      {
        what: "an image on Proxmox",
        resources: { type: "service", name: "a", provider: "proxmox", specs: { image: "nginx" } },
      },
    ],
    good: [
      { what: "a version", resources: image("nginx:1.30.4-alpine") },
      { what: "a digest without a tag", resources: image(`nginx@${DIGEST}`) },
    ],
  },
  "AIC-I02": {
    bad: [{ what: "a tag", resources: image("nginx:1.30.4"), severity: "info" }],
    good: [{ what: "a digest", resources: image(`nginx:1.30.4@${DIGEST}`) }],
  },
  "AIC-I03": {
    bad: [
      { what: "an unknown registry", resources: image("registry.example.com/app:1.0"), severity: "low" },
      { what: "plain HTTP", resources: image("10.0.0.5:5000/app:1.0"), severity: "medium" },
    ],
    good: [
      { what: "Docker Hub", resources: image("valkey/valkey:9.1.2") },
      { what: "a well-known registry", resources: image("quay.io/coreos/etcd:v3.6.14") },
    ],
  },
  "AIC-I04": {
    bad: [
      { what: "MinIO", resources: image("minio/minio:RELEASE.2025-09-07T16-13-09Z") },
      { what: "Bitnami", resources: image("docker.io/bitnami/postgresql:17") },
      { what: "a Kong that was never published", resources: image("kong:3.10.0") },
    ],
    good: [
      { what: "a fork", resources: image("pgsty/minio:RELEASE.2026-06-18T00-00-00Z") },
      { what: "the last free Kong", resources: image("kong:3.9.3") },
    ],
  },
  "AIC-N01": {
    bad: [
      { what: "no address", resources: published({ host_ip: undefined }), severity: "medium" },
      { what: "0.0.0.0", resources: published({ host_ip: "0.0.0.0" }), pointer: `${SPECS}/ports/0/host_ip` },
      { what: "the front door", resources: published({ container: 443, host: 443, host_ip: undefined }), severity: "low" },
    ],
    good: [
      { what: "one address", resources: published({}) },
      { what: "not published", resources: published({ host: undefined, host_ip: undefined }) },
    ],
  },
  "AIC-N02": {
    bad: [
      { what: "PostgreSQL on one address", resources: published({ container: 5432, host: 5432 }), pointer: `${SPECS}/ports/0` },
      {
        what: "an administration API on another port",
        resources: published({ container: 8001, host: 18_001, host_ip: undefined }),
      },
    ],
    good: [
      { what: "on the loopback address", resources: published({ container: 5432, host: 5432, host_ip: "127.0.0.1" }) },
      { what: "not published", resources: published({ container: 5432, host: undefined }) },
    ],
  },
  "AIC-N03": {
    bad: [{ what: "port 80", resources: published({ container: 8080, host: 80 }), pointer: `${SPECS}/ports/0/host` }],
    good: [{ what: "port 8080", resources: published({ container: 80, host: 8080 }) }],
  },
  "AIC-N04": {
    bad: [{ what: "no network", resources: container({ networks: undefined }), pointer: `${SPECS}/networks` }],
    good: [{ what: "a network", resources: container() }],
  },
  "AIC-N05": {
    bad: [
      {
        what: "a database on a network with a way out",
        resources: [image(postgres, { networks: ["front"], volumes: data }), openNetwork],
        pointer: `${SPECS}/networks`,
      },
    ],
    good: [
      { what: "a database on an internal network", resources: image(postgres, { volumes: data }) },
      { what: "an application on a network with a way out", resources: [container({ networks: ["front"] }), openNetwork] },
    ],
  },
  "AIC-N06": {
    bad: [{ what: "HTTP for others", resources: published({ container: 8080, host: 8080 }), pointer: `${SPECS}/ports` }],
    good: [
      { what: "HTTPS", resources: published({}) },
      { what: "HTTP on the loopback address", resources: published({ container: 8080, host: 8080, host_ip: "127.0.0.1" }) },
      {
        what: "HTTP beside HTTPS",
        resources: container({ ports: [80, 443].map((port) => ({ container: port, host: port, host_ip: "10.0.0.5" })) }),
      },
    ],
  },
  "AIC-R01": {
    bad: [{ what: "no memory", resources: container({ memory_mb: undefined }), pointer: `${SPECS}/memory_mb` }],
    good: [{ what: "a limit", resources: container() }],
  },
  "AIC-R02": {
    bad: [{ what: "no CPU", resources: container({ cpu: undefined }), severity: "low" }],
    good: [{ what: "a limit", resources: container() }],
  },
  "AIC-R03": {
    bad: [{ what: "no pids", resources: container({ pids: undefined }), pointer: `${SPECS}/pids` }],
    good: [{ what: "a limit", resources: container() }],
  },
  "AIC-R04": {
    bad: [
      { what: "none", resources: container({ healthcheck: undefined }), severity: "medium" },
      { what: "turned off", resources: container({ healthcheck: { test: ["NONE"] } }) },
      {
        what: "an image that cannot check itself",
        resources: image(`grafana/loki:3.7.8@${DIGEST}`, { healthcheck: undefined, volumes: [{ name: "l", target: "/loki" }] }),
        severity: "info",
      },
    ],
    good: [
      { what: "one", resources: container() },
      { what: "a job", resources: container({ healthcheck: undefined, run_once: true, restart: "no" }) },
    ],
  },
  "AIC-R05": {
    bad: [
      { what: "none", resources: container({ restart: undefined }), pointer: `${SPECS}/restart` },
      { what: "no", resources: container({ restart: "no" }) },
      { what: "without end", resources: container({ restart: "on-failure" }) },
    ],
    good: [
      { what: "five times", resources: container({ restart: "on-failure:5" }) },
      { what: "a job", resources: container({ restart: "no", run_once: true, healthcheck: undefined }) },
    ],
  },
  "AIC-R07": {
    bad: [
      { what: "a database without a volume", resources: image(postgres), pointer: `${SPECS}/volumes` },
      {
        what: "a database with a volume elsewhere",
        resources: image(postgres, { volumes: [{ name: "b", target: "/backup" }] }),
      },
      {
        what: "a cache told to keep its data",
        resources: image("valkey/valkey:9.1.2", { command: ["valkey-server", "--appendonly", "yes"] }),
      },
    ],
    good: [
      { what: "a database with its volume", resources: image(postgres, { volumes: data }) },
      { what: "a cache", resources: image("valkey/valkey:9.1.2", { command: ["valkey-server", "--save", '""'] }) },
    ],
  },
  "AIC-R08": {
    bad: [
      {
        what: "two members",
        resources: image("quay.io/coreos/etcd:v3.6.14", { replicas: 2, volumes: [{ name: "e", target: "/data" }] }),
      },
      {
        what: "four resources of one",
        resources: ["a", "b", "c", "d"].map((name) =>
          container({ image: "quay.io/coreos/etcd:v3.6.14", volumes: [{ name: "e", target: "/data" }] }, name),
        ),
      },
    ],
    good: [
      {
        what: "three",
        resources: image("quay.io/coreos/etcd:v3.6.14", { replicas: 3, volumes: [{ name: "e", target: "/data" }] }),
      },
    ],
  },
  "AIC-R09": {
    bad: [{ what: "a database and nothing else", resources: image(postgres, { volumes: data }), severity: "info" }],
    good: [
      {
        what: "a backup job",
        resources: [image(postgres, { volumes: data }), container({ run_once: true, healthcheck: undefined }, "db-backup")],
      },
      { what: "no data", resources: container() },
    ],
  },
  "AIC-S01": {
    bad: [
      {
        what: "a password in env",
        resources: container({ env: { DB_PASSWORD: "Tr0ub4dor-and-3" } }),
        pointer: `${SPECS}/env/DB_PASSWORD`,
      },
      {
        what: "a key in a label",
        resources: container({ labels: { "org.example.api-key": "9f86d081884c7d659a2feaa0c55ad015" } }),
      },
      {
        what: "a flag of the command",
        resources: container({ command: ["serve", "--requirepass", "Tr0ub4dor"] }),
        pointer: `${SPECS}/command/2`,
      },
      { what: "the entrypoint", resources: container({ entrypoint: ["sh", "-c", "PGPASSWORD=Tr0ub4dor psql"] }) },
      {
        what: "a file",
        resources: container({ files: [{ path: "/a.yml", content: "db:\n  password: Tr0ub4dor\n" }] }),
        pointer: `${SPECS}/files/0/content`,
      },
      {
        what: "a bootstrap command",
        resources: machine({ bootstrap: { commands: ["export AWS_ACCESS_KEY_ID=AKIAZ7Q2M4XN6KD3WPLR"] } }),
        pointer: `${SPECS}/bootstrap/commands/0`,
      },
    ],
    good: [
      { what: "a reference in env", resources: container({ env: { DB_PASSWORD: { secret: "db" } } }) },
      { what: "a reference in text", resources: container({ env: { DATABASE_URL: "postgres://shop:${secret.db}@db/shop" } }) },
      {
        what: "the path of a file",
        resources: container({ env: { DB_PASSWORD_FILE: "/run/secrets/db", KEY: "/etc/tls/key.pem" } }),
      },
    ],
  },
  "AIC-S02": {
    bad: [
      { what: "a password from the manual", resources: container({ env: { POSTGRES_PASSWORD: "postgres" } }) },
      { what: "in a URL", resources: container({ env: { DATABASE_URL: "postgresql://airflow:airflow@db/airflow" } }) },
      {
        what: "an image that brings one",
        resources: image("grafana/grafana:13.2.3", { volumes: [{ name: "g", target: "/var/lib/grafana" }] }),
      },
    ],
    good: [
      {
        what: "an image whose own is replaced",
        resources: image("grafana/grafana:13.2.3", {
          env: { GF_SECURITY_ADMIN_PASSWORD__FILE: "/run/secrets/grafana" },
          volumes: [{ name: "g", target: "/var/lib/grafana" }],
        }),
      },
    ],
  },
  "AIC-S03": {
    bad: [
      {
        what: "PostgreSQL's password as a variable",
        resources: image(postgres, { env: { POSTGRES_PASSWORD: { secret: "db" } }, volumes: data }),
        pointer: `${SPECS}/env/POSTGRES_PASSWORD`,
      },
    ],
    good: [
      { what: "as a file", resources: image(postgres, { env: passwordFile, volumes: data }) },
      { what: "an image that reads no files", resources: container({ env: { TOKEN: { secret: "token" } } }) },
    ],
  },
  "AIC-S04": {
    bad: [
      {
        what: "trust",
        resources: image(postgres, { env: { POSTGRES_HOST_AUTH_METHOD: "trust" }, volumes: data }),
        pointer: `${SPECS}/env/POSTGRES_HOST_AUTH_METHOD`,
      },
      { what: "anonymous dashboards", resources: container({ env: { GF_AUTH_ANONYMOUS_ENABLED: true } }) },
      {
        what: "protected mode off",
        resources: image("valkey/valkey:9.1.2", { command: ["valkey-server", "--protected-mode", "no"] }),
      },
    ],
    good: [
      {
        what: "a password method",
        resources: image(postgres, { env: { POSTGRES_HOST_AUTH_METHOD: "scram-sha-256" }, volumes: data }),
      },
      {
        what: "protected mode off with a password",
        resources: image("valkey/valkey:9.1.2", {
          command: ["valkey-server", "--protected-mode", "no", "--requirepass", "${secret.cache}"],
        }),
      },
    ],
  },
  "AIC-P04": {
    bad: [
      {
        what: "Docker in a system container",
        resources: machine({ kind: "lxc", bootstrap: { commands: ["apt-get install -y docker-ce"] } }),
        pointer: `${SPECS}/kind`,
      },
    ],
    good: [
      {
        what: "Docker in a machine",
        resources: machine({ kind: "vm", bootstrap: { commands: ["apt-get install -y docker-ce"] } }),
      },
    ],
  },
  "AIC-P05": {
    bad: [
      {
        what: "a machine with a data disk",
        resources: machine({ volumes: [{ name: "disk", target: "/data" }] }),
        pointer: `${SPECS}/protection`,
      },
      { what: "a database machine", resources: machine({ bootstrap: { commands: ["apt-get install -y postgresql-18"] } }) },
    ],
    good: [
      { what: "protected", resources: machine({ volumes: [{ name: "disk", target: "/data" }], protection: true }) },
      { what: "without data", resources: machine() },
    ],
  },
  "AIC-P06": {
    bad: [{ what: "a GPU without a mapping", resources: machine({ gpus: 1 }), pointer: `${SPECS}/gpu_mapping` }],
    good: [{ what: "a mapping", resources: machine({ gpus: 1, gpu_mapping: "l40s" }) }],
  },
  "AIC-P08": {
    bad: [
      {
        what: "a download into a shell",
        resources: machine({ bootstrap: { commands: ["curl -sfL https://get.k3s.io | INSTALL_K3S_EXEC=agent sh -"] } }),
        pointer: `${SPECS}/bootstrap/commands/0`,
      },
    ],
    good: [
      {
        what: "a download that is checked first",
        resources: machine({ bootstrap: { commands: ["curl -fsSLo k3s https://example.com/k3s && sha256sum -c k3s.sha256"] } }),
      },
    ],
  },
  "AIC-A01": {
    bad: [{ what: "yesterday", resources: accepting({ expires: "2026-11-21" }), pointer: "#/metadata/audit_ignore/0" }],
    good: [{ what: "today", resources: accepting({ expires: TODAY }) }],
  },
  "AIC-A02": {
    bad: [
      { what: "a finding that is gone", resources: accepting({}, container()) },
      { what: "a rule that does not exist", resources: accepting({ rule: "AIC-C99" }) },
      { what: "a resource without it", resources: accepting({ resource: "other" }) },
    ],
    good: [{ what: "one that matches", resources: accepting({ resource: "app" }) }],
  },
  "AIC-A03": {
    bad: [{ what: "signs instead of words", resources: accepting({ reason: "..............." }) }],
    good: [{ what: "a sentence", resources: accepting({}) }],
  },
};

const blueprintIn = ({ resources }: Case): Blueprint =>
  "version" in resources ? (resources as Blueprint) : blueprintOf(resources as ResourceInput | ResourceInput[]);

const findingsOf = (id: string, one: Case) =>
  audit(blueprintIn(one), { today: TODAY }).findings.filter((finding) => finding.id === id);

describe.each(auditRules.map(({ id, title }) => [id, title] as const))("%s %s", (id) => {
  const { bad, good } = CASES[id] ?? { bad: [], good: [] };

  test("has a bad and a good case here", () => {
    expect(bad.length).toBeGreaterThan(0);
    expect(good.length).toBeGreaterThan(0);
  });

  test.each(bad.map((one) => [one.what, one] as const))("finds: %s", (_, one) => {
    const [found, ...more] = findingsOf(id, one);
    expect(found).toBeDefined();
    if (one.pointer !== undefined) expect(found?.pointer).toBe(one.pointer);
    if (one.severity !== undefined) expect(found?.severity).toBe(one.severity);
    for (const finding of [found, ...more]) expect(finding?.detail).not.toBe("");
  });

  test.each(good.map((one) => [one.what, one] as const))("lets pass: %s", (_, one) => {
    expect(findingsOf(id, one)).toEqual([]);
  });
});

test("no case is about a rule that does not exist", () => {
  const ids = auditRules.map(({ id }) => id as string);
  expect(Object.keys(CASES).filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
