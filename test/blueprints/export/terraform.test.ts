import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toTerraform } from "../../../src/blueprints/export/terraform.ts";
import { blueprintSchema } from "../../../src/blueprints/schema.ts";
import { blueprints } from "../../support/arbitrary.ts";
import { cluster, document, machine, network, service, webShop } from "../corpus/documents.ts";

const exported = (value: unknown) => toTerraform(blueprintSchema.parse(value));
const withResources = (...resources: unknown[]) => exported(document({ resources }));

/** The configuration without comments, heredocs and the insides of texts, but with the references in them. */
function code(file: string): string {
  const references = [...file.matchAll(/(?<!\$)\$\{([^}]*)\}/g)].map(([, inside]) => inside).join("\n");
  const plain = file
    .replace(/<<(EOT_*)\n[\s\S]*?\n\1\n/g, "_\n")
    .replace(/^\s*#.*$/gm, "")
    .replace(/"(?:[^"\\]|\\.)*"/g, (text) => (/^"[\w.-]*"$/.test(text) ? text : '"_"'));
  return `${plain}\n${references}`;
}

describe("exporting to Terraform", () => {
  test("whatever is referred to is declared, once", () => {
    let references = 0;
    fc.assert(
      fc.property(blueprints(), (blueprint) => {
        const text = code(toTerraform(blueprint));
        const declared = [
          ...[...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(([, type, name]) => `${type}.${name}`),
          ...[...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => `var.${name}`),
        ];
        expect(new Set(declared).size).toBe(declared.length);
        const referred = [...text.matchAll(/\b((?:docker|proxmox)_\w+\.\w+|var\.\w+)/g)].map(([, address]) => address ?? "");
        references += referred.length;
        for (const address of referred) expect(declared).toContain(address);
      }),
    );
    expect(references).toBeGreaterThan(100);
  });

  test("a web shop and a cluster become what terraform fmt leaves as it is", async () => {
    await expect(exported(webShop)).toMatchFileSnapshot("golden/web-shop.tf");
    await expect(exported(cluster)).toMatchFileSnapshot("golden/cluster.tf");
  });

  test("providers are pinned, and only those that are used", () => {
    expect(exported(webShop)).toMatch(/docker = \{\n\s+source {2}= "kreuzwerker\/docker"\n\s+version = "\d+\.\d+\.\d+"/);
    expect(exported(webShop)).not.toContain("bpg/proxmox");
    expect(exported(cluster)).toContain('source  = "bpg/proxmox"');
    expect(exported(cluster)).not.toContain("kreuzwerker");
  });

  test("secrets are sensitive variables", () => {
    const file = exported(webShop);
    expect(file).toMatch(/variable "db_password" \{[^}]*sensitive {3}= true/);
    expect(file).toContain('"POSTGRES_PASSWORD=${var.db_password}"');
  });

  test("what looks like a template in a text stays text", () => {
    const file = withResources(
      service("web", { command: ["echo ${HOME} %{if} $X"], files: [{ path: "/f", content: "a ${b}\n%{c}\n" }] }),
    );
    expect(file).toContain('"echo $${HOME} %%{if} $X"');
    expect(file).toContain("<<EOT\na $${b}\n%%{c}\nEOT\n");
  });

  test("a file cannot end its own heredoc", () => {
    const file = withResources(service("web", { files: [{ path: "/f", content: "a\nEOT\nresource {}\n" }] }));
    expect(file).toContain("<<EOT_\na\nEOT\nresource {}\nEOT_\n");
  });

  test("a dependency is waited for: healthy when it has a check, done when it is a job", () => {
    const file = withResources(
      service("db", { healthcheck: { test: ["CMD", "true"], interval_s: 5, retries: 3, start_period_s: 10 } }),
      service("migrate", { run_once: true }, ["db"]),
      service("web", {}, ["migrate"]),
    );
    expect(file).toMatch(/wait {9}= true\n\s+wait_timeout = 90\n/);
    expect(file).toMatch(/attach {5}= true\n\s+must_run {3}= false\n\s+depends_on = \[docker_container\.db\]/);
    expect(file).toContain("condition     = self.exit_code == 0");
    expect(file).toContain("depends_on = [docker_container.migrate]");
  });

  test("names of networks on a cluster are cut to eight characters, and stay apart", () => {
    const file = withResources(
      network("storage-back-a", {}, "proxmox"),
      network("storage-back-b", {}, "proxmox"),
      machine("vm", { network: "storage-back-b" }),
    );
    expect([...file.matchAll(/^ {2}id {4}= "(\w+)"/gm)].map(([, id]) => id)).toEqual(["storageb", "storage2"]);
    expect(file).toContain("bridge = proxmox_sdn_vnet.storage_back_b.id");
    expect(file).toContain('variable "proxmox_sdn_zone"');
  });

  test("what the providers cannot hold is said in comments", () => {
    const file = withResources(
      service("web", {
        pids: 64,
        disk_gb: 5,
        gpus: 2,
        ports: [{ container: 80 }],
        files: [{ path: "/f", content: "x", uid: 70 }],
      }),
      machine("vm", { bootstrap: { commands: ["echo hi"] }, volumes: [{ name: "data", target: "/srv" }] }),
      { type: "storage", name: "data", provider: "proxmox", specs: { disk_gb: 5 } },
      { type: "service", name: "app", provider: "proxmox", specs: { image: "nginx:1", env: { A: "b" }, entrypoint: ["/x"] } },
    );
    for (const said of [
      "pids: 64",
      "disk_gb: 5",
      "gpus: 2",
      "port 80 is reachable",
      "owner 70:0",
      'bootstrap: {"commands":["echo hi"]}',
      "has to be mounted at /srv",
      'env: {"A":"b"}',
      'entrypoint: ["/x"]',
    ]) {
      expect(
        file.split("\n").filter((line) => line.trim().startsWith("#") && line.includes(said)),
        said,
      ).not.toEqual([]);
    }
  });
});
