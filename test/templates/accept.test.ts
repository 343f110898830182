import { expect, test } from "vitest";
import { problemOf, request } from "../support/request.ts";

test("a template is told what is wrong with its record and with the blueprint in it, at once", async () => {
  const response = await request("/api/v1/templates/mine", {
    method: "PUT",
    body: JSON.stringify({
      name: "",
      category: "wbe",
      complexity: "simple",
      description: "Mine",
      parameters: { size: { type: "integer", description: "Size", default: 1 } },
      blueprint: {
        version: "1.0",
        name: "mine",
        resources: [
          {
            type: "service",
            name: "a",
            provider: "docker",
            specs: { image: "a:1", memory_mb: "${param.siez}" },
            dependencies: [],
          },
          { type: "service", name: "b", provider: "docker", specs: { image: "b:1", imag: "c" }, dependencies: ["c"] },
        ],
      },
    }),
  });
  expect(response.status).toBe(422);
  const pointers = (await problemOf(response)).errors.map(({ pointer }) => pointer);
  expect(pointers).toEqual(
    expect.arrayContaining([
      "#/name",
      "#/category",
      "#/blueprint/resources/0/specs/memory_mb",
      "#/blueprint/resources/1/specs/imag",
      "#/blueprint/resources/1/dependencies/0",
    ]),
  );
});
