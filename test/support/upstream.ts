import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dialect, dialectOf } from "./upstream-dialects.ts";

/** A language model that misbehaves on demand: a real HTTP server that speaks Chat Completions and Messages. */

/** The whole answer of a model that behaves. Holds two, three and four byte characters. */
export const ANSWER = Array.from({ length: 40 }, (_, i) => (i % 8 === 7 ? `wörd ${i} 構成 🚀 ` : `word${i} `));
export const ANSWER_TEXT = ANSWER.join("");
export const USAGE = { input_tokens: 12, output_tokens: ANSWER.length };

/** One request as the server saw it. */
export interface Seen {
  model: string;
  /** Milliseconds of `performance.now()`. */
  at: number;
  headers: IncomingMessage["headers"];
  body: { messages: { role: string; content: string }[]; [key: string]: unknown };
  /** Tokens written so far. */
  tokens: number;
  /** When the connection closed, as `at`. */
  closed: Promise<number>;
}

export interface Exchange {
  seen: Seen;
  /** From 1: how often this model was asked since it was told how to behave. */
  attempt: number;
  response: ServerResponse;
  socket: Socket;
  dialect: Dialect;
}

export type Behaviour = (exchange: Exchange) => Promise<void> | void;

/** Everything an upstream does to its clients. */
export const BEHAVIOURS = {
  ok: (x) => speak(x),
  /** A token each 20 ms, for two seconds. */
  steady: (x) => speak(x, { tokens: Array.from({ length: 100 }, (_, i) => `t${i} `), interval: 20 }),
  rate_limited_once: (x) => (x.attempt === 1 ? refuse(x, 429, { "retry-after": "1" }) : speak(x)),
  rate_limited_for_an_hour: (x) => refuse(x, 429, { "retry-after": "3600" }),
  rate_limited: (x) => refuse(x, 429),
  failing_once: (x) => (x.attempt === 1 ? refuse(x, 500) : speak(x)),
  overloaded: (x) => refuse(x, 503),
  reset_once: (x) => (x.attempt === 1 ? reset(x) : speak(x)),
  reset: (x) => reset(x),
  silent: () => {},
  headers_only: (x) => begin(x),
  slow_first_token: async (x) => {
    begin(x);
    await sleep(5_000);
    await speak(x);
  },
  /** Reset in the middle: the client's read fails. */
  cut: async (x) => {
    await write(x, ANSWER.slice(0, 20));
    await sleep(20);
    reset(x);
  },
  /** Ended in the middle, as if all were well: the client's read sees the end. */
  ended_early: async (x) => {
    await write(x, ANSWER.slice(0, 20));
    x.response.end();
  },
  stall: (x) => write(x, ANSWER.slice(0, 20)),
  malformed: async (x) => {
    await write(x, ANSWER.slice(0, 10));
    x.response.write('data: {"choices":[{"delta":{"content":"hal\n\n');
    await write(x, ANSWER.slice(10));
    end(x);
  },
  garbage: async (x) => {
    begin(x);
    x.response.end("<<<>>>\n\ndata: not json\n\ndata: 7\n\n");
  },
  no_done: async (x) => {
    await write(x, ANSWER);
    x.response.end(x.dialect.stop("stop", USAGE));
  },
  /** Says that it is done, and keeps the connection open for ever. */
  never_ends: async (x) => {
    await write(x, ANSWER);
    x.response.write(x.dialect.stop("stop", USAGE));
  },
  empty: (x) => speak(x, { tokens: [] }),
  error_event: async (x) => {
    await write(x, ANSWER.slice(0, 20));
    x.response.end(x.dialect.error("overloaded_error", "Overloaded: upstream-secret"));
  },
  error_event_first: (x) => {
    begin(x);
    x.response.end(x.dialect.error("server_error", "no capacity: upstream-secret"));
  },
  context_too_long: (x) => refuse(x, 400, {}, "context_length_exceeded", "maximum context length is 8 tokens: upstream-secret"),
  content_filter: (x) => refuse(x, 400, {}, "content_policy_violation", "flagged: upstream-secret"),
  content_filter_late: async (x) => {
    await write(x, ANSWER.slice(0, 20));
    x.response.end(x.dialect.stop("filtered", USAGE) + x.dialect.end);
  },
  length: async (x) => {
    await write(x, ANSWER.slice(0, 20));
    x.response.end(x.dialect.stop("length", USAGE) + x.dialect.end);
  },
  unauthorized: (x) => refuse(x, 401, {}, "invalid_api_key", "bad key upstream-secret"),
  /** Refuses a conversation that ends with the assistant's words. */
  no_prefill: (x) =>
    x.seen.body.messages.at(-1)?.role === "assistant"
      ? refuse(x, 400, {}, "invalid_request_error", "prefill is not supported")
      : speak(x),
  no_stream_options: (x) =>
    "stream_options" in x.seen.body ? refuse(x, 400, {}, "unknown_field", "Unknown parameter: stream_options") : speak(x),
  html: (x) => x.response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>") && undefined,
  document: (x) => x.response.writeHead(200, { "content-type": "application/json" }).end('{"choices":[]}') && undefined,
  /** Every byte alone, so that characters, lines and events are split everywhere. */
  dribble: async (x) => {
    const bytes = Buffer.from(whole(x, ANSWER.slice(0, 12)));
    begin(x);
    x.socket.setNoDelay(true);
    for (const byte of bytes) {
      x.response.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    x.response.end();
  },
  crlf: async (x) => {
    begin(x);
    x.response.end(whole(x, ANSWER).replaceAll("\n", "\r\n"));
  },
  cr: async (x) => {
    begin(x);
    x.response.end(whole(x, ANSWER).replaceAll("\n", "\r"));
  },
  comments: async (x) => {
    begin(x);
    x.response.write("\uFEFF: PROCESSING\n\n:\n\n");
    await write(x, ANSWER.slice(0, 10));
    x.response.write(": ping - 2\n\n\n\n\n");
    await write(x, ANSWER.slice(10));
    end(x);
  },
  /** Comments for longer than the idle limit of the tests, in the middle of the answer. */
  pings: async (x) => {
    await write(x, ANSWER.slice(0, 10));
    for (let i = 0; i < 16; i++) {
      await sleep(100);
      x.response.write(x.dialect.ping);
    }
    await write(x, ANSWER.slice(10));
    end(x);
  },
  huge_line: async (x) => {
    begin(x);
    x.response.write(`data: {"choices":[{"delta":{"content":"${"x".repeat(1024 * 1024)}`);
    await sleep(50);
    x.response.end(`"}}]}\n\n${x.dialect.end}`);
  },
} satisfies Record<string, Behaviour>;
export type BehaviourName = keyof typeof BEHAVIOURS;

export interface FaultyUpstream {
  /** The base for `LLM_BASE_URL`, ends in `/v1`. */
  url: string;
  /** The base for `ANTHROPIC_BASE_URL`. */
  origin: string;
  /** All requests since the last `behave`. */
  seen: Seen[];
  /** How each model behaves from now on; the others are `ok`. Forgets what was seen. */
  behave(behaviours: Record<string, BehaviourName | Behaviour>): void;
  close(): Promise<void>;
}

export async function startUpstream(port = 0): Promise<FaultyUpstream> {
  let behaviours: Record<string, BehaviourName | Behaviour> = {};
  let attempts = new Map<string, number>();
  const seen: Seen[] = [];

  const server = createServer(async (request, response) => {
    const at = performance.now();
    const { socket } = request;
    const closed = once(response, "close").then(() => performance.now());
    try {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
      const { model } = body;
      const attempt = (attempts.get(model) ?? 0) + 1;
      attempts.set(model, attempt);
      const exchange: Exchange = {
        seen: { model, at, headers: request.headers, body, tokens: 0, closed },
        attempt,
        response,
        socket,
        dialect: dialectOf(request.url ?? "", model),
      };
      seen.push(exchange.seen);
      const behaviour = behaviours[model] ?? "ok";
      await (typeof behaviour === "function" ? behaviour : BEHAVIOURS[behaviour])(exchange);
    } catch (error) {
      // The client went away in the middle, as some tests want it to.
      if (!response.destroyed) throw error;
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/v1`,
    origin,
    seen,
    behave(next) {
      behaviours = next;
      attempts = new Map();
      seen.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function begin({ response, dialect }: Exchange): void {
  if (response.headersSent) return;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(dialect.begin);
}

async function write(x: Exchange, tokens: readonly string[], interval = 0): Promise<void> {
  begin(x);
  for (const token of tokens) {
    if (x.response.destroyed) return;
    if (!x.response.write(x.dialect.text(token))) await once(x.response, "drain");
    x.seen.tokens++;
    if (interval > 0) await sleep(interval);
  }
}

function end({ response, dialect }: Exchange): void {
  response.end(dialect.stop("stop", USAGE) + dialect.end);
}

async function speak(x: Exchange, { tokens = ANSWER, interval = 0 }: { tokens?: readonly string[]; interval?: number } = {}) {
  await write(x, tokens, interval);
  end(x);
}

function whole({ dialect }: Exchange, tokens: readonly string[]): string {
  return tokens.map((token) => dialect.text(token)).join("") + dialect.stop("stop", USAGE) + dialect.end;
}

function refuse(
  { response }: Exchange,
  status: number,
  headers = {},
  code = "server_error",
  message = "upstream-secret",
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ type: "error", error: { type: code, code, message } }));
}

function reset({ socket }: Exchange): void {
  socket.resetAndDestroy();
}
