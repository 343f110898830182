import { describe, expect, test } from "vitest";
import { audit } from "../../src/blueprints/audit.ts";
import { estimate } from "../../src/blueprints/estimate.ts";
import { withinBand } from "../../src/blueprints/estimate-band.ts";
import { graphOf, wavesOf } from "../../src/blueprints/graph.ts";
import type { Blueprint, Resource } from "../../src/blueprints/schema.ts";
import type { ContainerSpecs } from "../../src/blueprints/specs.ts";
import { bundled } from "../../src/templates/catalogue.ts";
import { instantiate } from "../../src/templates/instantiate.ts";
import type { Customization } from "../../src/templates/schema.ts";

const stacks = ["simple-web-app", "redis-cluster", "ha-web-app", "postgres-ha", "api-gateway"];

function made(id: string, wanted: Customization = {}): Blueprint {
  const template = bundled[id];
  if (template === undefined) throw new Error(`${id} is not bundled`);
  const result = instantiate(id, template, wanted);
  if (!result.ok) throw new Error(JSON.stringify(result.error, null, 2));
  return result.value;
}

function containers(blueprint: Blueprint): { name: string; specs: ContainerSpecs }[] {
  return blueprint.resources
    .filter((resource): resource is Extract<Resource, { type: "service"; provider: "docker" }> => resource.type === "service")
    .map(({ name, specs }) => ({ name, specs }));
}

function specsOf(blueprint: Blueprint, name: string): ContainerSpecs {
  const found = containers(blueprint).find((container) => container.name === name);
  if (found === undefined) throw new Error(`There is no container ${name}`);
  return found.specs;
}

/** All text a container is given: its settings, wherever they stand. */
function settingsOf(blueprint: Blueprint, name: string): string {
  const { command, env, files } = specsOf(blueprint, name);
  return [...(command ?? []), JSON.stringify(env), ...(files ?? []).map((file) => file.content)].join("\n");
}

describe.each(stacks)("%s", (id) => {
  test.each([0.5, 1, 4])("deploys on Docker at scale %d", (scale_factor) => {
    expect(() => made(id, { scale_factor })).not.toThrow();
  });

  test("costs what its band says", () => {
    const price = estimate(made(id));
    expect({ total: price.total_monthly_cost, within: withinBand(price, bundled[id]?.estimated_cost ?? "") }).toMatchObject({
      within: true,
    });
  });

  test("has no open audit finding of medium severity or worse, and accepts no risk that is not there", () => {
    const { findings } = audit(made(id), { today: "2026-11-22" });
    const open = findings.filter((finding) => finding.suppressed === undefined);
    expect(open.filter(({ severity }) => !["low", "info"].includes(severity))).toEqual([]);
    expect(open.filter(({ id: rule }) => rule.startsWith("AIC-A"))).toEqual([]);
  });

  test("limits every container and takes its privileges away", () => {
    for (const { name, specs } of containers(made(id))) {
      expect({ name, ...specs }).toMatchObject({
        cpu: expect.any(Number),
        memory_mb: expect.any(Number),
        pids: expect.any(Number),
        cap_drop: ["ALL"],
        no_new_privileges: true,
        restart: expect.any(String),
      });
    }
  });

  test("says of every container when it is healthy, unless it is a job", () => {
    const silent = containers(made(id)).filter(({ specs }) => specs.healthcheck === undefined && specs.run_once !== true);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test("puts files of a read-only container where they can be written: into a volume", () => {
    for (const { name, specs } of containers(made(id))) {
      if (specs.read_only !== true) continue;
      const writable = (specs.volumes ?? []).filter((mount) => mount.read_only !== true).map((mount) => `${mount.target}/`);
      for (const { path } of specs.files ?? []) {
        expect([name, path, writable.some((target) => path.startsWith(target))]).toEqual([name, path, true]);
      }
    }
  });

  test("publishes on loopback only, from single containers that are on a network with a way out", () => {
    const blueprint = made(id);
    const internal = new Set(
      blueprint.resources
        .filter(({ type, specs }) => type === "network" && "internal" in specs && specs.internal)
        .map((it) => it.name),
    );
    for (const { name, specs } of containers(blueprint)) {
      const published = (specs.ports ?? []).filter((port) => port.host !== undefined);
      if (published.length === 0) continue;
      expect([name, specs.replicas ?? 1]).toEqual([name, 1]);
      expect([name, (specs.networks ?? []).some((network) => !internal.has(network))]).toEqual([name, true]);
      expect(published.map((port) => port.host_ip)).toEqual(published.map(() => "127.0.0.1"));
    }
  });

  test("opens to the network when it is told to", () => {
    if (!("host_ip" in (bundled[id]?.parameters ?? {}))) return;
    const ports = containers(made(id, { parameters: { host_ip: "0.0.0.0" } })).flatMap(({ specs }) => specs.ports ?? []);
    expect(ports.some((port) => port.host_ip === "0.0.0.0")).toBe(true);
  });

  test("keeps every secret out of the blueprint", () => {
    const blueprint = made(id);
    const secrets = blueprint.secrets ?? [];
    const text = JSON.stringify(blueprint.resources);
    expect(secrets.length).toBeGreaterThan(0);
    for (const { name, generate } of secrets) {
      expect([name, generate]).toEqual([name, expect.any(String)]);
      expect([name, text.includes(`\${secret.${name}}`) || text.includes(`{"secret":"${name}"}`)]).toEqual([name, true]);
    }
  });
});

/** What has to be healthy before what, in each stack. */
const order: [id: string, chain: string[]][] = [
  ["simple-web-app", ["pgdata", "db", "app", "lb"]],
  ["simple-web-app", ["db", "backup"]],
  ["redis-cluster", ["valkey-1", "valkey-2", "sentinel-1", "proxy", "backup"]],
  ["ha-web-app", ["db-primary", "db-standby", "app", "cache", "edge-1"]],
  ["ha-web-app", ["sessions", "app", "cache", "edge-2"]],
  ["postgres-ha", ["etcd-1", "pg-1", "pg-2", "proxy", "setup", "backup"]],
  ["api-gateway", ["counters", "kong", "edge"]],
  ["api-gateway", ["api", "kong", "prometheus", "grafana"]],
];
test.each(order)("%s starts in the order %j", (id, chain) => {
  const waves = wavesOf(graphOf(made(id).resources));
  const places = chain.map((name) => waves.findIndex((wave) => wave.includes(name)));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
});

/** Settings derived from a container's memory, at scale 1 and at scale 4. */
const derived: [id: string, container: string, at1: string, at4: string][] = [
  ["simple-web-app", "db", "shared_buffers=1024MB", "shared_buffers=4096MB"],
  ["simple-web-app", "db", "effective_cache_size=2867MB", "effective_cache_size=11468MB"],
  ["redis-cluster", "valkey-2", "maxmemory 1792mb", "maxmemory 7168mb"],
  ["ha-web-app", "db-standby", "shared_buffers=1280MB", "shared_buffers=5120MB"],
  ["ha-web-app", "cache", '"CACHE_SIZE":"1433M"', '"CACHE_SIZE":"5734M"'],
  ["ha-web-app", "sessions", "maxmemory 1433mb", "maxmemory 5734mb"],
  ["postgres-ha", "pg-3", "shared_buffers: 2560MB", "shared_buffers: 10240MB"],
  ["api-gateway", "kong", '"KONG_MEM_CACHE_SIZE":"256m"', '"KONG_MEM_CACHE_SIZE":"1024m"'],
  ["api-gateway", "kong", '"KONG_NGINX_WORKER_PROCESSES":3', '"KONG_NGINX_WORKER_PROCESSES":12'],
];
test.each(derived)("%s: what %s derives from its size follows it (%s, %s)", (id, container, at1, at4) => {
  expect(settingsOf(made(id), container)).toContain(at1);
  expect(settingsOf(made(id, { scale_factor: 4 }), container)).toContain(at4);
});

test("a quorum stays a quorum at every scale", () => {
  for (const scale_factor of [0.5, 4]) {
    expect(containers(made("postgres-ha", { scale_factor })).filter(({ name }) => name.startsWith("etcd-"))).toHaveLength(3);
    expect(containers(made("redis-cluster", { scale_factor })).filter(({ name }) => name.startsWith("sentinel-"))).toHaveLength(
      3,
    );
  }
});

test("ha-web-app takes as many replicas as it is asked for, and both edges keep ports of their own", () => {
  const blueprint = made("ha-web-app", { parameters: { app_replicas: 9, http_port: 80, https_port: 443, host_ip: "0.0.0.0" } });
  expect(specsOf(blueprint, "app").replicas).toBe(9);
  expect(specsOf(blueprint, "edge-1").ports?.map((port) => port.host)).toEqual([80, 443]);
  expect(specsOf(blueprint, "edge-2").ports?.map((port) => port.host)).toEqual([81, 444]);
});

test("a domain reaches the edge's configuration and the output", () => {
  const blueprint = made("simple-web-app", { parameters: { domain: "shop.example.org", https_port: 443, http_port: 80 } });
  expect(settingsOf(blueprint, "lb")).toContain("https://shop.example.org {");
  expect(settingsOf(blueprint, "lb")).toContain("redir https://shop.example.org:443{uri} 308");
  expect(blueprint.outputs?.find(({ name }) => name === "url")?.value).toBe("https://shop.example.org:443/");
});
