import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { noBrowser, openBrowser, openPage } from "../support/browser.ts";
import { type RunningWorker, startWorker, stateFolder } from "../support/worker.ts";

/** The page in a real browser against the real server. */

/** A server that does not name its targets yet answers 404, and the page lives with it. */
const OPTIONAL = ["/api/v1/targets"];
const KILOBYTE = 1024;

describe("the page", { skip: noBrowser }, () => {
  let worker: RunningWorker;
  let browser: Browser;
  before(async () => {
    worker = await startWorker({ state: await stateFolder() });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`goes from a sentence to a rehearsal that succeeded, accessible all the way, in ${colorScheme}`, async () => {
      const { page, complaints } = await openPage(browser, worker.url, { colorScheme }, OPTIONAL);
      await page.goto(worker.url);
      await page.getByRole("heading", { name: "What do you need to run?" }).waitFor();
      await page.getByRole("link", { name: "Redis Cluster" }).waitFor();
      await assertAccessible(page);

      await page.getByRole("textbox", { name: "What do you need to run?" }).fill("I need a high-availability web application");
      await page.keyboard.press("Enter");
      const diagram = page.getByRole("img", { name: /^Diagram of ha-web-app/ });
      await diagram.waitFor();
      await page.getByText("Create blueprint").waitFor();
      assert.ok((await diagram.locator("g.box").count()) > 2);
      await page
        .getByRole("button", { name: /^Checks/ })
        .getByText(/Valid/)
        .waitFor();
      await page.getByRole("button", { name: /^Cost/ }).getByText(/\$\d/).waitFor();
      await page
        .getByRole("button", { name: /^Security/ })
        .getByText(/\/ 100/)
        .waitFor();
      await page.getByText("built-in planner", { exact: true }).waitFor();
      await assertAccessible(page);
      for (const tab of ["Cost", "Security", "JSON"]) {
        await page.getByRole("tab", { name: tab }).click();
        await page.getByRole("tabpanel", { name: tab }).waitFor();
        await assertAccessible(page);
      }

      await page.getByRole("button", { name: "Rehearse" }).click();
      await page.getByRole("heading", { level: 1, name: "ha-web-app" }).waitFor();
      await page.locator(".status.succeeded").waitFor({ timeout: 60_000 });
      await page.getByText(/^(\d+) of \1 operations$/).waitFor();
      assert.ok((await page.locator(".operation.done .took").count()) > 5);
      await assertAccessible(page);
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  test("is the answer to a browser at /, with a policy that lets nothing in, and assets that never change", async () => {
    const start = await fetch(worker.url, { headers: { accept: "text/html" } });
    assert.equal(start.status, 200);
    assert.match(start.headers.get("vary") ?? "", /accept/i);
    const policy = start.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);
    const html = await start.text();
    const script = /src="(\/assets\/[^"]+)"/.exec(html)?.[1];
    assert.ok(script);
    assert.match((await fetch(worker.url + script)).headers.get("cache-control") ?? "", /immutable/);
    assert.doesNotMatch(html, /<script(?![^>]* src=)[^>]*>|<style| style=/);
  });

  test("a link to a template or a deployment opens it, and one that is torn down needs its name typed", async () => {
    const { page, complaints } = await openPage(browser, worker.url, {}, OPTIONAL);
    await page.goto(`${worker.url}/#/templates/simple-web-app`);
    await page.getByRole("heading", { name: "Simple Web Application" }).waitFor();
    await page.getByRole("textbox", { name: "Name" }).fill("my-shop");
    await page.getByRole("button", { name: "Customize" }).click();
    await page.getByRole("img", { name: /^Diagram of my-shop/ }).waitFor();
    await page.getByRole("button", { name: "Rehearse" }).click();
    await page.locator(".status.succeeded").waitFor({ timeout: 60_000 });

    // The address alone brings everything back: the log is replayed, and a line that is cut is taken up after its last event.
    const lastIds: string[] = [];
    await page.route("**/events", async (route) => {
      lastIds.push(route.request().headers()["last-event-id"] ?? "");
      if (lastIds.length > 1) return route.continue();
      const body = await (await route.fetch()).text();
      return route.fulfill({ contentType: "text/event-stream", body: body.slice(0, body.indexOf("id: 6\n")) });
    });
    await page.reload();
    await page.locator(".status.succeeded").waitFor();
    await page.getByText(/^(\d+) of \1 operations$/).waitFor();
    assert.deepEqual(lastIds, ["0", "5"]);
    await page.unroute("**/events");
    const log = page.getByRole("region", { name: "Event log" }).getByRole("listitem");
    await page.getByText(/^Event log/).click();
    const numbers = await log.locator(".faint").allTextContents();
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => String(index + 1)),
    );
    await page.getByRole("button", { name: "Tear down…" }).click();
    const dialog = page.getByRole("dialog", { name: "Tear down my-shop?" });
    const confirm = dialog.getByRole("button", { name: "Tear down" });
    await dialog.getByRole("textbox").fill("my-sho");
    assert.equal(await confirm.isDisabled(), true);
    await assertAccessible(page);
    await dialog.getByRole("textbox").fill("my-shop");
    await confirm.click();
    await page.locator(".status.deleted").waitFor({ timeout: 60_000 });
    await page.getByRole("heading", { level: 2, name: "Tear down" }).waitFor();

    await page.getByRole("link", { name: "Deployments" }).first().click();
    await page.getByRole("link", { name: "my-shop" }).waitFor();
    await assertAccessible(page);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("templates are narrowed by category, complexity and a search", async () => {
    const { page, complaints } = await openPage(browser, worker.url, {}, OPTIONAL);
    await page.goto(`${worker.url}/#/templates`);
    const cards = page.locator(".card");
    await cards.nth(9).waitFor();
    await page.getByRole("combobox", { name: "Category" }).selectOption("database");
    await page.getByRole("button", { name: "Medium" }).click();
    assert.equal(await cards.count(), 1);
    assert.equal(await cards.getByRole("link").getAttribute("href"), "#/templates/postgres-ha");
    await page.getByRole("combobox", { name: "Category" }).selectOption("");
    await page.getByRole("button", { name: "Any" }).click();
    await page.getByRole("searchbox", { name: "Search templates" }).fill("k8s");
    await page.waitForFunction(
      () => document.querySelector(".card a")?.getAttribute("href") === "#/templates/microservices-k8s",
    );
    assert.ok((await cards.count()) < 10);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("is usable on a screen of 360 pixels: nothing sticks out", async () => {
    const { page, complaints } = await openPage(browser, worker.url, { viewport: { width: 360, height: 740 } }, OPTIONAL);
    const assertFits = async () =>
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, page.url());
    await page.goto(worker.url);
    await page.getByRole("link", { name: "Redis Cluster" }).waitFor();
    await assertFits();
    await page.getByRole("button", { name: /PostgreSQL that survives/ }).click();
    await page.getByRole("button", { name: "Rehearse" }).waitFor();
    for (const tab of await page.getByRole("tab").all()) {
      await tab.click();
      await assertFits();
    }
    await page.getByRole("button", { name: "Rehearse" }).click();
    await page.locator(".operation.done").first().waitFor({ timeout: 60_000 });
    await assertFits();
    await page.goto(`${worker.url}/#/deployments`);
    await page.locator(".rows li").first().waitFor();
    await assertFits();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("is no heavier than 100 KB over the wire", async () => {
    const folder = new URL("../../dist/ui/", import.meta.url);
    const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name));
    const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(new URL(name, folder))).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 10 * KILOBYTE && total <= 100 * KILOBYTE, `${total} bytes`);
  });
});

describe("the conversation on the page", { skip: noBrowser }, () => {
  let model: HeldModel;
  let worker: RunningWorker;
  let browser: Browser;
  const TOKEN = "a-token-of-the-page-test";
  before(async () => {
    model = await heldModel();
    worker = await startWorker({
      state: await stateFolder(),
      vars: { LLM_BASE_URL: model.url, LLM_MODEL: "held", LLM_FALLBACK_PLANNER: "off", API_TOKENS: `me:admin:${TOKEN}` },
    });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    model?.close();
  });

  test("asks for a token once, shows text while the model still writes, closes what is half open, and stops on Esc", async () => {
    const { page, complaints } = await openPage(browser, worker.url, {}, [...OPTIONAL, "/api/v1/templates/", "/chat-stream"]);
    await page.goto(worker.url);
    const dialog = page.getByRole("dialog", { name: "This server asks for an API token" });
    await dialog.getByLabel("API token").fill(TOKEN);
    await dialog.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("link", { name: "Redis Cluster" }).waitFor();

    // "/" leads to the prompt, Shift-Enter makes a line, Enter sends.
    await page.getByRole("link", { name: "API", exact: true }).focus();
    await page.keyboard.press("/");
    await page.keyboard.type("explain healthchecks");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("in short");
    await page.keyboard.press("Enter");
    await page.locator(".question", { hasText: "explain healthchecks" }).waitFor();

    const answer = page.locator(".answer").last();
    await model.asked();
    model.say("A **healthcheck");
    await answer.locator("strong", { hasText: "healthcheck" }).waitFor();
    assert.equal(await answer.getAttribute("aria-busy"), "true");
    model.say("** <img src=x onerror=alert(1)> [asks](javascript:alert(1)) a container `how it is");
    await answer.locator("code", { hasText: "how it is" }).waitFor();
    assert.equal(await answer.locator("img, a").count(), 0);
    assert.match((await answer.locator(".markdown").textContent()) ?? "", /<img src=x onerror=alert\(1\)> asks a container/);

    await page.keyboard.press("Escape");
    await answer.getByText(/^Stopped/).waitFor();
    assert.equal(await answer.getAttribute("aria-busy"), "false");
    await model.left();
    await page.getByRole("status").getByText("Stopped.").waitFor();

    // Retry asks the same again. A model that goes away for good is an error with the request id.
    await answer.getByRole("button", { name: "Retry" }).click();
    await model.asked();
    model.say("A health");
    await page.locator(".answer .markdown", { hasText: "A health" }).waitFor();
    model.breakDown();
    await page.locator(".note.error", { hasText: /Request [0-9a-f-]{36}/ }).waitFor();
    await assertAccessible(page);

    model.mend();
    await page.getByRole("button", { name: "Retry" }).click();
    await model.asked();
    model.say("It is fine.");
    model.finish();
    await page.getByText("held", { exact: false }).last().waitFor();
    await page.getByRole("status").getByText("The answer is complete.").waitFor();
    assert.equal(await page.locator(".turn").count(), 1);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
});

async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  assert.deepEqual(told, [], page.url());
}

/** A model that says what it is told to, when it is told to, in the manner of Chat Completions. */
interface HeldModel {
  url: string;
  /** Resolves when a request is waiting for words. */
  asked(): Promise<void>;
  say(text: string): void;
  finish(): void;
  /** Breaks the connection in the middle, and every later one at once, until it is mended. */
  breakDown(): void;
  mend(): void;
  /** Resolves when the client of the latest request has gone. */
  left(): Promise<void>;
  close(): void;
}

async function heldModel(): Promise<HeldModel> {
  let current: ServerResponse | undefined;
  let broken = false;
  let waiting = Promise.withResolvers<ServerResponse>();
  let gone = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (broken) return void request.destroy();
    request.resume();
    gone = Promise.withResolvers();
    response.on("close", () => gone.resolve());
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    waiting.resolve(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const send = (choice: object) =>
    current?.write(`data: ${JSON.stringify({ model: "held", choices: [{ index: 0, ...choice }] })}\n\n`);
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async asked() {
      current = await waiting.promise;
      waiting = Promise.withResolvers();
    },
    say: (content) => send({ delta: { content } }),
    finish() {
      send({ delta: {}, finish_reason: "stop" });
      current?.end("data: [DONE]\n\n");
    },
    breakDown() {
      broken = true;
      current?.destroy();
    },
    mend() {
      broken = false;
    },
    left: () => gone.promise,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
