import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A language model in a process of its own that speaks Chat Completions at a set pace. The request's model names the pace:
 * `<tokens>x<ms between them>after<ms before the first>`. Each token holds the time it was written, as `@microseconds@` of the
 * system's monotonic clock.
 */

/** What the parent process is told when a client closed a stream before its end. */
export interface Closed {
  /** Microseconds of the monotonic clock. */
  closedAt: number;
}

export const microseconds = (): number => Number(process.hrtime.bigint() / 1000n);

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const { model, stream } = JSON.parse(body);
  const [tokens, interval, delay] = /^(\d+)x(\d+)after(\d+)$/.exec(model)?.slice(1).map(Number) ?? [];
  if (tokens === undefined || interval === undefined || delay === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.on("close", () => {
    if (!response.writableEnded) process.send?.({ closedAt: microseconds() } satisfies Closed);
  });
  if (stream !== true) {
    await sleep(delay + tokens * interval);
    const message = { role: "assistant", content: "word ".repeat(tokens) };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ model, choices: [{ index: 0, message, finish_reason: "stop" }] }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  response.write(chunk({ role: "assistant", content: "" }, null));
  await sleep(delay);
  const began = performance.now();
  for (let i = 0; i < tokens && !response.destroyed; i++) {
    response.write(chunk({ content: `@${microseconds()}@ ` }, null));
    const due = began + (i + 1) * interval - performance.now();
    if (due > 0) await sleep(due);
  }
  response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
});

if (process.send !== undefined) {
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
}
