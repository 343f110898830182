import { expect, test } from "vitest";
import { problemOf, request } from "../support/request.ts";

const TOKENS = "ci:deploy:0123456789abcdef-ci, viewer:read:0123456789abcdef-viewer, root:admin:0123456789abcdef-root";
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test("without tokens only loopback hosts are served, and any other is told how to set one", async () => {
  for (const host of ["localhost:8000", "127.0.0.1", "[::1]:8000"]) {
    expect((await request("/api/v1/templates", { headers: { host } })).status, host).toBe(200);
  }
  for (const host of ["ai-cdn.example.workers.dev", "localhost.evil.example", "192.168.1.2:8000"]) {
    for (const path of ["/", "/api/v1/templates", "/openapi.json"]) {
      const response = await request(path, { headers: { host } });
      expect(response.status, host).toBe(401);
      expect((await problemOf(response)).detail).toContain("wrangler secret put API_TOKENS");
    }
  }
});

test("with tokens configured, nobody is served without one, not even on localhost", async () => {
  const response = await request("/api/v1/templates", {}, { API_TOKENS: TOKENS });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain("Bearer");
  expect((await request("/api/v1/templates", bearer("0123456789abcdef-xx"), { API_TOKENS: TOKENS })).status).toBe(401);
  expect((await request("/health", {}, { API_TOKENS: TOKENS })).status, "public routes stay public").toBe(200);
});

test("a token does what its scopes say, and is told which one is missing", async () => {
  const asked = { API_TOKENS: TOKENS };
  expect((await request("/api/v1/templates", bearer("0123456789abcdef-viewer"), asked)).status).toBe(200);
  const deploying = { method: "POST", body: "{}", ...bearer("0123456789abcdef-viewer") };
  const refused = await request("/api/v1/blueprints", deploying, asked);
  expect(refused.status).toBe(403);
  expect((await problemOf(refused)).detail).toContain('"deploy"');
  // Past the check of the caller, the body is what is wrong.
  expect((await request("/api/v1/blueprints", { ...deploying, ...bearer("0123456789abcdef-ci") }, asked)).status).toBe(422);
  expect((await request("/api/v1/templates", bearer("0123456789abcdef-ci"), asked)).status, "deploy includes read").toBe(200);
  expect((await request("/api/v1/blueprints", { ...deploying, ...bearer("0123456789abcdef-root") }, asked)).status).toBe(422);
});

test("another web site cannot act through a visitor's browser", async () => {
  const body = JSON.stringify({ version: "1.0" });
  const path = "/api/v1/blueprints/validate";
  const origin = (value: string) => ({ method: "POST", body, headers: { origin: value, "content-type": "text/plain" } });
  expect((await request(path, origin("https://evil.example"))).status).toBe(403);
  expect((await request(path, origin("null"))).status).toBe(403);
  expect((await request(path, origin("http://localhost:8000"))).status).toBe(200);
  expect((await request(path, { method: "POST", body, headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
  const image = { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" } };
  expect((await request("/api/v1/deployments/x/outputs", image)).status, "nor use up what is shown once").toBe(403);
  const link = { headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } };
  expect((await request("/", link)).status, "a link may open the page").toBe(200);
});

test("a setting that cannot be used is named, and its value is not", async () => {
  const cases = {
    API_TOKENS: ["me:admin:short", "me:boss:0123456789abcdefg", "just-a-token-without-a-name"],
    TARGETS: [
      "not json",
      '[{"name":"a","provider":"fake"},{"name":"b","provider":"fake"}]',
      '[{"name":"a","provider":"dockr","url":"http://x"}]',
    ],
    MAX_OPERATIONS: ["0", "many"],
  };
  for (const [setting, values] of Object.entries(cases)) {
    for (const value of values) {
      const response = await request("/health", {}, { [setting]: value });
      expect(response.status, value).toBe(500);
      const problem = await problemOf(response);
      expect(problem.type).toBe("urn:ai-cdn:problem:misconfigured");
      expect(problem.detail).toContain(setting);
      expect(problem.detail).not.toContain(value.slice(0, 8));
    }
  }
});

test("an empty setting is an unset one", async () => {
  expect((await request("/api/v1/templates", {}, { API_TOKENS: "", MAX_OPERATIONS: "" })).status).toBe(200);
});
