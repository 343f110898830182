import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvent } from "../../src/llm/anthropic/wire.ts";
import type { ModelEvent } from "../../src/llm/model.ts";
import { readChunk } from "../../src/llm/openai/wire.ts";
import { MAX_EVENT_CHARS, type ReadPiece, readAnswer } from "../../src/llm/wire.ts";

const encoder = new TextEncoder();
const never = new AbortController().signal;

/** A body that arrives in these pieces. `cut`: it breaks after them instead of ending. */
function body(pieces: Uint8Array[], { cut = false } = {}): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece !== undefined) controller.enqueue(piece);
      else if (cut) controller.error(new TypeError("Network connection lost."));
      else controller.close();
    },
  });
}

async function eventsOf(text: string | Uint8Array[], read: ReadPiece = readChunk, options = {}): Promise<ModelEvent[]> {
  const pieces = typeof text === "string" ? [encoder.encode(text)] : text;
  const events: ModelEvent[] = [];
  for await (const batch of readAnswer(body(pieces, options), "m", read, never)) events.push(...batch);
  return events;
}

const meaningful = (events: ModelEvent[]) => events.filter(({ type }) => type !== "alive");
const textOf = (events: ModelEvent[]) => events.map((event) => (event.type === "text" ? event.text : "")).join("");
const content = (text: unknown) => `data: ${JSON.stringify({ choices: [{ delta: { content: text } }] })}\n\n`;
const stopped = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n';
const done = "data: [DONE]\n\n";

describe("a streamed answer", () => {
  const words = ["plain", "Größe ", "構成", "🚀👩‍👩‍👧", '"quoted"\\n', "\u2028"];
  const wire = {
    "Chat Completions": [readChunk, `\uFEFF: hi\n\n${words.map(content).join(":\n\n")}${stopped}${usage}${done}`],
    Messages: [
      readEvent,
      [
        { type: "message_start", message: { model: "m", usage: { input_tokens: 3, output_tokens: 1 } } },
        ...words.map((text) => ({ type: "content_block_delta", delta: { type: "text_delta", text } })),
        { type: "ping" },
        { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
        { type: "message_stop" },
      ]
        .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
        .join(""),
    ],
  } as const;
  const whole: ModelEvent[] = [
    ...words.map((text): ModelEvent => ({ type: "text", text })),
    { type: "usage", usage: { input_tokens: 3, output_tokens: 4 } },
    { type: "finish", reason: "stop", model: "m" },
  ];

  for (const [name, [read, text]] of Object.entries(wire)) {
    for (const [ending, newline] of Object.entries({ LF: "\n", CRLF: "\r\n", CR: "\r" })) {
      const bytes = encoder.encode(text.replaceAll("\n", newline));

      test(`of ${name} with ${ending} reads the same when split at any one byte`, async () => {
        for (let at = 0; at <= bytes.length; at++) {
          expect(meaningful(await eventsOf([bytes.slice(0, at), bytes.slice(at)], read))).toEqual(whole);
        }
      });

      test(`of ${name} with ${ending} reads the same in pieces of any sizes`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
            const pieces: Uint8Array[] = [];
            for (let at = 0, i = 0; at < bytes.length; i++) {
              const size = sizes[i % sizes.length] ?? 1;
              pieces.push(bytes.slice(at, at + size));
              at += size;
            }
            expect(meaningful(await eventsOf(pieces, read))).toEqual(whole);
          }),
          { numRuns: 50 },
        );
      });
    }

    test(`of ${name} is never complete when cut anywhere before its end, and never throws`, async () => {
      const bytes = encoder.encode(text);
      const lastWord = text.indexOf(name === "Messages" ? "stop_reason" : '"finish_reason"');
      const end = encoder.encode(text.slice(0, lastWord)).length;
      for (const cut of [true, false]) {
        for (let at = 0; at <= end; at += 7) {
          const events = await eventsOf([bytes.slice(0, at)], read, { cut });
          expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "cut" } });
          expect(events.filter(({ type }) => type === "error" || type === "finish")).toHaveLength(1);
        }
      }
    });
  }

  test("is read whatever JSON stands in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.json(), { maxLength: 5 }), fc.constantFrom(readChunk, readEvent), async (values, read) => {
        const events = await eventsOf(values.map((value) => `data: ${value}\n\n`).join(""), read);
        expect(["error", "finish"]).toContain(events.at(-1)?.type);
      }),
    );
  });

  test("needs no [DONE] after a finish reason, and none of the last blank line", async () => {
    const finish = { type: "finish", reason: "stop", model: "m" };
    expect((await eventsOf(content("a") + stopped)).at(-1)).toEqual(finish);
    expect((await eventsOf(`${content("a")}${stopped.trimEnd()}`)).at(-1)).toEqual(finish);
    expect((await eventsOf(`${content("a")}data:  [DONE] `)).at(-1)).toEqual(finish);
  });

  test("goes on over malformed events and says how many were left out", async () => {
    const events = meaningful(await eventsOf(`${content("a")}data: {"cho\n\ndata: 7\n\n${content("b")}${stopped}${done}`));
    expect(textOf(events)).toBe("ab");
    expect(events.at(-2)).toMatchObject({ type: "warning", code: "skipped_events" });
    expect(events.at(-2)).toHaveProperty("message", expect.stringContaining("2 unreadable pieces"));
  });

  test("keeps tokens that came as numbers", async () => {
    expect(textOf(await eventsOf(content("[") + content(1) + content(0) + content("]") + done))).toBe("[10]");
  });

  test("is not doubled where a server says it in two formats at once", async () => {
    const both = 'data: {"choices":[{"delta":{"content":"a"}}],"response":"a"}\n\n';
    expect(textOf(await eventsOf(both + done))).toBe("a");
    expect(textOf(await eventsOf(`data: {"response":"b"}\n\n${done}`))).toBe("b");
  });

  test("tells reasoning from text", async () => {
    const thinking = 'data: {"choices":[{"delta":{"reasoning_content":"hm","content":null}}]}\n\n';
    expect(meaningful(await eventsOf(thinking + content("a") + done)).slice(0, 2)).toEqual([
      { type: "thinking", text: "hm" },
      { type: "text", text: "a" },
    ]);
  });

  test("takes the last counts, from whichever event has them", async () => {
    const early = 'data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n';
    const late = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"completion_tokens":2}}\n\n';
    const events = await eventsOf(early + late + done);
    expect(events.filter(({ type }) => type === "usage")).toEqual([
      { type: "usage", usage: { input_tokens: 3, output_tokens: 2 } },
    ]);
  });

  test("ends in the error that the stream holds, without the upstream's words", async () => {
    const cases = [
      ['data: {"error":{"message":"secret","type":"overloaded_error"}}', "overloaded"],
      ['data: {"error":{"message":"secret","code":429}}', "rate_limited"],
      ['data: {"error":{"message":"maximum context length is 5","code":400}}', "context_too_long"],
      ['event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"secret"}}', "rate_limited"],
      ["event: error\ndata: secret", "overloaded"],
      ['data: {"object":"error","message":"secret","code":503}', "overloaded"],
      ['data: {"choices":[{"delta":{},"finish_reason":"content_filter"}]}\n\ndata: [DONE]', "content_filter"],
      ['data: {"choices":[{"delta":{},"finish_reason":"error"}]}', "overloaded"],
    ];
    for (const [event, code] of cases) {
      const events = await eventsOf(`${content("a")}${event}\n\n${content("b")}${done}`);
      expect(events.at(-1)).toMatchObject({ type: "error", error: { code } });
      expect(JSON.stringify(events)).not.toContain("secret");
    }
  });

  test("that is empty is no answer", async () => {
    expect((await eventsOf(stopped + done)).at(-1)).toMatchObject({ type: "error", error: { code: "invalid" } });
  });

  test("says when it was stopped by the length limit", async () => {
    const length = 'data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\n';
    expect((await eventsOf(content("a") + length + done)).at(-1)).toMatchObject({ type: "finish", reason: "length" });
    const event = { type: "message_delta", delta: { stop_reason: "refusal" } };
    expect(
      (await eventsOf(`data: ${JSON.stringify(event)}\n\ndata: {"type":"message_stop"}\n\n`, readEvent)).at(-1),
    ).toMatchObject({
      error: { code: "content_filter" },
    });
  });

  test("holds no event larger than the cap, and is let go when one comes", async () => {
    let read = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        read += 64 * 1024;
        controller.enqueue(encoder.encode(`${read === 64 * 1024 ? "data: " : ""}${"x".repeat(64 * 1024)}`));
      },
      cancel() {
        cancelled = true;
      },
    });
    const events: ModelEvent[] = [];
    for await (const batch of readAnswer(endless, "m", readChunk, never)) events.push(...batch);
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "invalid" } });
    expect(read).toBeLessThan(MAX_EVENT_CHARS + 256 * 1024);
    expect(cancelled).toBe(true);
  });

  test("shows signs of life that say nothing", async () => {
    const batches: ModelEvent[][] = [];
    const pieces = [": ping\n\n", content("a"), done].map((text) => encoder.encode(text));
    for await (const batch of readAnswer(body(pieces), "m", readChunk, never)) batches.push(batch);
    expect(batches[0]).toEqual([{ type: "alive" }]);
  });
});
