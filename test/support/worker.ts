import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real `wrangler dev` over HTTP, as a user starts it, with its state in a folder of its own. */
export interface RunningWorker {
  url: string;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends it as a power cut does: SIGKILL to wrangler and to workerd. */
  kill(): Promise<void>;
  log(): string;
}

export interface WorkerOptions {
  /** Folder for KV and Durable Objects; give the same one to start again where a server was killed. */
  state: string;
  port?: number;
  /** Settings, as `.dev.vars` would hold them. */
  vars?: Record<string, string>;
}

const START_TIMEOUT_MS = 60_000;

export async function startWorker({ state, vars = {}, port: wanted }: WorkerOptions): Promise<RunningWorker> {
  const port = wanted ?? (await freePort());
  const inspector = await freePort();
  const settings = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const args = ["dev", "--port", String(port), "--inspector-port", String(inspector), "--persist-to", state, ...settings];
  const root = new URL("../..", import.meta.url).pathname;
  const offline = {
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CI: "true",
  };
  const child = spawn(join(root, "node_modules/.bin/wrangler"), args, {
    cwd: root,
    env: { ...process.env, ...offline },
    // A group of its own, so that one signal reaches wrangler and workerd.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const url = `http://localhost:${port}`;
  await answering(url, child, () => log);
  return {
    url,
    log: () => log,
    stop: () => end(child, "SIGTERM"),
    kill: () => end(child, "SIGKILL"),
  };
}

/** Runs a test body with a fresh worker, and cleans up after it. */
export async function withWorker(
  options: Omit<WorkerOptions, "state">,
  use: (worker: RunningWorker) => Promise<void>,
): Promise<void> {
  const state = await stateFolder();
  const worker = await startWorker({ ...options, state });
  try {
    await use(worker);
  } finally {
    await worker.stop();
    await rm(state, { recursive: true, force: true });
  }
}

export const stateFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "ai-cdn-state-"));

async function answering(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer !== undefined) {
      await answer.body?.cancel();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`wrangler dev did not start:\n${log()}`);
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, signal);
  await ended;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
