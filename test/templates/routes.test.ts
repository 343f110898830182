import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

test("the list holds the ten templates", async () => {
  const response = await exports.default.fetch("http://localhost/api/v1/templates/");
  expect(await response.json()).toMatchObject({ count: 10 });
});
