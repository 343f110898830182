import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./worker.ts";

/**
 * The built Worker in a bare workerd, for what `wrangler dev` hides: its proxy keeps a reset connection to itself until the
 * Worker writes again, and adds its own latency. KV is empty; the rate limits are left out.
 */
export interface BareWorker {
  url: string;
  /** Of workerd, to read its CPU time. */
  pid: number;
  stop(): Promise<void>;
}

const ROOT = new URL("../..", import.meta.url).pathname;
const run = promisify(execFile);

/** Bundles the Worker as a deployment would, into a folder of its own. */
export async function bundleWorker(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "ai-cdn-bundle-"));
  const wrangler = join(ROOT, "node_modules/.bin/wrangler");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };
  await run(wrangler, ["deploy", "--dry-run", "--minify", "--outdir", folder], { cwd: ROOT, env });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts workerd on a bundle; the folder serves one at a time for each set of settings. */
export async function startBareWorker(folder: string, vars: Record<string, string>): Promise<BareWorker> {
  const port = await freePort();
  const home = join(folder, String(port));
  const state = join(home, "state");
  await mkdir(state, { recursive: true });
  await writeFile(join(home, "config.capnp"), capnp(port, state, vars));
  await writeFile(join(home, "kv.js"), EMPTY_KV);
  const workerd = join(ROOT, "node_modules/workerd/bin/workerd");
  const child = spawn(workerd, ["serve", join(home, "config.capnp")], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 300 && child.exitCode === null; i++) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return { url, pid: child.pid ?? 0, stop: () => end(child) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await end(child);
  throw new Error(`workerd did not start:\n${log.slice(0, 2_000)}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

const EMPTY_KV = `import { WorkerEntrypoint } from "cloudflare:workers";
export default class extends WorkerEntrypoint {
  get() { return null; }
  list() { return { keys: [], list_complete: true, cacheStatus: null }; }
}`;

/** The bindings of wrangler.toml, as workerd's own configuration. */
function capnp(port: number, state: string, vars: Record<string, string>): string {
  const texts = Object.entries(vars).map(([name, text]) => `( name = "${name}", text = ${JSON.stringify(text)} ),`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main", worker = .main ),
    ( name = "kv", worker = .kv ),
    ( name = "state", disk = ( path = "${state}", writable = true ) ),
    ( name = "internet", network = ( allow = [ "public", "private", "local" ] ) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:${port}", http = (), service = "main" ) ],
);
const main :Workerd.Worker = (
  modules = [ ( name = "index.js", esModule = embed "../index.js" ) ],
  compatibilityDate = "2026-10-20",
  compatibilityFlags = [ "enable_request_signal" ],
  durableObjectNamespaces = [
    ( className = "Deployment", uniqueKey = "deployment", enableSql = true ),
    ( className = "DeploymentQueue", uniqueKey = "queue", enableSql = true ),
  ],
  durableObjectStorage = ( localDisk = "state" ),
  bindings = [
    ( name = "TEMPLATES", service = "kv" ),
    ( name = "DEPLOYMENT", durableObjectNamespace = "Deployment" ),
    ( name = "DEPLOYMENT_QUEUE", durableObjectNamespace = "DeploymentQueue" ),
    ${texts.join("\n    ")}
  ],
);
const kv :Workerd.Worker = (
  modules = [ ( name = "kv.js", esModule = embed "kv.js" ) ],
  compatibilityDate = "2026-10-20",
);
`;
}
