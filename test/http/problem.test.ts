import { expect, test } from "vitest";
import { post, problemOf, request } from "../support/request.ts";

const VALIDATE = "/api/v1/blueprints/validate";

test("a body that is not JSON is told where it stops being JSON, and nothing of it is repeated", async () => {
  const response = await post(VALIDATE, '{\n  "name": "x",\n  "secret": hunter2\n}');
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = await problemOf(response);
  expect(problem.type).toBe("urn:ai-cdn:problem:invalid-json");
  expect(problem.detail).toContain("line 3, column 13: invalid symbol");
  expect(JSON.stringify(problem)).not.toContain("unter2");
  expect(problem.instance).toBe(VALIDATE);
  expect(problem.request_id).toBe(response.headers.get("x-request-id"));
});

test("a body cut short is told its end", async () => {
  const problem = await problemOf(await post(VALIDATE, '{"name": '));
  expect(problem.detail).toContain("line 1, column 10");
});

test.each([
  ["whole", (lists: string) => `{"name": ${lists}${"]".repeat(lists.length)}}`],
  ["cut short", (lists: string) => lists],
])("a body nested so deeply that walking it would fail is refused: %s", async (_, body) => {
  for (const path of [VALIDATE, "/api/v1/blueprints/audit?fix=true"]) {
    const response = await post(path, body("[".repeat(100_000)));
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toContain("deeper than 500 levels");
  }
});

test("brackets in texts are no nesting", async () => {
  const description = `\\"${"[{".repeat(1_000)}`;
  expect((await post(VALIDATE, JSON.stringify({ description }))).status).toBe(200);
});

test("a body that is no UTF-8 is refused as such", async () => {
  const response = await request(VALIDATE, { method: "POST", body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) });
  expect(response.status).toBe(400);
  expect((await problemOf(response)).detail).toContain("UTF-8");
});

test("a missing body is asked for", async () => {
  const response = await request(VALIDATE, { method: "POST" });
  expect(response.status).toBe(400);
  expect((await problemOf(response)).detail).toContain("JSON body is needed");
});

test("a body over 1 MiB is refused, declared or not", async () => {
  const body = JSON.stringify({ name: "x".repeat(2 * 1024 * 1024) });
  expect((await post(VALIDATE, body)).status).toBe(413);
  const undeclared = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(body));
      controller.close();
    },
  });
  const response = await request(VALIDATE, { method: "POST", body: undeclared });
  expect(response.status).toBe(413);
  expect((await problemOf(response)).type).toBe("urn:ai-cdn:problem:too-large");
});

test("a body is JSON whatever its Content-Type says", async () => {
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/json", ""]) {
    const response = await post(VALIDATE, { version: "1.0" }, { headers: type === "" ? {} : { "content-type": type } });
    expect(response.status, type).toBe(200);
  }
});

test("every unknown field and every wrong type is named at once, with the nearest known field", async () => {
  const response = await post("/api/v1/templates/simple-web-app/customize", { nam: "x", scale_factor: "two", scael: 1 });
  expect(response.status).toBe(422);
  const { errors, detail } = await problemOf(response);
  expect(errors).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ pointer: "#/nam", code: "unknown_key", hint: 'Did you mean "name"?' }),
      expect.objectContaining({ pointer: "#/scale_factor", code: "invalid_type", detail: "Expected a number, got a text." }),
      expect.objectContaining({ pointer: "#/scael", code: "unknown_key" }),
    ]),
  );
  expect(detail).toContain("more; see errors");
});

test("an unknown query parameter is refused by name and said to be one", async () => {
  const response = await request("/api/v1/templates/?categry=web");
  expect(response.status).toBe(422);
  expect((await problemOf(response)).errors).toEqual([
    expect.objectContaining({ in: "query", pointer: "#/categry", hint: 'Did you mean "category"?' }),
  ]);
});

test("a method that an address does not take is a 405 that names the ones it takes", async () => {
  const response = await request("/api/v1/conversation/chat-stream");
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("POST");
  expect((await problemOf(response)).detail).toContain("POST");
  const templates = await request("/api/v1/templates/ha-web-app", { method: "PATCH" });
  expect(templates.headers.get("allow")?.split(", ").toSorted()).toEqual(["DELETE", "GET", "HEAD", "PUT"]);
});

test("an unknown address, template and deployment are three different problems", async () => {
  const kinds = await Promise.all(
    ["/api/v1/nothing", "/api/v1/templates/ha-web-ap", "/api/v1/deployments/none"].map(async (path) => {
      const response = await request(path);
      expect(response.status).toBe(404);
      return (await problemOf(response)).type;
    }),
  );
  expect(kinds).toEqual(["not-found", "unknown-template", "unknown-deployment"].map((kind) => `urn:ai-cdn:problem:${kind}`));
});

test("a trailing slash never matters", async () => {
  for (const path of ["/api/v1/templates", "/api/v1/templates/categories", "/api/v1/deployments", "/health"]) {
    const [bare, slash] = await Promise.all([request(path), request(`${path}/`)]);
    expect(bare.status, path).toBe(200);
    expect(await slash.text()).toBe(await bare.text());
  }
});

test("a fault on our side tells the client the request id and nothing else", async () => {
  const response = await request("/api/v1/deployments", {}, { DEPLOYMENT_QUEUE: "not a namespace" });
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).toContain("urn:ai-cdn:problem:internal");
  expect(text).not.toMatch(/getByName|TypeError|\.ts/);
});

test("answers carry security headers", async () => {
  const response = await request("/api/v1/templates");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(response.headers.get("x-frame-options")).toBe("SAMEORIGIN");
});
