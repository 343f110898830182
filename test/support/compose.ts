import type { Blueprint } from "../../src/blueprints/schema.ts";
import type { FakeSpecs } from "../../src/blueprints/specs.ts";

/** What a compose file means, in a blueprint's words: read from the file by the Compose Specification, not by how it was written. */
export interface Meaning {
  containers: Record<string, Record<string, unknown>>;
  networks: Record<string, { internal: boolean; subnet?: string | undefined }>;
  volumes: string[];
}

type Json = Record<string, unknown>;

/**
 * Reads a parsed compose file. Texts are interpolated as compose does: `$$` is a dollar, and `${VARIABLE:?…}` becomes the reference
 * `secretOf` gives it.
 */
export function readCompose(file: unknown, secretOf: (variable: string) => string): Meaning {
  const document = interpolated(file, secretOf) as Json;
  const configs = (document["configs"] ?? {}) as Record<string, { content: string }>;
  const containers = Object.entries((document["services"] ?? {}) as Record<string, Json>).map(([name, service]) => [
    name,
    readService(service, configs),
  ]);
  const networks = Object.entries((document["networks"] ?? {}) as Record<string, Json | null>)
    .filter(([name]) => name !== "default")
    .map(([name, network]) => {
      const [range] = (((network?.["ipam"] ?? {}) as Json)["config"] ?? []) as { subnet?: string }[];
      return [name, { internal: network?.["internal"] === true, subnet: range?.subnet }];
    });
  return {
    containers: Object.fromEntries(containers),
    networks: Object.fromEntries(networks),
    volumes: Object.keys((document["volumes"] ?? {}) as Json).toSorted(),
  };
}

function interpolated(value: unknown, secretOf: (variable: string) => string): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\$|\$\{([A-Z_0-9]+):\?[^}]*\}|\$/g, (found, variable?: string) => {
      if (variable !== undefined) return secretOf(variable);
      if (found === "$$") return "$";
      throw new Error(`A lone dollar: compose would take what follows for a variable, in ${JSON.stringify(value)}`);
    });
  }
  if (Array.isArray(value)) return value.map((item) => interpolated(item, secretOf));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolated(inner, secretOf)]));
}

function readService(service: Json, configs: Record<string, { content: string }>): Json {
  const deploy = (service["deploy"] ?? {}) as {
    resources?: { limits?: Json; reservations?: { devices?: { count: number }[] } };
    replicas?: number;
  };
  const limits = deploy.resources?.limits ?? {};
  const mounts = (service["volumes"] ?? []) as {
    type: string;
    source?: string;
    target: string;
    read_only?: boolean;
    tmpfs?: { size?: number | string };
  }[];
  const healthcheck = service["healthcheck"] as Json | undefined;
  const options = (service["security_opt"] ?? []) as string[];
  const needs = Object.entries((service["depends_on"] ?? {}) as Record<string, { condition: string }>);
  const networks = service["networks"];
  return {
    image: service["image"],
    entrypoint: service["entrypoint"] ?? undefined,
    command: service["command"] ?? undefined,
    env: service["environment"] ?? {},
    labels: readLabels(service["labels"]),
    files: ((service["configs"] ?? []) as Json[]).map(({ source, target, uid, gid, mode }) => ({
      path: target,
      content: configs[String(source)]?.content,
      mode: mode === undefined ? undefined : Number.parseInt(String(mode), 8),
      uid: uid === undefined ? undefined : Number(uid),
      gid: gid === undefined ? undefined : Number(gid),
    })),
    ports: [
      ...((service["ports"] ?? []) as Json[]).map((port) => ({
        container: port["target"],
        host: Number(port["published"]),
        host_ip: port["host_ip"],
        protocol: port["protocol"] ?? "tcp",
      })),
      ...((service["expose"] ?? []) as string[]).map((text) => {
        const [container, protocol = "tcp"] = text.split("/");
        return { container: Number(container), host: undefined, host_ip: undefined, protocol };
      }),
    ],
    volumes: mounts
      .filter(({ type }) => type !== "tmpfs")
      .map(({ type, source, target, read_only }) => ({
        [type === "bind" ? "host_path" : "name"]: source,
        target,
        read_only: read_only ?? false,
      })),
    tmpfs: mounts
      .filter(({ type }) => type === "tmpfs")
      .map(({ target, tmpfs }) => ({
        target,
        size_mb: tmpfs?.size === undefined ? undefined : Number(tmpfs.size) / 1024 ** 2,
      })),
    networks: (Array.isArray(networks) ? networks : Object.keys((networks ?? {}) as Json))
      .filter((name) => name !== "default")
      .toSorted(),
    aliases: Array.isArray(networks)
      ? []
      : Object.values((networks ?? {}) as Record<string, { aliases?: string[] } | null>).flatMap(
          (network) => network?.aliases ?? [],
        ),
    depends_on: Object.fromEntries(needs.map(([name, { condition }]) => [name, condition])),
    healthcheck:
      healthcheck === undefined
        ? undefined
        : healthcheck["disable"] === true
          ? "none"
          : {
              test: healthcheck["test"],
              interval_s: seconds(healthcheck["interval"]),
              timeout_s: seconds(healthcheck["timeout"]),
              retries: healthcheck["retries"],
              start_period_s: seconds(healthcheck["start_period"]),
            },
    user: service["user"],
    privileged: service["privileged"] ?? false,
    read_only: service["read_only"] ?? false,
    cap_add: service["cap_add"] ?? [],
    cap_drop: service["cap_drop"] ?? [],
    no_new_privileges: options.includes("no-new-privileges:true"),
    pids: limits["pids"],
    shm_mb: mebibytes(service["shm_size"]),
    restart: service["restart"],
    stop_grace_s: seconds(service["stop_grace_period"]),
    cpu: limits["cpus"] === undefined ? undefined : Number(limits["cpus"]),
    memory_mb: mebibytes(limits["memory"]),
    gpus: (deploy.resources?.reservations?.devices ?? []).reduce((sum, { count }) => sum + count, 0),
    replicas: Number(service["scale"] ?? deploy.replicas ?? 1),
  };
}

function readLabels(labels: unknown): unknown {
  if (!Array.isArray(labels)) return labels ?? {};
  return Object.fromEntries(
    labels.map((label: string) => [label.slice(0, label.indexOf("=")), label.slice(label.indexOf("=") + 1)]),
  );
}

function seconds(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  return [...String(value).matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ""] ?? 0),
    0,
  );
}

function mebibytes(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const [, number, unit] = /^(\d+)([mM]?)$/.exec(String(value)) ?? [];
  return unit === "" ? Number(number) / 1024 ** 2 : Number(number);
}

/** What a blueprint's containers mean, in the same words; what compose cannot hold (and says in comments) is left out. */
export function meaningOf({ resources }: Blueprint): Meaning {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const runs = resources.filter((resource) => "image" in resource.specs && resource.specs.image !== undefined);
  const condition = (name: string): string => {
    const { run_once, healthcheck }: FakeSpecs = (byName.get(name)?.specs ?? {}) as FakeSpecs;
    if (run_once === true) return "service_completed_successfully";
    return healthcheck !== undefined && healthcheck.test[0] !== "NONE" ? "service_healthy" : "service_started";
  };
  const containers = runs.map(({ name, specs: any, dependencies }) => {
    const specs = any as FakeSpecs;
    const files = (specs.files ?? []).filter(({ content }) => content !== "");
    const networks = [
      ...(specs.networks ?? []),
      ...(specs.network === undefined || !byName.has(specs.network) ? [] : [specs.network]),
    ];
    const meaning = {
      image: specs.image,
      entrypoint: specs.entrypoint,
      command: (specs.command ?? []).length > 0 ? specs.command : undefined,
      env: Object.fromEntries(
        Object.entries(specs.env ?? {}).map(([key, value]) => [
          key,
          typeof value === "object" ? `\${secret.${value.secret}}` : String(value),
        ]),
      ),
      labels: specs.labels ?? {},
      files: files.map(({ path, content, mode, uid, gid }) => ({
        path,
        content,
        mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
        uid,
        gid,
      })),
      ports: [...(specs.ports ?? [])]
        .map(({ container, host, host_ip, protocol = "tcp" }) => ({ container, host, host_ip, protocol }))
        .toSorted((a, b) => Number(a.host === undefined) - Number(b.host === undefined)),
      volumes: (specs.volumes ?? []).map(({ name, host_path, target, read_only = false }) => ({
        ...(name === undefined ? { host_path } : { name }),
        target,
        read_only,
      })),
      tmpfs: (specs.tmpfs ?? []).map(({ target, size_mb }) => ({ target, size_mb })),
      networks: networks.toSorted(),
      aliases: [],
      depends_on: Object.fromEntries(
        dependencies.filter((needed) => runs.some((run) => run.name === needed)).map((needed) => [needed, condition(needed)]),
      ),
      healthcheck:
        specs.healthcheck === undefined
          ? undefined
          : specs.healthcheck.test[0] === "NONE"
            ? "none"
            : {
                interval_s: undefined,
                timeout_s: undefined,
                retries: undefined,
                start_period_s: undefined,
                ...specs.healthcheck,
              },
      user: specs.user,
      privileged: specs.privileged ?? false,
      read_only: specs.read_only === true && (specs.files ?? []).length === 0,
      cap_add: specs.cap_add ?? [],
      cap_drop: specs.cap_drop ?? [],
      no_new_privileges: specs.no_new_privileges ?? false,
      pids: specs.pids,
      shm_mb: specs.shm_mb,
      restart: specs.restart ?? (specs.run_once === true ? "no" : undefined),
      stop_grace_s: specs.stop_grace_s,
      cpu: specs.cpu,
      memory_mb: specs.memory_mb,
      gpus: specs.gpus ?? 0,
      replicas: specs.replicas ?? 1,
    };
    return [name, meaning] as const;
  });
  const used = new Set(
    containers.flatMap(([, { networks, volumes }]) => [
      ...networks,
      ...volumes.map((volume) => ("name" in volume ? volume.name : undefined)),
    ]),
  );
  const held = resources.filter(({ provider, name }) => provider !== "proxmox" || used.has(name));
  const volumes = containers.flatMap(([, meaning]) =>
    meaning.volumes.flatMap((volume) => ("name" in volume && volume.name !== undefined ? [volume.name] : [])),
  );
  return {
    containers: Object.fromEntries(containers),
    networks: Object.fromEntries(
      held.flatMap(({ type, name, specs }) =>
        type === "network" ? [[name, { internal: "internal" in specs && specs.internal === true, subnet: specs.subnet }]] : [],
      ),
    ),
    volumes: [...new Set([...volumes, ...held.filter(({ type }) => type === "storage").map(({ name }) => name)])].toSorted(),
  };
}
