import { describe, expect, test } from "vitest";
import type { Resource } from "../../src/blueprints/schema.ts";
import type { ConversationEvent } from "../../src/conversation/events.ts";
import { type Answer, ended, hear, nothingYet, stopped } from "../../src/ui/answer.ts";

const listen = (...events: ConversationEvent[]): Answer => events.reduce(hear, nothingYet);
const done: ConversationEvent = { type: "done", data: "complete", model: "m", attempts: 1, ttft_ms: 5 };
const db: Resource = { type: "service", name: "db", provider: "docker", specs: { image: "postgres:18" }, dependencies: [] };

describe("an answer grows out of events", () => {
  test("text and thinking are put together in their order, apart from each other", () => {
    const answer = listen(
      { type: "intent", data: { intent: "explain", confidence: 0.9 } },
      { type: "thinking", data: "hm" },
      { type: "text", data: "It " },
      { type: "thinking", data: "m" },
      { type: "text", data: "runs." },
      done,
    );
    expect(answer).toMatchObject({ state: "done", intent: "explain", text: "It runs.", thinking: "hmm", model: "m" });
  });

  test("tokens are those read and those written", () => {
    expect(listen({ ...done, usage: { input_tokens: 30, output_tokens: 12 } }).tokens).toBe(42);
    expect(listen(done).tokens).toBeUndefined();
  });

  test("resources show before the blueprint is whole", () => {
    const drawing = listen({ type: "resource", data: db });
    expect(drawing.resources).toEqual([db]);
    expect(drawing.blueprint).toBeUndefined();
    const blueprint = { version: "1.0" as const, name: "shop", description: "", resources: [db, { ...db, name: "db2" }] };
    expect(hear(drawing, { type: "blueprint", data: blueprint })).toMatchObject({ blueprint, resources: blueprint.resources });
  });

  test("a restart drops what the first model said and keeps the intent and the warnings", () => {
    const answer = listen(
      { type: "intent", data: { intent: "create_blueprint", confidence: 1 } },
      { type: "warning", data: "careful", code: "c" },
      { type: "text", data: "half a sen" },
      { type: "thinking", data: "hm" },
      { type: "resource", data: db },
      { type: "restart", data: "The model went away; another one starts over." },
    );
    expect(answer).toMatchObject({ text: "", thinking: "", resources: [], intent: "create_blueprint", warnings: ["careful"] });
    expect(answer.status).toContain("another one");
    expect(hear(answer, { type: "text", data: "New." }).text).toBe("New.");
  });

  test("an error carries the request id and keeps the text so far", () => {
    const answer = listen({ type: "text", data: "So far" }, { type: "error", data: "No model.", code: "x", request_id: "r-1" });
    expect(answer).toMatchObject({ state: "failed", text: "So far", failure: { message: "No model.", requestId: "r-1" } });
  });

  test("an event of a kind that is not known yet changes nothing", () => {
    const answer = listen({ type: "text", data: "a" });
    expect(hear(answer, { type: "sparkle", data: 1 } as unknown as ConversationEvent)).toBe(answer);
  });
});

describe("an answer that did not end by itself", () => {
  test("was cut when the connection ended: that is a failure", () => {
    expect(ended(listen({ type: "text", data: "So far" }))).toMatchObject({ state: "failed", text: "So far" });
    expect(ended(nothingYet).state).toBe("failed");
  });

  test("is stopped when the user stopped it, and keeps its text", () => {
    expect(stopped(listen({ type: "text", data: "So far" }))).toMatchObject({ state: "stopped", text: "So far" });
  });

  test("is neither when it had its end", () => {
    const complete = listen(done);
    expect(ended(complete)).toBe(complete);
    expect(stopped(complete)).toBe(complete);
  });
});
