import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { blueprintSchema } from "../../src/blueprints/schema.ts";
import { type ConversationEvent, conversationEventSchema } from "../../src/conversation/events.ts";
import { request } from "../support/request.ts";

const BASE = "http://localhost/api/v1/conversation";

async function post(path: string, body: unknown): Promise<Response> {
  return exports.default.fetch(`${BASE}/${path}`, { method: "POST", body: JSON.stringify(body) });
}

/** The events of a stream, each read and checked as the brief's clients read them: one `data: ` line of JSON. */
async function events(path: string, body: unknown): Promise<ConversationEvent[]> {
  const response = await post(path, body);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => conversationEventSchema.parse(JSON.parse(line.slice(6))));
}

const types = (list: ConversationEvent[]) => [...new Set(list.map(({ type }) => type))];

describe("chat-stream", () => {
  test("begins with the intent, streams words and ends in done", async () => {
    const list = await events("chat-stream", { message: "I need a high-availability web application", context: {} });
    expect(list[0]).toMatchObject({ type: "intent", data: { intent: "create_blueprint" } });
    expect(types(list)).toEqual(["intent", "text", "resource", "blueprint", "done"]);
    expect(list.filter(({ type }) => type === "text").length).toBeGreaterThan(20);
    expect(list.at(-1)).toMatchObject({ type: "done", data: "complete" });
  });

  test("sends each piece of text as a chunk of its own", async () => {
    const response = await post("chat-stream", { message: "Create a microservices platform" });
    const chunks: string[] = [];
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
    const texts = chunks.map((chunk) => chunk.split("\n").filter((line) => line.startsWith('data: {"type":"text"')).length);
    expect(Math.max(...texts)).toBe(1);
    expect(chunks[0]).toContain('"type":"intent"');
    expect(chunks[0]).not.toContain('"type":"text"');
  });
});

test("a large event is written apart: no chunk holds the beginning of a data line without its end", async () => {
  const response = await post("chat-stream", { message: "Use the ha-web-app template" });
  const chunks: string[] = [];
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) chunks.push(chunk);
  expect(chunks.filter((chunk) => chunk.endsWith("\ndata")).length).toBeGreaterThan(0);
  const whole = chunks.filter((chunk) => chunk.startsWith("id: ") && !chunk.endsWith("\ndata"));
  expect(whole.filter((chunk) => !chunk.endsWith("\n\n") || chunk.length > 5000)).toEqual([]);
  const ids = [...chunks.join("").matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  expect(ids).toEqual(ids.map((_, index) => index + 1));
});

describe("generate-blueprint-stream", () => {
  test("tells the work's progress, its words, each resource and the valid whole", async () => {
    const list = await events("generate-blueprint-stream", {
      description: "Kubernetes microservices platform with monitoring",
    });
    expect(list[0]).toEqual({ type: "status", data: "Analyzing requirements..." });
    expect(types(list).slice(0, 3)).toEqual(["status", "text", "resource"]);
    const blueprint = list.find((event) => event.type === "blueprint");
    expect(blueprintSchema.safeParse(blueprint?.data).success).toBe(true);
    expect(list.filter(({ type }) => type === "resource")).toHaveLength(blueprint?.data.resources.length ?? -1);
    expect(list.at(-1)?.type).toBe("done");
  });
});

describe("one answer at once", () => {
  test("a chat answers with intent, message and blueprint", async () => {
    const answer = await (
      await post("chat", { message: "Use the ha-web-app template but increase capacity for 100k users" })
    ).json();
    expect(answer).toMatchObject({
      intent: "customize_template",
      confidence: expect.any(Number),
      message: expect.stringMatching(/\w/),
      blueprint: { metadata: { template: "ha-web-app" } },
      model: expect.any(String),
      warnings: [],
    });
  });

  test("a generation answers with the blueprint", async () => {
    const answer = (await (await post("generate-blueprint", { description: "postgres with failover" })).json()) as {
      blueprint: unknown;
    };
    expect(blueprintSchema.safeParse(answer.blueprint).success).toBe(true);
  });
});

describe("what is wrong with a request is said at once", () => {
  test("every unknown or missing field is named", async () => {
    const response = await post("chat", { mesage: "hello" });
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(["#/mesage", "#/message"]);
  });

  test.each([
    ["an empty message", { message: "  " }, "#/message"],
    ["a message of 16,001 characters", { message: "x".repeat(16_001) }, "#/message"],
    ["a history of 101 turns", { message: "x", history: Array(101).fill({ role: "user", content: "x" }) }, "#/history"],
    ["an unknown role", { message: "x", history: [{ role: "system", content: "x" }] }, "#/history/0/role"],
    ["an unknown template", { message: "x", context: { template_id: "nope" } }, "#/context/template_id"],
    ["an invalid blueprint", { message: "x", context: { blueprint: { version: "1.0" } } }, "#/context/blueprint/name"],
  ])("%s is refused with its pointer, before anything streams", async (_, body, pointer) => {
    const response = await post("chat-stream", body);
    expect(response.status).toBe(422);
    const { errors } = (await response.json()) as { errors: { pointer: string }[] };
    expect(errors.map((error) => error.pointer)).toContain(pointer);
  });
});

describe("a caller who asks too often", () => {
  const ask = (settings: Record<string, string>, headers: Record<string, string> = {}) =>
    request("/api/v1/conversation/chat", { method: "POST", body: '{"message": "hi"}', headers }, settings);
  /** One more than wrangler.toml allows in a minute; two windows may meet in between. */
  const OFTEN = 121;

  test("is told to wait where callers are told apart by tokens", async () => {
    const token = "a-token-of-enough-length";
    const statuses: number[] = [];
    let refused: Response | undefined;
    for (let count = 0; count < OFTEN && refused === undefined; count++) {
      const response = await ask({ API_TOKENS: `busy:chat:${token}` }, { authorization: `Bearer ${token}` });
      statuses.push(response.status);
      if (response.status === 429) refused = response;
    }
    expect(statuses[0]).toBe(200);
    expect(refused?.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await refused?.json()).toMatchObject({ type: "urn:ai-cdn:problem:too-many-requests" });
  });

  test("is served on a machine of one's own", async () => {
    const responses = await Promise.all(Array.from({ length: OFTEN }, () => ask({})));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

test("a token without the scope chat is refused", async () => {
  const token = "a-token-of-enough-length";
  const response = await request(
    "/api/v1/conversation/chat",
    { method: "POST", body: '{"message": "hi"}', headers: { authorization: `Bearer ${token}` } },
    { API_TOKENS: `reader:read:${token}` },
  );
  expect(response.status).toBe(403);
});
