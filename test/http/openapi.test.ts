import { expect, test } from "vitest";
import { app, routes } from "../../src/app.ts";
import { SCOPES } from "../../src/http/scope.ts";
import { request } from "../support/request.ts";

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<string, { security: unknown[]; "x-scope": string; summary: string; parameters: { name: string; in: string }[] }>
  >;
  components: { schemas: Record<string, object> };
}

const document = async () => (await (await request("/openapi.json")).json()) as Document;

test("every route that the app serves is in the document", async () => {
  const { paths } = await document();
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const served = app.routes
    .filter(({ method, path }) => method !== "ALL" && path !== "/*")
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, "{$1}")}`);
  expect(new Set(served).size).toBeGreaterThan(10);
  expect([...new Set(served)].toSorted()).toEqual(documented.toSorted());
});

test("every route declares its scope and a summary, and those without a caller are few", async () => {
  const { paths } = await document();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      expect([...SCOPES, "public"], `${method} ${path}`).toContain(operation["x-scope"]);
      expect(operation.security, `${method} ${path}`).toHaveLength(operation["x-scope"] === "public" ? 0 : 1);
      expect(operation.summary).not.toBe("");
    }
  }
  const open = routes.filter(({ spec }) => spec.scope === "public").map(({ spec }) => spec.path);
  expect(open).toEqual(["/", "/health", "/openapi.json", "/schemas/blueprint/1.0.json"]);
});

test("whatever changes something needs more than read", () => {
  const judging = /\/(validate|estimate|audit|plan|export|customize|refresh)$/;
  const changing = routes.filter(({ spec }) => spec.method !== "get" && !judging.test(spec.path));
  expect(changing.length).toBeGreaterThan(0);
  for (const { spec } of changing) expect(spec.scope, spec.path).not.toMatch(/^(read|public)$/);
});

test("every reference in the document leads somewhere, and every path parameter is declared", async () => {
  const doc = await document();
  const references = [...JSON.stringify(doc).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = ""]) => path.split("/"));
  expect(references.length).toBeGreaterThan(10);
  for (const path of references) {
    const found = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], doc);
    expect(found, path.join("/")).toBeDefined();
    expect(found, path.join("/")).not.toHaveProperty("$ref");
  }
  for (const [path, methods] of Object.entries(doc.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(methods)) {
      expect(parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name)).toEqual(names);
    }
  }
});

test("the blueprint's JSON Schema is served under the id it carries", async () => {
  const response = await request("/schemas/blueprint/1.0.json");
  expect(response.headers.get("content-type")).toContain("application/schema+json");
  const schema = (await response.json()) as { $id: string; $schema: string; properties: object };
  expect(schema.$id).toBe("http://localhost:8000/schemas/blueprint/1.0.json");
  expect(schema.$schema).toContain("2020-12");
  expect(Object.keys(schema.properties)).toContain("resources");
});

test("the root says what this is to programs", async () => {
  const response = await request("/");
  expect(await response.json()).toMatchObject({ name: "AI-CDN", links: { api: "/openapi.json" } });
});
