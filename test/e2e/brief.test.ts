import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { allEvents, readEvents } from "../support/events.ts";
import { type RunningWorker, startWorker, stateFolder } from "../support/worker.ts";

/** The brief's own lines, against the server that `npm run dev` starts. Only the port differs: 8000 may be taken here. */

const run = promisify(execFile);
const BRIEF = new URL("./brief/", import.meta.url);

let worker: RunningWorker;
let state: string;
let folder: string;

before(async () => {
  state = await stateFolder();
  folder = await mkdtemp(join(tmpdir(), "ai-cdn-brief-"));
  worker = await startWorker({ state });
});
after(async () => {
  await worker?.stop();
  await Promise.all([state, folder].map((path) => rm(path, { recursive: true, force: true })));
});

/** Runs lines of shell as the brief prints them. */
async function shell(lines: string): Promise<string> {
  const { stdout } = await run("bash", ["-ceu", lines.replaceAll("http://localhost:8000", worker.url)], { cwd: folder });
  return stdout;
}

const json = async <T>(lines: string): Promise<T> => JSON.parse(await shell(lines)) as T;

/** A file of the brief, at this server's address. */
async function placed(name: string): Promise<string> {
  const text = await readFile(new URL(name, BRIEF), "utf8");
  const path = join(folder, name);
  await writeFile(
    path,
    text.replaceAll("http://localhost:8000", worker.url).replaceAll("fetch('/api", `fetch('${worker.url}/api`),
  );
  return path;
}

test("templates are listed, shown, grouped and found in the brief's shapes", async () => {
  const list = await json<{ templates: Record<string, string>[]; count: number }>(
    "curl -s http://localhost:8000/api/v1/templates/",
  );
  assert.equal(list.count, 10);
  assert.equal(list.templates.length, 10);
  for (const template of list.templates) {
    for (const key of ["id", "name", "category", "description", "complexity", "estimated_cost"]) {
      assert.equal(typeof template[key], "string", `${template["id"]}.${key}`);
    }
  }
  const one = await json<{ template_id: string; blueprint: { version: string; resources: unknown[] } }>(
    "curl -s http://localhost:8000/api/v1/templates/ha-web-app",
  );
  assert.equal(one.template_id, "ha-web-app");
  assert.equal(one.blueprint.version, "1.0");
  assert.ok(one.blueprint.resources.length > 0);
  const { categories } = await json<{ categories: string[] }>("curl -s http://localhost:8000/api/v1/templates/categories");
  assert.deepEqual(categories, ["web", "database", "microservices", "data", "ml", "security", "networking", "monitoring"]);
  const found = await json<{ results: { id: string }[] }>(
    "curl -s 'http://localhost:8000/api/v1/templates/search/?query=kubernetes&limit=5'",
  );
  assert.equal(found.results[0]?.id, "microservices-k8s");
  assert.ok(found.results.length <= 5);
});

test("a template is customised and what scales is scaled", async () => {
  interface Answer {
    blueprint: {
      name: string;
      description: string;
      resources: { name: string; specs: { cpu?: number; memory_mb?: number } }[];
    };
  }
  const customize = (factor: number) =>
    json<Answer>(`curl -s -X POST http://localhost:8000/api/v1/templates/ha-web-app/customize \
      -H "Content-Type: application/json" \
      -d '{
        "name": "production-web-app",
        "scale_factor": ${factor},
        "description": "Production HA web application"
      }'`);
  const [plain, scaled] = [await customize(1), await customize(2)];
  assert.equal(scaled.blueprint.name, "production-web-app");
  assert.equal(scaled.blueprint.description, "Production HA web application");
  const sizes = ({ blueprint }: Answer) =>
    blueprint.resources.flatMap(({ specs }) => (specs.memory_mb === undefined ? [] : [[specs.cpu ?? 0, specs.memory_mb]]));
  assert.ok(sizes(plain).length > 0);
  assert.deepEqual(
    sizes(scaled),
    sizes(plain).map(([cpu = 0, memory = 0]) => [cpu * 2, memory * 2]),
  );
});

test("chat streams its intent, its words piece by piece, and its end", async () => {
  const lines = await shell(`curl -s -N -X POST http://localhost:8000/api/v1/conversation/chat-stream \
    -H "Content-Type: application/json" \
    -d '{"message": "Create a microservices platform"}'`);
  const events = lines
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice(6)) as { type: string; data: unknown });
  assert.equal(events[0]?.type, "intent");
  assert.match(JSON.stringify(events[0]?.data), /"intent":"create_blueprint"/);
  assert.ok(events.filter(({ type }) => type === "text").length > 5);
  assert.deepEqual({ type: events.at(-1)?.type, data: events.at(-1)?.data }, { type: "done", data: "complete" });
});

test("a template is deployed as it was answered, and its events stream to done", async () => {
  const accepted = await json<{ deployment_id: string; rehearsal: boolean; warnings: string[]; links: { events: string } }>(`
    curl -s http://localhost:8000/api/v1/templates/ha-web-app > blueprint.json
    curl -s -X POST http://localhost:8000/api/v1/blueprints/ \
      -H "Content-Type: application/json" \
      -d @blueprint.json`);
  assert.equal(accepted.rehearsal, true);
  assert.match(accepted.warnings.join(" "), /TARGETS/);
  const events = await allEvents(await fetch(worker.url + accepted.links.events));
  assert.equal(events.at(-1)?.type, "done", JSON.stringify(events.at(-1)));
});

test("a customised one is deployed without a Content-Type", async () => {
  const accepted = await json<{ links: { events: string } }>(`
    curl -s -X POST http://localhost:8000/api/v1/templates/ha-web-app/customize \
      -H "Content-Type: application/json" \
      -d '{
        "name": "production-web-app",
        "scale_factor": 1.5,
        "description": "Production HA web application"
      }' > custom-blueprint.json
    curl -s -X POST http://localhost:8000/api/v1/blueprints/ \
      -H "Content-Type:" -d @custom-blueprint.json`);
  for await (const event of readEvents(await fetch(worker.url + accepted.links.events))) {
    assert.notEqual(event.type, "error", String(event.data));
  }
});

test("the brief's chat about a template answers with a larger one", async () => {
  const answer = await json<{ message: string; blueprint: { name: string; resources: unknown[] } }>(`
    curl -s -X POST http://localhost:8000/api/v1/conversation/chat \
      -d '{
        "message": "Use the ha-web-app template but increase capacity for 100k users"
      }'`);
  assert.ok(answer.message.length > 0);
  assert.ok(answer.blueprint.resources.length > 0);
});

test("the brief's JavaScript client runs unchanged", async () => {
  const path = await placed("client.mjs");
  const text = await readFile(path, "utf8");
  await writeFile(path, `${text}\nawait streamChat("I need a high-availability web application");\n`);
  const { stdout } = await run(process.execPath, [path]);
  assert.ok(stdout.length > 50, stdout);
});

const python = spawnSync("python3", ["-c", "import httpx"]).status === 0;
const needsHttpx = python ? false : "python3 with httpx is not here (pip install httpx)";

test("the brief's Python client runs unchanged", { skip: needsHttpx }, async () => {
  const { stdout } = await run("python3", [await placed("client.py")]);
  assert.match(stdout, /✅ Complete/);
});

test("the brief's complete workflow runs unchanged", { skip: needsHttpx }, async () => {
  const { stdout } = await run("python3", [await placed("workflow.py")]);
  assert.match(stdout, /🚀 Deploying blueprint/);
  assert.match(stdout, /- Simple Web Application \(simple\)/);
});
