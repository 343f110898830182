import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../support/worker.ts";
import { bundleWorker, startBareWorker } from "../support/workerd.ts";
import type { Endpoint } from "./client.ts";

/** What stands between the client and the model in one column of the table. */
export interface Gateway {
  name: string;
  /** A stream of the model that this pace names. */
  endpoint(pace: string): Promise<Endpoint>;
  /** CPU time used so far, in microseconds; undefined where there is no process in between. */
  cpu?(): Promise<number>;
  stop(): Promise<void>;
}

const PORTKEY = "@portkey-ai/gateway@1.15.2";
const run = promisify(execFile);

/**
 * As published, 1.15.2 fails every stream on Node with "TypeError: immutable": it writes to the headers of a fetched response.
 * This gives it headers that it may write to; the body is handed on untouched.
 */
const WRITABLE_HEADERS = `const { fetch: original, Response: Native } = globalThis;
globalThis.fetch = async (...args) => {
  const { body, status, statusText, headers } = await original(...args);
  return new Native(body, { status, statusText, headers: new Headers(headers) });
};`;

export const direct = (modelUrl: string): Gateway => ({
  name: "direct",
  endpoint: async (pace) => completions(modelUrl, pace),
  stop: async () => {},
});

/** This Worker in a bare workerd. A pace is a model, a model is a setting, and so each pace is a process. */
export async function aiCdn(modelUrl: string): Promise<Gateway> {
  const bundle = await bundleWorker();
  const workers = new Map<string, Awaited<ReturnType<typeof startBareWorker>>>();
  return {
    name: "AI-CDN",
    async endpoint(pace) {
      let worker = workers.get(pace);
      if (worker === undefined) {
        worker = await startBareWorker(bundle.folder, { LLM_BASE_URL: modelUrl, LLM_MODEL: pace });
        workers.set(pace, worker);
      }
      return { url: `${worker.url}/api/v1/conversation/chat-stream`, body: '{"message":"What is a load balancer?"}' };
    },
    async cpu() {
      const times = await Promise.all([...workers.values()].map(({ pid }) => cpuOf(pid)));
      return times.reduce((sum, time) => sum + time, 0);
    },
    async stop() {
      for (const worker of workers.values()) await worker.stop();
      await bundle.remove();
    },
  };
}

/** Portkey's gateway, installed into a folder of its own. Undefined when it cannot be had. */
export async function portkey(modelUrl: string): Promise<Gateway | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "ai-cdn-portkey-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await run("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", PORTKEY], {
      timeout: 180_000,
    });
    const port = await freePort();
    const script = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
    const mend = join(folder, "writable-headers.mjs");
    await writeFile(mend, WRITABLE_HEADERS);
    const args = ["--import", mend, script, `--port=${port}`, "--headless"];
    const child = spawn(process.execPath, args, { stdio: "ignore", cwd: folder });
    const url = `http://127.0.0.1:${port}/v1`;
    if (!(await answers(`http://127.0.0.1:${port}/`, child))) throw new Error("it does not start");
    return {
      name: "Portkey 1.15.2",
      endpoint: async (pace) => ({
        ...completions(url, pace),
        headers: { authorization: "Bearer k", "x-portkey-provider": "openai", "x-portkey-custom-host": modelUrl },
      }),
      cpu: () => cpuOf(child.pid ?? 0),
      async stop() {
        child.kill();
        await remove();
      },
    };
  } catch (error) {
    console.log(`Portkey's gateway is left out: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    await remove();
    return undefined;
  }
}

function completions(base: string, pace: string): Endpoint {
  const messages = [{ role: "user", content: "What is a load balancer?" }];
  return { url: `${base}/chat/completions`, body: JSON.stringify({ model: pace, stream: true, messages }) };
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (let i = 0; i < 200 && child.exitCode === null; i++) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** User and system time of a process, from /proc; ticks are hundredths of a second on every Linux. */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
