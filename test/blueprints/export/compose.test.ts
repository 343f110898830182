import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { toCompose } from "../../../src/blueprints/export/compose.ts";
import { blueprintSchema } from "../../../src/blueprints/schema.ts";
import { blueprints } from "../../support/arbitrary.ts";
import { meaningOf, readCompose } from "../../support/compose.ts";
import { cluster, document, service, webShop } from "../corpus/documents.ts";

/** Names of secrets that differ only in case or in `-` and `_` are no part of these blueprints, so a variable tells its secret. */
const secretOf = (names: readonly string[]) => (variable: string) =>
  `\${secret.${names.find((name) => name.replaceAll("-", "_").toUpperCase() === variable)}}`;

const exported = (value: unknown) => toCompose(blueprintSchema.parse(value));
const withServices = (...resources: unknown[]) => exported(document({ resources }));

describe("exporting to compose", () => {
  test("a file means what the blueprint means, whatever is in its texts", () => {
    fc.assert(
      fc.property(blueprints(), (blueprint) => {
        const file = toCompose(blueprint);
        const names = (blueprint.secrets ?? []).map(({ name }) => name);
        for (const version of ["1.1", "1.2"] as const) {
          const parsed = parseDocument(file, { version, strict: true, uniqueKeys: true });
          expect(parsed.errors).toEqual([]);
          expect(parsed.warnings).toEqual([]);
          expect(readCompose(parsed.toJS(), secretOf(names))).toEqual(meaningOf(blueprint));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("a web shop becomes a file a person would write", async () => {
    await expect(exported(webShop)).toMatchFileSnapshot("golden/web-shop.compose.yaml");
  });

  test("secrets are never written, and a file does not start without them", () => {
    const file = exported(webShop);
    expect(parse(file).services.db.environment.POSTGRES_PASSWORD).toBe("${DB_PASSWORD:?set it in .env}");
    expect(file).toContain(`# ${'  echo "DB_PASSWORD=$(tr -dc A-Za-z0-9 </dev/urandom | head -c 32)" >> .env'}`);
  });

  test("secrets whose variables would be the same are told apart", () => {
    const env = { A: { secret: "a-b" }, B: { secret: "a_b" } };
    const file = exported(document({ resources: [service("web", { env })], secrets: [{ name: "a-b" }, { name: "a_b" }] }));
    expect(parse(file).services.web.environment).toEqual({ A: "${A_B:?set it in .env}", B: "${A_B_2:?set it in .env}" });
  });

  test("words that some parser takes for something else are quoted", () => {
    const words = ["yes", "NO", "on", "null", "~", "012", "1e3", "e0", "12:30", "2026-01-02", ".inf", "0x1F", "=", "<<"];
    const env = Object.fromEntries(words.map((word, i) => [`V${i}`, word]));
    for (const version of ["1.1", "1.2"] as const) {
      expect(Object.values(parse(withServices(service("web", { env })), { version }).services.web.environment)).toEqual(words);
    }
  });

  test("dollars stay dollars: nothing but a secret is replaced", () => {
    const file = withServices(
      service("web", { command: ["sh", "-c", "echo $HOME ${PATH} $$"], files: [{ path: "/f", content: "$1 a\n" }] }),
    );
    expect(parse(file).services.web.command).toEqual(["sh", "-c", "echo $$HOME $${PATH} $$$$"]);
    expect(parse(file).configs["web.f"].content).toBe("$$1 a\n");
  });

  test("replicas that are addressed one by one become services, and share their name", () => {
    const file = withServices(
      service("etcd", {
        replicas: 3,
        networks: ["net"],
        command: ["--initial-cluster", "etcd-1=http://etcd-1:2380,etcd-2=http://etcd-2:2380"],
      }),
      service("web", { networks: ["net"] }, ["etcd"]),
      { type: "network", name: "net", provider: "docker", specs: {} },
    );
    const { services } = parse(file);
    expect(Object.keys(services)).toEqual(["etcd-1", "etcd-2", "etcd-3", "web"]);
    expect(services["etcd-2"]).toMatchObject({ hostname: "etcd-2", networks: { net: { aliases: ["etcd"] } } });
    expect(Object.keys(services.web.depends_on)).toEqual(["etcd-1", "etcd-2", "etcd-3"]);
  });

  test("a dependency is waited for until it is done, healthy, or started", () => {
    const file = withServices(
      service("migrate", { run_once: true }),
      service("db", { healthcheck: { test: ["CMD", "true"] } }),
      service("off", { healthcheck: { test: ["NONE"] } }),
      service("web", {}, ["migrate", "db", "off"]),
    );
    expect(parse(file).services.web.depends_on).toEqual({
      migrate: { condition: "service_completed_successfully" },
      db: { condition: "service_healthy" },
      off: { condition: "service_started" },
    });
    expect(parse(file).services.migrate.restart).toBe("no");
  });

  test("what compose cannot hold is said in comments", () => {
    const file = exported(cluster);
    expect(file).toContain('#   gpu: a machine (proxmox) {"template":"debian-13"');
    expect(file).toContain("#   lan: network (proxmox)");
    const mixed = withServices(
      service("web", {
        disk_gb: 10,
        read_only: true,
        files: [
          { path: "/etc/a", content: "x" },
          { path: "/etc/empty", content: "" },
        ],
      }),
      {
        type: "service",
        name: "app",
        provider: "fake",
        specs: { image: "nginx:1", simulate: { fail: true }, node: "pve1" },
        dependencies: ["vm"],
      },
      { type: "compute", name: "vm", provider: "fake", specs: { template: "t" } },
    );
    for (const said of [
      "disk_gb: 10",
      "read_only: true (left out",
      "an empty file at /etc/empty",
      'simulate: {"fail":true}',
      'node: "pve1"',
      'depends on "vm"',
      "vm: a machine (fake)",
    ]) {
      expect(mixed).toMatch(new RegExp(`#.*${said.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`));
    }
  });

  test("no text gets out of its comment", () => {
    const file = exported(document({ description: "one\ntwo: {}\r\nthree\u2028four\u0085services: {}" }));
    expect(Object.keys(parse(file))).toEqual(["name", "services"]);
  });
});
