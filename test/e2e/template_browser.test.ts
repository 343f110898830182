import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type RunningWorker, startWorker, stateFolder } from "../support/worker.ts";

const PORT = 8110;
const root = new URL("../..", import.meta.url).pathname;

interface Client {
  name: string;
  command: string[];
  /** Why it cannot be run here. */
  missing: string | false;
}

const python = process.env["PYTHON"] ?? "python3";
const hasHttpx = spawnSync(python, ["-c", "import httpx"]).status === 0;
const clients: Client[] = [
  { name: "template_browser.ts", command: [process.execPath, "examples/template_browser.ts"], missing: false },
  {
    name: "template_browser.py",
    command: [python, "examples/template_browser.py"],
    missing: hasHttpx ? false : `${python} with httpx is not here; name one that has it in PYTHON`,
  },
];

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

function run({ command }: Client, args: string[], { input = "", url = `http://localhost:${PORT}` } = {}): Promise<Outcome> {
  const [program = "", ...first] = command;
  const child = spawn(program, [...first, ...args], {
    cwd: root,
    env: { ...process.env, AI_CDN_URL: url, COLUMNS: "80", PYTHONIOENCODING: "utf-8" },
  });
  const outcome = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    outcome.out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    outcome.err += chunk.toString();
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...outcome }));
  });
}

let worker: RunningWorker;
let state: string;
let folder: string;

before(async () => {
  state = await stateFolder();
  folder = await mkdtemp(join(tmpdir(), "ai-cdn-browser-"));
  worker = await startWorker({ state, port: PORT });
});

after(async () => {
  await worker?.stop();
  for (const path of [state, folder]) await rm(path, { recursive: true, force: true });
});

for (const client of clients) {
  describe(client.name, { skip: client.missing }, () => {
    test("lists every template, or those of a category and complexity", async () => {
      const all = await run(client, ["list"]);
      assert.equal(all.code, 0, all.err);
      assert.match(all.out, / 1 {2}simple-web-app .*\$\d+-\d+\/month +web · simple\n/);
      assert.equal(all.out.match(/\/month/g)?.length, 10);
      const some = await run(client, ["list", "--category", "web", "--complexity", "medium"]);
      assert.match(some.out, /^ {2}1 {2}ha-web-app /);
      assert.doesNotMatch(some.out, /simple-web-app/);
    });

    test("searches, and says what matched", async () => {
      const { out } = await run(client, ["search", "kuberntes", "--limit", "1"]);
      assert.match(out, /^ {2}1 {2}microservices-k8s /);
      assert.match(out, /matches kubernetes/);
    });

    test("shows a template with its resources in start order and its parameters", async () => {
      const { out } = await run(client, ["show", "simple-web-app"]);
      for (const part of [
        /^Simple Web Application {2}simple-web-app/,
        /\n {2}Cost +\$/,
        /\nResources\n {2}1 /,
        /\nParameters\n/,
      ]) {
        assert.match(out, part);
      }
    });

    test("customises and saves a blueprint that the server takes", async () => {
      const path = join(folder, `${client.name}.json`);
      const args = ["customize", "simple-web-app", "--name", "shop", "--scale", "2", "--provider", "fake", "-o", path];
      const saved = await run(client, args);
      assert.equal(saved.code, 0, saved.err);
      const text = await readFile(path, "utf8");
      const blueprint = JSON.parse(text) as { name: string; metadata: object };
      assert.equal(blueprint.name, "shop");
      assert.deepEqual(blueprint.metadata, { ...blueprint.metadata, template: "simple-web-app", scale_factor: 2 });
      const deployed = await fetch(`${worker.url}/api/v1/blueprints/`, { method: "POST", body: text });
      assert.equal(deployed.status, 202, await deployed.text());

      const again = await run(client, args);
      assert.deepEqual([again.code, again.err], [1, `${path} is there already; --force writes over it.\n`]);
      assert.equal((await run(client, [...args, "--force"])).code, 0);
    });

    test("tells every problem with its place, on the error output", async () => {
      const { code, out, err } = await run(client, ["list", "--category", "datbase", "--complexity", "hard"]);
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /category: "datbase" is not one of .* Did you mean "database"\?/);
      assert.match(err, /complexity: "hard" is not one of/);
    });

    test("says what to do when no server answers", async () => {
      const { code, err } = await run(client, ["list"], { url: "http://localhost:9" });
      assert.deepEqual([code, err], [1, "No server answers at http://localhost:9. Start one with: npm run dev\n"]);
    });

    test("browses interactively: finds, opens, customises and saves", async () => {
      const path = join(folder, `interactive-${client.name}.json`);
      const { parameters = {} } = (
        (await (await fetch(`${worker.url}/api/v1/templates/redis-cluster`)).json()) as {
          template: { parameters?: object };
        }
      ).template;
      const defaults = Object.keys(parameters).map(() => "");
      const lines = ["redis", "show nope", "1", "customize 1", "mine", "0.5", "fake", ...defaults, path, "quit"];
      const { code, out, err } = await run(client, [], { input: `${lines.join("\n")}\n` });
      assert.equal(code, 0, err);
      assert.match(out, /There is no template "nope"/);
      assert.match(out, /Redis Cluster {2}redis-cluster/);
      const { metadata } = JSON.parse(await readFile(path, "utf8")) as { metadata: object };
      assert.deepEqual(metadata, { ...metadata, template: "redis-cluster", scale_factor: 0.5 });
    });

    test("leaves quietly when its input ends, even in the middle of a question", async () => {
      const { code, out, err } = await run(client, [], { input: "redis\ncustomize 1\n" });
      assert.deepEqual([code, err], [0, ""]);
      assert.match(out, /Left off; nothing is saved\./);
    });
  });
}

const either = clients.find(({ missing }) => missing !== false)?.missing ?? false;

test("both print the same", { skip: either }, async () => {
  const commands = [
    ["list"],
    ["list", "--json"],
    ["categories"],
    ["search", "pg", "failover"],
    ...["simple-web-app", "observability-stack", "microservices-k8s", "ml-training"].map((id) => ["show", id]),
    ["customize", "postgres-ha", "--scale", "1.5"],
    ["customize", "postgres-ha", "--scale", "1000", "--name", "Not A Name"],
    ["customize", "postgres-ha", "-p", "nonsense"],
    ["show", "a/b c?d"],
  ];
  for (const command of commands) {
    const [ours, theirs] = await Promise.all(clients.map((client) => run(client, command)));
    assert.deepEqual(ours, theirs, command.join(" "));
  }
});
