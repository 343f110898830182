import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { validate } from "../../../src/blueprints/validate.ts";
import { document, service, webShop } from "../corpus/documents.ts";

const post = (query: string, body: unknown) =>
  exports.default.fetch(`http://localhost/api/v1/blueprints/export${query}`, { method: "POST", body: JSON.stringify(body) });

/** workerd warns when a body that is not `text/…` is read as text; YAML is text all the same. */
const textOf = async (response: Response): Promise<string> => new TextDecoder().decode(await response.arrayBuffer());

describe("POST /api/v1/blueprints/export", () => {
  test.each([
    ["compose", "application/yaml", "web-shop.compose.yaml"],
    ["terraform", "text/plain; charset=utf-8", "web-shop.tf"],
    ["mermaid", "text/plain; charset=utf-8", "web-shop.mmd"],
    ["json", "application/json", "web-shop.blueprint.json"],
  ])("answers %s with its type and a name for the file", async (format, type, filename) => {
    const response = await post(`?format=${format}`, webShop);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${filename}"`);
    expect((await textOf(response)).length).toBeGreaterThan(200);
  });

  test("takes what the template routes answer", async () => {
    const response = await post("?format=compose", { template_id: "simple-web-app", blueprint: webShop });
    expect(parse(await textOf(response)).name).toBe("web-shop");
  });

  test("the JSON is the blueprint with its defaults, and valid again", async () => {
    const exported = await (await post("?format=json", webShop)).json();
    expect(validate(exported)).toMatchObject({ valid: true, blueprint: exported });
  });

  test("refuses what cannot be deployed, with every problem at once", async () => {
    const broken = document({ resources: [service("web", { replicas: "two" }, ["wbe2"]), service("web2")] });
    const response = await post("?format=compose", { blueprint: broken });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      type: "urn:ai-cdn:problem:invalid-blueprint",
      errors: [
        { pointer: "#/blueprint/resources/0/specs/replicas" },
        { code: "unknown_dependency", hint: 'Did you mean "web2"?' },
      ],
    });
  });

  test("an unknown format is told the known ones", async () => {
    const response = await post("?format=helm", webShop);
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("terraform");
  });
});
