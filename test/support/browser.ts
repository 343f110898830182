import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** A real browser: Debian's Chromium, kept from calling home. */

const CHROMIUM = "/usr/bin/chromium";

/** Why tests with a browser are skipped here; `false` where they can run. */
export const noBrowser: string | false = existsSync(CHROMIUM) ? false : `${CHROMIUM} is missing: apt-get install chromium`;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface WatchedPage {
  page: Page;
  /** What the browser complained of: errors, warnings, violations of the Content-Security-Policy, and requests to elsewhere. */
  complaints: string[];
}

/** A page of its own whose complaints are kept. `expected` are addresses that may answer with an error. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
  expected: readonly string[] = [],
): Promise<WatchedPage> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    const { url } = message.location();
    if (!["error", "warning"].includes(message.type()) || expected.some((path) => url.endsWith(path))) return;
    complaints.push(`${message.text()} (${url})`);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("blob:")) complaints.push(`asked ${request.url()}`);
  });
  return { page, complaints };
}
