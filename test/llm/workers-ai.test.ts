import { expect, test } from "vitest";
import type { ModelEvent, ModelRequest } from "../../src/llm/model.ts";
import { type AiBinding, workersAi } from "../../src/llm/workers-ai/workers-ai.ts";

const REQUEST: ModelRequest = {
  messages: [{ role: "user", content: "hi" }],
  task: {
    kind: "chat",
    intent: "general",
    message: "hi",
    history: [],
    candidates: [],
    origin: "http://localhost",
    today: "2026-11-22",
  },
};
const never = new AbortController().signal;

/** The binding needs an account, so it is stood in for at its documented surface; the answers are those of the service. */
async function eventsOf(run: AiBinding["run"], signal = never): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const batch of workersAi({ run }, "@cf/meta/llama").answer(REQUEST, signal)) events.push(...batch);
  return events;
}
const streamed = (text: string) => new Response(text, { headers: { "content-type": "text/event-stream" } });

test("Workers AI's own stream is read, with its padding, numbers and counts", async () => {
  const events = await eventsOf(async (model, input, options) => {
    expect(model).toBe("@cf/meta/llama");
    expect(input).toMatchObject({ stream: true, messages: REQUEST.messages });
    expect(options).toMatchObject({ returnRawResponse: true });
    return streamed(
      'data: {"response":"Hel","p":"abdefgh"}\n\ndata: {"response":10}\n\ndata: {"response":"","usage":{"prompt_tokens":5,"completion_tokens":2}}\n\ndata: [DONE]\n\n',
    );
  });
  expect(events).toEqual([
    { type: "text", text: "Hel" },
    { type: "text", text: "10" },
    { type: "usage", usage: { input_tokens: 5, output_tokens: 2 } },
    { type: "finish", reason: "stop", model: "@cf/meta/llama" },
  ]);
});

test("what Workers AI refuses is told apart, and a smaller model is asked without an output limit", async () => {
  const refuse = (status: number, message: string) =>
    eventsOf(async () => Response.json({ errors: [{ message }] }, { status }));
  expect(await refuse(429, "you have used up your daily free allocation of 10,000 neurons")).toMatchObject([
    { error: { code: "refused" } },
  ]);
  expect(await refuse(429, "Capacity temporarily exceeded")).toMatchObject([{ error: { code: "rate_limited" } }]);
  expect(await refuse(413, "Request is too large")).toMatchObject([{ error: { code: "context_too_long" } }]);
  const small = await eventsOf(async (_, input) =>
    "max_tokens" in input
      ? new Response("max_tokens is too large", { status: 400 })
      : streamed('data: {"response":"ok"}\n\ndata: [DONE]\n\n'),
  );
  expect(small.at(-1)?.type).toBe("finish");
});

test("a binding that does not mind its signal is not waited for", async () => {
  const gone = new AbortController();
  const events = eventsOf(() => new Promise(() => {}), gone.signal);
  gone.abort({ code: "timeout", message: "late" });
  expect(await events).toEqual([{ type: "error", error: { code: "timeout", message: "late" } }]);

  const stalled = new AbortController();
  const stall = eventsOf(async () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })), stalled.signal);
  await new Promise((resolve) => setTimeout(resolve, 10));
  stalled.abort({ code: "timeout", message: "late" });
  expect(await stall).toMatchObject([{ type: "error", error: { code: "timeout" } }]);
});
