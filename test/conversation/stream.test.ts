import { expect, test, vi } from "vitest";
import { collectEvents, eventStream, type Saying, type Translator } from "../../src/conversation/stream.ts";
import type { ModelEvent } from "../../src/llm/model.ts";
import { allEvents } from "../support/events.ts";

const options = { requestId: "r-1" };
const INTENT: Saying = { type: "intent", data: { intent: "general", confidence: 1 } };

const translator = (more: Partial<Translator> = {}): Translator => ({
  start: () => [INTENT],
  event: (event) => (event.type === "text" ? [{ type: "text", data: event.text }] : []),
  ...more,
});
const source = (...batches: ModelEvent[][]) =>
  new ReadableStream<ModelEvent[]>({
    start(controller) {
      for (const batch of batches) controller.enqueue(batch);
      controller.close();
    },
  });
const text = (text: string): ModelEvent => ({ type: "text", text });
const finish: ModelEvent = { type: "finish", reason: "stop", model: "m" };
const error: ModelEvent = { type: "error", error: { code: "cut", message: "m stopped." } };
const eventsOf = (model: ReadableStream<ModelEvent[]>, by = translator()) =>
  allEvents(new Response(eventStream(model, by, options)));

test("the first event leaves before the model is asked, and the model is asked without being waited for", async () => {
  let pulls = 0;
  const silent = new ReadableStream<ModelEvent[]>(
    {
      pull() {
        pulls++;
        return new Promise(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  const reader = eventStream(silent, translator(), options).getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe(`id: 1\ndata: ${JSON.stringify(INTENT)}\n\n`);
  expect(pulls).toBe(1);
  await reader.cancel();
});

test("events are numbered from 1 without a gap, and the last is done with the model's counts", async () => {
  const usage: ModelEvent = { type: "usage", usage: { input_tokens: 1, output_tokens: 2 } };
  const events = await eventsOf(
    source([text("a"), text("b")], [{ type: "alive" }], [text("c"), usage, { ...finish, attempts: 2 }]),
  );
  expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  expect(events.map(({ type }) => type)).toEqual(["intent", "text", "text", "text", "done"]);
  expect(events.at(-1)).toMatchObject({
    data: "complete",
    model: "m",
    attempts: 2,
    usage: { input_tokens: 1, output_tokens: 2 },
  });
  expect(events.at(-1)).toHaveProperty("ttft_ms", expect.any(Number));
});

test("a stream ends in exactly one done or error, and done needs the model's finish", async () => {
  const ends = async (...batches: ModelEvent[][]) =>
    (await eventsOf(source(...batches))).filter(({ type }) => type === "done" || type === "error");
  expect(await ends([text("a")])).toMatchObject([{ type: "error", code: "cut", request_id: "r-1" }]);
  expect(await ends()).toMatchObject([{ type: "error", code: "cut" }]);
  expect(await ends([text("a"), error])).toMatchObject([{ type: "error", code: "cut", data: "m stopped." }]);
  expect(await ends([finish, text("late"), error], [finish])).toMatchObject([{ type: "done" }]);
});

test("an error of the translator is the end, in place of done", async () => {
  const strict = translator({
    event: ({ type }) => (type === "finish" ? [{ type: "error", code: "invalid_blueprint", data: "No." }] : []),
  });
  const events = await eventsOf(source([finish]), strict);
  expect(events.slice(1)).toMatchObject([{ type: "error", code: "invalid_blueprint", request_id: "r-1" }]);
});

test("a translator that throws ends the stream in an error that keeps its secret", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const broken = translator({
    event() {
      throw new Error("secret");
    },
  });
  const events = await eventsOf(source([text("a")], [finish]), broken);
  expect(events.slice(1)).toMatchObject([{ type: "error", code: "internal", request_id: "r-1" }]);
  expect(JSON.stringify(events)).not.toContain("secret");
  expect(log.mock.calls.join()).toContain("secret");
  log.mockRestore();
});

test("an answer that the length limit stopped carries a warning", async () => {
  const events = await eventsOf(source([text("a"), { type: "finish", reason: "length", model: "m" }]));
  expect(events.slice(-2)).toMatchObject([{ type: "warning", code: "length" }, { type: "done" }]);
});

test("comments keep a silent stream alive, and stop with it", async () => {
  vi.useFakeTimers();
  try {
    const { readable, writable } = new TransformStream<ModelEvent[], ModelEvent[]>();
    const model = writable.getWriter();
    const chunks: string[] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of eventStream(readable, translator(), { ...options, heartbeatMs: 1_000 }))
        chunks.push(decoder.decode(chunk));
    })();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(chunks.slice(1)).toEqual([": \n\n", ": \n\n", ": \n\n"]);
    await model.write([text("a")]);
    await vi.advanceTimersByTimeAsync(900);
    expect(chunks).toHaveLength(5);
    await model.write([finish]);
    await reading;
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("cancelling the stream cancels the model and clears the timer", async () => {
  vi.useFakeTimers();
  try {
    const cancelled = vi.fn();
    const silent = new ReadableStream<ModelEvent[]>(
      { pull: () => new Promise(() => {}), cancel: cancelled },
      { highWaterMark: 0 },
    );
    const reader = eventStream(silent, translator(), options).getReader();
    await reader.read();
    await reader.cancel("gone");
    await vi.advanceTimersByTimeAsync(0);
    expect(cancelled).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a batch leaves as one chunk", async () => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of eventStream(source([text("a"), text("b"), finish]), translator(), options)) chunks.push(chunk);
  expect(chunks).toHaveLength(2);
});

test("a conversation read at once is the same as one that streams", async () => {
  for (const batches of [[[text("a")], [finish]], [[text("a"), error]], [[text("a")]], []] as ModelEvent[][][]) {
    const streamed = (await eventsOf(source(...batches))).map(({ id: _, ttft_ms: __, ...event }) => event);
    const collected = (await collectEvents(source(...batches), translator(), options)).map((event) => {
      const { ttft_ms: _, ...rest } = { ttft_ms: 0, ...event };
      return rest;
    });
    expect(collected).toEqual(streamed);
  }
});
