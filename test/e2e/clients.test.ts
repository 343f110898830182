import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { type RunningWorker, startWorker, stateFolder } from "../support/worker.ts";

/** The clients in examples/, run as a user runs them against a real server. */

const PORT = 8140;
const root = new URL("../..", import.meta.url).pathname;
const python = process.env["PYTHON"] ?? "python3";
const hasHttpx = spawnSync(python, ["-c", "import httpx"]).status === 0;
const needsHttpx = hasHttpx ? false : `${python} with httpx is not here; name one that has it in PYTHON`;
const needsCurl = spawnSync("curl", ["--version"]).status === 0 ? false : "curl is not here";

interface Client {
  name: string;
  command: string[];
  skip: string | false;
}

const client = (name: string): Client => {
  const path = `examples/${name}`;
  if (name.endsWith(".py")) return { name, command: [python, path], skip: needsHttpx };
  if (name.endsWith(".sh")) return { name, command: ["bash", path], skip: needsCurl };
  return { name, command: [process.execPath, path], skip: false };
};

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

function run({ command }: Client, args: string[] = [], url = `http://localhost:${PORT}`): Promise<Outcome> {
  const [program = "", ...first] = command;
  const child = spawn(program, [...first, ...args], {
    cwd: root,
    env: { ...process.env, AI_CDN_URL: url, PYTHONIOENCODING: "utf-8" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outcome = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    outcome.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    outcome.err += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...outcome }));
  });
}

let worker: RunningWorker;
let state: string;

before(async () => {
  state = await stateFolder();
  worker = await startWorker({ state, port: PORT });
});
after(async () => {
  await worker?.stop();
  await rm(state, { recursive: true, force: true });
});

for (const streaming of ["streaming_client.py", "streaming_client.ts"].map(client)) {
  describe(streaming.name, { skip: streaming.skip }, () => {
    test("streams a chat and says when it is complete", async () => {
      const { code, err } = await run(streaming, ["Use the ha-web-app template but increase capacity for 100k users"]);
      assert.equal(code, 0, err);
      assert.match(err, /^\[customize_template, \d+% sure\]/);
      assert.match(err, /100,000 daily users/);
      assert.match(err, /✅ Complete \(built-in planner\)/);
    });

    test("generates a blueprint that the server takes", async () => {
      const { code, out, err } = await run(streaming, ["--generate", "Kubernetes microservices platform with monitoring"]);
      assert.equal(code, 0, err);
      assert.match(err, /\[status\] Analyzing requirements.../);
      const verdict = await fetch(`${worker.url}/api/v1/blueprints/validate`, { method: "POST", body: out });
      assert.equal(((await verdict.json()) as { valid: boolean }).valid, true);
    });

    test("says what the server refuses, and when there is none", async () => {
      const refused = await run(streaming, ["x".repeat(16_001)]);
      assert.equal(refused.code, 1);
      assert.match(refused.err, /#\/message/);
      const alone = await run(streaming, ["hello"], "http://localhost:9");
      assert.deepEqual(
        [alone.code, alone.err.trim()],
        [1, "No server answers at http://localhost:9. Start one with: npm run dev"],
      );
    });
  });
}

const shell = client("streaming_client.sh");
test("streaming_client.sh streams a chat to its end, quotes in the message included", { skip: shell.skip }, async () => {
  const { code, out, err } = await run(shell, ['Create a "microservices" platform']);
  assert.equal(code, 0, err);
  assert.match(out, /microservices-k8s/);
  assert.match(out, /✅ Complete|"type":"done"/);
});

for (const workflow of ["workflow.py", "workflow.ts"].map(client)) {
  test(`${workflow.name} lists, gets, customises, deploys and watches to the end`, { skip: workflow.skip }, async () => {
    const { code, out, err } = await run(workflow);
    assert.equal(code, 0, err + out);
    assert.match(out, /- Simple Web Application \(simple\)/);
    assert.match(out, /50,000 daily shoppers/);
    assert.match(out, /\(a rehearsal\)/);
    assert.match(out, /✅ Deployed\n$/);
  });
}

/** Reads a chat as the brief's JavaScript client does: each chunk is taken for whole lines. */
async function readInChunks(message: string): Promise<string[]> {
  const response = await fetch(`${worker.url}/api/v1/conversation/chat-stream`, {
    method: "POST",
    body: JSON.stringify({ message }),
  });
  const types: string[] = [];
  for await (const chunk of response.body ?? []) {
    for (const line of new TextDecoder().decode(chunk).split("\n")) {
      if (line.startsWith("data: ")) types.push((JSON.parse(line.slice(6)) as { type: string }).type);
    }
  }
  return types;
}

test("the brief's way of reading, each chunk taken for whole lines, survives large blueprints", async () => {
  for (const message of ["I need a high-availability web application", "Customize ha-web-app template for e-commerce"]) {
    let failures = 0;
    for (let attempt = 0; attempt < 20; attempt++) {
      const types = await readInChunks(message).catch(() => undefined);
      if (types === undefined) failures++;
      else assert.deepEqual([types[0], types.at(-1), types.includes("text")], ["intent", "done", true], message);
    }
    // A network may cut anywhere, so none can be ruled out; written in one piece, large events make five in twenty fail.
    assert.ok(failures <= 2, `${failures} of 20 failed: ${message}`);
  }
});
