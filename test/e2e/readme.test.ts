import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { SETTING_NAMES } from "../../src/config.ts";
import { withWorker } from "../support/worker.ts";

/** The README is a promise: its commands are run as they stand. */

const run = promisify(execFile);
const ROOT = new URL("../../", import.meta.url);
const readme = await readFile(new URL("README.md", ROOT), "utf8");
const blocks = [...readme.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, lines = ""]) => lines);

test("the README starts with the two commands", () => {
  assert.equal(blocks[0], "npm ci\nnpm run dev\n");
});

test("every curl line of the README works against the server, in its order", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ai-cdn-readme-"));
  try {
    await withWorker({}, async ({ url }) => {
      const walk = blocks.filter((lines) => lines.includes("localhost:8000"));
      assert.ok(walk.length >= 7);
      // `--fail`: an answer of 400 or more fails the test.
      const script = walk.join("\n").replaceAll("http://localhost:8000", url).replaceAll("curl ", "curl -sS --fail ");
      const { stdout } = await run("bash", ["-ceux", script], {
        cwd: folder,
        env: { ...process.env, PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}` },
        maxBuffer: 16 * 1024 * 1024,
      });
      assert.match(stdout, /"type":"intent"/);
      assert.match(stdout, /"type":"blueprint"/);
      assert.match(stdout, /"valid":true/);
      assert.match(stdout, /"status":"succeeded"/);
      assert.match(stdout, /"status":"deleting"/);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("what would be deployed to Cloudflare is packed without an account", async () => {
  const { stdout } = await run("npm", ["run", "deploy", "--", "--dry-run"], { cwd: ROOT });
  assert.match(stdout, /--dry-run: exiting now/);
});

test("every setting is in the README's table, and only those", () => {
  const documented = [...readme.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(documented.toSorted(), SETTING_NAMES.toSorted());
});

test("every command of the README's table is a script", async () => {
  const { scripts } = JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/`npm (?:run )?([a-z:0-9]+)/g)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "ci");
  assert.ok(named.length > 4);
  for (const name of named) assert.ok(name in scripts, name);
});
