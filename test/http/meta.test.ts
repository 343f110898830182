import { exports } from "cloudflare:workers";
import { expect, test } from "vitest";

test("the server says what it is", async () => {
  const response = await exports.default.fetch("http://localhost/");
  expect(await response.json()).toMatchObject({ name: "AI-CDN" });
});
