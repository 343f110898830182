import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fill, type Scope } from "../../src/templates/placeholders.ts";
import type { Issue } from "../../src/validation/issue.ts";

const scope: Scope = {
  parameters: { port: 8080, domain: "example.org", tls: false, empty: "" },
  sizes: new Map([
    ["db", { memory_mb: 4096, cpu: 1.5 }],
    ["app", { replicas: 3 }],
  ]),
  self: "db",
};

function filled(value: unknown, within: Scope = scope): { value: unknown; issues: Issue[] } {
  const issues: Issue[] = [];
  return { value: fill(value, ["blueprint"], within, issues), issues };
}

test("a text that is one placeholder takes the parameter's type", () => {
  const given = { port: "${param.port}", tls: "${param.tls}", memory: "${= self.memory_mb / 4}", none: "${param.empty}" };
  expect(filled(given)).toEqual({ value: { port: 8080, tls: false, memory: 1024, none: "" }, issues: [] });
});

test("an item of a list stays a text: a command line has no numbers", () => {
  expect(
    filled({ command: ["--port", "${param.port}", "${= self.cpu}", "${param.tls}"], ports: [{ host: "${param.port}" }] }).value,
  ).toEqual({ command: ["--port", "8080", "1.5", "false"], ports: [{ host: 8080 }] });
});

test("placeholders within a text are written into it", () => {
  expect(filled("http://${param.domain}:${param.port}/?tls=${param.tls}").value).toBe("http://example.org:8080/?tls=false");
  expect(filled("-Xmx${= floor(self.memory_mb * 0.75)}m").value).toBe("-Xmx3072m");
  expect(filled("${param.port}${param.port}").value).toBe("80808080");
});

test("other resources' sizes can be referred to, and what is left out counts as its default", () => {
  expect(filled("${= resource.app.replicas * 2}").value).toBe(6);
  expect(filled("${= resource.db.replicas + resource.db.gpus}").value).toBe(1);
});

test("what belongs to the deployment, to a shell or to another program stays as it is", () => {
  const texts = [
    "${secret.db_password}",
    "${target.host}:${db.port.5432}",
    "${db.ip}",
    "${HOME}",
    "${x:-y}",
    "${param}",
    "$param.port",
    "{{ .param }}",
    "${__from:date}",
  ];
  expect(filled(texts)).toEqual({ value: texts, issues: [] });
});

test("a parameter's value is not searched for placeholders again", () => {
  const parameters = { a: "${param.b}", b: "x" };
  expect(filled("${param.a} ${= 1}", { parameters }).value).toBe("${param.b} 1");
});

test.each([
  ["${param.prot}", 'There is no parameter "prot". Did you mean "port"?'],
  ["${param.toString}", 'There is no parameter "toString"'],
  ["${param.port", "a } is missing"],
  ["${= param.domain + 1}", 'The parameter "domain" is not a number'],
  ["${= self.memory}", '"memory" is not a size; sizes are cpu, memory_mb, disk_gb, replicas, gpus. Did you mean "memory_mb"?'],
  ["${= self.disk_gb}", 'The resource "db" does not set disk_gb'],
  ["${= resource.bd.cpu}", 'There is no resource "bd". Did you mean "db"?'],
  ["${= 1 / 0}", "not a finite number"],
])("%s is reported where it stands and left as it is", (text, reason) => {
  const { value, issues } = filled({ env: { A: ["x", text] } });
  expect(value).toEqual({ env: { A: ["x", text] } });
  expect(issues).toHaveLength(1);
  expect(issues[0]).toMatchObject({ pointer: "#/blueprint/env/A/1", code: "placeholder" });
  expect(issues[0]?.detail).toContain(reason);
});

test("self means nothing outside a resource, and sizes mean nothing while sizes are being set", () => {
  expect(filled("${= self.cpu}", { parameters: {}, sizes: new Map() }).issues[0]?.detail).toContain("there is none here");
  expect(filled("${= resource.db.cpu}", { parameters: {} }).issues[0]?.detail).toContain("by parameters only");
});

test("what holds no placeholder comes back equal, whatever its shape", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes("${"));
      expect(filled(value)).toEqual({ value, issues: [] });
    }),
  );
});

test("every placeholder of a text is filled in, between texts of any kind", () => {
  const between = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("${") && !text.endsWith("$"));
  fc.assert(
    fc.property(fc.array(between, { minLength: 2, maxLength: 6 }), (texts) => {
      expect(filled(texts.join("${param.port}")).value).toEqual(
        texts.join("") === "" && texts.length === 2 ? 8080 : texts.join("8080"),
      );
    }),
  );
});
