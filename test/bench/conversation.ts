import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { open, quantile, type Run, readStream } from "./client.ts";
import { aiCdn, direct, type Gateway, portkey } from "./gateways.ts";
import { type Closed, microseconds } from "./model.ts";

/** Measures streams through this Worker, through a peer and through nothing, in one run. Prints; asserts nothing. */

const model = fork(new URL("model.ts", import.meta.url), { stdio: "inherit" });
const [{ port }] = (await once(model, "message")) as [{ port: number }];
const modelUrl = `http://127.0.0.1:${port}/v1`;
const gateways = [direct(modelUrl), await aiCdn(modelUrl), await portkey(modelUrl)].filter((gateway) => gateway !== undefined);

console.log(`Node ${process.versions.node}, ${availableParallelism()} cores, loopback; one run, milliseconds unless said.\n`);
try {
  // Warms up every gateway; one that does not get a stream through is not worth measuring.
  for (const gateway of gateways) {
    const runs = await streams(gateway, "20x5after0", 8);
    if (!runs.every(({ complete }) => complete)) throw new Error(`${gateway.name} does not pass a stream on`);
  }

  await table("First byte, the model's first token after 300 ms", ["p50", "p99"], async (gateway) => {
    const runs = await series(gateway, "3x1after300", 40);
    return quantiles(runs.map(({ firstByteMs }) => firstByteMs));
  });
  await table("8 streams × 300 events at 5 ms: latency of an event", ["p50", "p99", "CPU µs an event", "complete"], (gateway) =>
    load(gateway, "300x5after0", 8),
  );
  await table("500 streams × 40 events at 250 ms", ["p50", "p99", "CPU µs an event", "complete"], (gateway) =>
    load(gateway, "40x250after0", 500),
  );
  await table("Client reset → model's connection closed, while it speaks", ["p50", "max"], (gateway) =>
    resets(gateway, "1000x5after0"),
  );
  await table("Client reset → model's connection closed, before its first token", ["p50", "max"], (gateway) =>
    resets(gateway, "1x1after60000"),
  );
  await blockingAgainstStreaming();
} finally {
  for (const gateway of gateways) await gateway.stop();
  model.kill();
}

async function streams(gateway: Gateway, pace: string, count: number): Promise<Run[]> {
  const endpoint = await gateway.endpoint(pace);
  return Promise.all(Array.from({ length: count }, () => readStream(endpoint)));
}

async function series(gateway: Gateway, pace: string, count: number): Promise<Run[]> {
  const endpoint = await gateway.endpoint(pace);
  await readStream(endpoint);
  const runs: Run[] = [];
  for (let i = 0; i < count; i++) runs.push(await readStream(endpoint));
  return runs;
}

async function load(gateway: Gateway, pace: string, count: number): Promise<string[]> {
  await readStream(await gateway.endpoint(pace));
  const before = await gateway.cpu?.();
  const runs = await streams(gateway, pace, count);
  const after = await gateway.cpu?.();
  const latencies = runs.flatMap(({ latenciesMs }) => latenciesMs);
  const cpu = before === undefined || after === undefined ? "–" : ((after - before) / latencies.length).toFixed(0);
  const complete = runs.filter((run) => run.complete).length;
  return [...quantiles(latencies), cpu, `${complete}/${count}`];
}

/** Times from resetting the client's socket to the close of the model's. */
async function resets(gateway: Gateway, pace: string): Promise<string[]> {
  const endpoint = await gateway.endpoint(pace);
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const client = open(endpoint, (response) => response.on("error", () => {}).resume());
    client.on("error", () => {});
    await sleep(150);
    const left = microseconds();
    client.socket?.resetAndDestroy();
    const closed = await once(model, "message", { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    const [message] = (closed ?? []) as [Closed?];
    times.push(message === undefined ? Number.POSITIVE_INFINITY : (message.closedAt - left) / 1000);
  }
  return [quantile(times, 0.5), Math.max(...times)].map((ms) => (Number.isFinite(ms) ? ms.toFixed(1) : "> 2000"));
}

/** The comparison every user feels: the same model, which takes five seconds, asked for one answer and for a stream. */
async function blockingAgainstStreaming(): Promise<void> {
  const [, ours] = gateways;
  if (ours === undefined) return;
  const stream = await ours.endpoint("98x50after100");
  const streaming = await readStream(stream);
  const blocking = await readStream({ ...stream, url: stream.url.replace("chat-stream", "chat") });
  print(
    "A model that takes 5 s",
    ["first byte", "total"],
    [
      ["blocking", blocking.firstByteMs.toFixed(0), blocking.totalMs.toFixed(0)],
      ["streaming", streaming.firstByteMs.toFixed(0), streaming.totalMs.toFixed(0)],
    ],
  );
  const text = streaming.latenciesMs.length > 0 ? "its first token follows after the model's own 100 ms" : "no token came";
  console.log(`The stream's first byte is the intent; ${text}.`);
}

function quantiles(values: readonly number[]): string[] {
  return [0.5, 0.99].map((share) => quantile(values, share).toFixed(2));
}

async function table(title: string, columns: string[], measure: (gateway: Gateway) => Promise<string[]>): Promise<void> {
  const rows: string[][] = [];
  for (const gateway of gateways) rows.push([gateway.name, ...(await measure(gateway))]);
  print(title, columns, rows);
}

function print(title: string, columns: string[], rows: string[][]): void {
  const all = [["", ...columns], ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i + 1]?.length ?? 0)));
  console.log(title);
  for (const [name = "", ...cells] of all)
    console.log(`  ${name.padEnd(16)}${cells.map((cell, i) => cell.padStart((widths[i] ?? 0) + 3)).join("")}`);
  console.log();
}
