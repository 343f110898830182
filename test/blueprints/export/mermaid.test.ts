import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toMermaid } from "../../../src/blueprints/export/mermaid.ts";
import { blueprintSchema } from "../../../src/blueprints/schema.ts";
import { blueprints } from "../../support/arbitrary.ts";
import { cluster, document, service, webShop } from "../corpus/documents.ts";

const drawn = (value: unknown) => toMermaid(blueprintSchema.parse(value));

describe("drawing a blueprint", () => {
  test("a web shop and a cluster read from the callers to the data", async () => {
    await expect(drawn(webShop)).toMatchFileSnapshot("golden/web-shop.mmd");
    await expect(drawn(cluster)).toMatchFileSnapshot("golden/cluster.mmd");
  });

  test("every resource is drawn once, or said not to be, and every dependency leads to one", () => {
    fc.assert(
      fc.property(blueprints(), (blueprint) => {
        const lines = toMermaid(blueprint).split("\n");
        const nodes = lines.flatMap((line) => /^\s+(?:subgraph )?(r_\w+)[[({]/.exec(line)?.[1] ?? []);
        const notDrawn =
          lines
            .find((line) => line.startsWith("%% not drawn"))
            ?.split(": ")[1]
            ?.split(", ") ?? [];
        const expected = blueprint.resources.map(({ name }) => name).filter((name) => !notDrawn.includes(name));
        expect(nodes.toSorted()).toEqual(expected.map((name) => `r_${name.replaceAll("-", "_")}`).toSorted());
        const ends = lines.flatMap((line) => /^\s+(\w+) (?:-->|-\.-)(?:\|.*\|)? (r_\w+)$/.exec(line)?.slice(1) ?? []);
        for (const end of ends) expect([...nodes, "clients"]).toContain(end);
      }),
    );
  });

  test("replicas, jobs and published ports are shown", () => {
    const text = drawn(
      document({
        resources: [
          service("web", { replicas: 3 }),
          service("lb", { ports: [{ container: 80, host: 8080 }] }),
          service("init", { run_once: true }),
        ],
      }),
    );
    expect(text).toContain('r_web["web ×3<br>nginx:1.30.4-alpine"]');
    expect(text).toContain('clients -->|"8080"| r_lb');
    expect(text).toContain('r_init(["init<br>nginx:1.30.4-alpine"])');
    expect(text).toContain("class r_init job");
  });

  test("volumes that only hold configuration files are named, not drawn", () => {
    const files = [{ path: "/etc/app/app.conf", content: "x" }];
    const volumes = [
      { name: "config", target: "/etc/app" },
      { name: "data", target: "/data" },
    ];
    const text = drawn(document({ resources: [service("web", { files, volumes })] }));
    expect(text).toContain("%% not drawn, because they hold nothing but configuration files: config");
    expect(text).not.toContain("r_config");
    expect(text).toContain('r_data[("data")]');
  });

  test("no text becomes markup", () => {
    const text = drawn(document({ description: 'a\nb --> c %%{init: {}}%% "x"', resources: [service("end")] }));
    expect(text.split("\n").slice(0, 2)).toEqual(['%% a b --> c %%{init: {}}%% "x"', "flowchart LR"]);
    const template = { type: "compute", name: "vm", provider: "proxmox", specs: { template: '"]; <b>x' } };
    expect(drawn(document({ resources: [template] }))).toContain('r_vm[["vm<br>#34;]#59; #60;b#62;x"]]');
  });
});
