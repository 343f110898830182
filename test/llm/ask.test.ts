import { expect, test } from "vitest";
import { ask, type Caller, type Extra } from "../../src/llm/http.ts";
import type { ModelEvent } from "../../src/llm/model.ts";
import { readChunk } from "../../src/llm/openai/wire.ts";

const ANSWER = 'data: {"choices":[{"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n';
const stream = () => new Response(ANSWER, { headers: { "content-type": "text/event-stream" } });
const EXTRAS: Extra[] = [
  { name: "stream_options", value: {}, refusal: /stream_options/ },
  { name: "response_format", value: {}, refusal: /schema/ },
];

/** A server that answers each body; what it was sent stands in `sent`. */
function server(respond: (body: Record<string, unknown>) => Response | Promise<Response>) {
  const sent: string[][] = [];
  const caller: Caller = {
    name: "m",
    async send(body) {
      sent.push(Object.keys(body));
      return respond(body);
    },
    readPiece: readChunk,
    refused: new Set(),
  };
  const events = async (signal = new AbortController().signal): Promise<ModelEvent[]> => {
    const all: ModelEvent[] = [];
    for await (const batch of ask(caller, { model: "m" }, EXTRAS, signal)) all.push(...batch);
    return all;
  };
  return { sent, events };
}

test("a field that the server refuses is left out, then and from then on", async () => {
  const { sent, events } = server((body) =>
    "stream_options" in body ? new Response("Unknown parameter: stream_options", { status: 400 }) : stream(),
  );
  expect((await events()).at(-1)?.type).toBe("finish");
  expect((await events()).at(-1)?.type).toBe("finish");
  expect(sent).toEqual([
    ["model", "stream_options", "response_format"],
    ["model", "response_format"],
    ["model", "response_format"],
  ]);
});

test("a refusal for another reason, or of everything, ends the answer", async () => {
  const { sent, events } = server(() => new Response("stream_options and schema are nothing", { status: 400 }));
  expect(await events()).toMatchObject([{ type: "error", error: { code: "refused" } }]);
  expect(sent).toHaveLength(2);
  const down = server(() => new Response("stream_options", { status: 500 }));
  expect(await down.events()).toMatchObject([{ type: "error", error: { code: "overloaded" } }]);
  expect(down.sent).toHaveLength(1);
});

test("a 200 that is no stream of events is an error that says what it was", async () => {
  const answers: [string, string, string, RegExp][] = [
    ["text/html", "<h1>Sign in</h1>", "invalid", /web page/],
    ["application/json", '{"choices":[]}', "invalid", /document/],
    ["application/x-ndjson", '{"done":false}\n{"done":true}\n', "invalid", /document/],
    ["application/json", '{"error":{"type":"rate_limit_error","message":"x"}}', "rate_limited", /requests/],
  ];
  for (const [type, text, code, message] of answers) {
    const { events } = server(() => new Response(text, { headers: { "content-type": type } }));
    expect(await events()).toEqual([{ type: "error", error: { code, message: expect.stringMatching(message) } }]);
  }
});

test("a stream without a content type is read, for some servers send none", async () => {
  const { events } = server(() => new Response(new TextEncoder().encode(ANSWER)));
  expect((await events()).at(-1)?.type).toBe("finish");
});

test("a server that cannot be reached is an error, and an endless refusal is not read to its end", async () => {
  const { events } = server(() => Promise.reject(new TypeError("Network connection lost.")));
  expect(await events()).toMatchObject([{ type: "error", error: { code: "unreachable" } }]);
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  const flood = server(() => new Response(endless, { status: 503 }));
  expect(await flood.events()).toMatchObject([{ type: "error", error: { code: "overloaded" } }]);
});

test("the reason of an abort becomes the error, even when the upstream does not mind its signal", async () => {
  const { events } = server(() => new Promise<Response>(() => {}));
  const late = { code: "timeout", message: "too late" };
  expect(await events(AbortSignal.abort(late))).toEqual([{ type: "error", error: late }]);
});
