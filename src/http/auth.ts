import type { ApiToken, Config } from "../config.ts";
import type { AppContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { type Caller, EVERY_SCOPE, grant, type Scope } from "./scope.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Refuses what a browser sends on behalf of another site: bodies are parsed whatever their type says, so a cross-site
 * form post needs no preflight and has to be stopped here. Clients that are no browser send neither header.
 */
export function refuseCrossSite(c: AppContext): void {
  const origin = c.req.header("origin");
  const otherOrigin = origin !== undefined && hostOf(origin) !== c.req.header("host");
  // A link from elsewhere may open the page; nothing else is for another site, not even to be loaded as an image.
  const opensPage = c.req.method === "GET" && c.req.header("sec-fetch-mode") === "navigate" && !c.req.path.startsWith("/api/");
  const otherSite = c.req.header("sec-fetch-site") === "cross-site" && !opensPage;
  if (otherOrigin || otherSite) {
    throw new Problem(
      "forbidden",
      "Requests from another web site are refused. Call the API from its own origin or from a server.",
    );
  }
}

/** With no way to tell callers apart configured, only this machine is served: every other host is a stranger. */
export function refuseStrangers(c: AppContext, config: Config): void {
  if (config.apiTokens.length > 0 || config.accessScopes.length > 0) return;
  if (LOOPBACK.test(c.req.header("host") ?? new URL(c.req.url).host)) return;
  throw unauthorized(
    'No API token is configured, so only localhost is served. Set one: wrangler secret put API_TOKENS, with a value such as "me:admin:<a long random token>".',
  );
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Finds out who calls. Throws 401 when nobody known does. */
export async function authenticate(c: AppContext, config: Config): Promise<Caller> {
  const access = await accessIdentity(c, config);
  if (access !== undefined) return access;
  // `refuseStrangers` let this request in, so it comes from this machine.
  if (config.apiTokens.length === 0 && config.accessScopes.length === 0) return { name: "local", scopes: EVERY_SCOPE };
  const presented = /^Bearer\s+(\S+)\s*$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (presented === undefined) throw unauthorized("Send an API token: Authorization: Bearer <token>.");
  const token = await findToken(config.apiTokens, presented);
  if (token === undefined) throw unauthorized("The API token is not known here. Check it against the setting API_TOKENS.");
  return { name: token.name, scopes: grant(token.scopes) };
}

/** Throws 403, naming the scope, when the caller lacks it. */
export function authorize(caller: Caller, scope: Scope): void {
  if (caller.scopes.has(scope)) return;
  const held = [...caller.scopes].join(", ") || "none";
  throw new Problem("forbidden", `This needs the scope "${scope}"; the caller "${caller.name}" holds: ${held}.`);
}

const unauthorized = (detail: string) =>
  new Problem("unauthorized", detail, { headers: { "www-authenticate": 'Bearer realm="ai-cdn"' } });

/** Compares digests, so that neither the length nor the first differing byte of a token shows in the time taken. */
async function findToken(tokens: readonly ApiToken[], presented: string): Promise<ApiToken | undefined> {
  const digest = await sha256(presented);
  let found: ApiToken | undefined;
  for (const token of tokens) {
    if (crypto.subtle.timingSafeEqual(await sha256(token.secret), digest)) found = token;
  }
  return found;
}

async function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

/** The runtime checks Cloudflare Access itself and hands its identity over; hono's types do not know of it yet. */
interface AccessContext {
  access?: { getIdentity(): Promise<{ email?: string; sub?: string } | undefined> };
}

async function accessIdentity(c: AppContext, config: Config): Promise<Caller | undefined> {
  if (config.accessScopes.length === 0) return undefined;
  const access = (c.executionCtx as unknown as AccessContext).access;
  if (access === undefined) return undefined;
  const identity = await access.getIdentity();
  const name = identity?.email ?? identity?.sub ?? "access service token";
  return { name, scopes: grant(config.accessScopes) };
}
