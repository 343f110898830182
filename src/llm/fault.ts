import type { ModelError } from "./model.ts";

/** Every way an upstream says no, as a `ModelError`. Pure; no message repeats what the upstream wrote. */

const CONTEXT_TOO_LONG =
  /context[ _-]?(length|window|size)|maximum context|(prompt|input|request) (is |_)?too (long|large)|too many (input |prompt )?tokens|request_too_large/i;
const CONTENT_FILTER =
  /content[ _-]?(filter|policy|management)|responsible ?ai|policy[ _]violation|moderation|safety (system|setting)|flagged/i;
const QUOTA = /insufficient[ _-]quota|billing|credit balance|payment required|daily free allocation/i;
const RATE_LIMITED = /rate[ _-]?limit|too many requests|resource[ _-]exhausted/i;
const REFUSED = /authentication|permission|invalid[ _-]request|not[ _-]found|unauthorized|api[ _-]key/i;

/** A status other than 2xx. `body` is the start of the answer's text; `now` in milliseconds dates an absolute Retry-After. */
export function faultOfStatus(name: string, status: number, headers: Headers, body: string, now: number): ModelError {
  const wait = retryAfterMs(headers, now);
  const error = status >= 500 ? overloaded(name) : (faultOfText(name, status, body) ?? faultOfNumber(name, status));
  const temporary = error.code === "rate_limited" || error.code === "overloaded";
  return temporary && wait !== undefined ? { ...error, retry_after_ms: wait } : error;
}

/** An error object inside a stream that began with 200. */
export function faultOfPayload(name: string, payload: unknown): ModelError {
  const { code, status, type } = (payload ?? {}) as { code?: unknown; status?: unknown; type?: unknown };
  const number = [code, status].map(Number).find((value) => value >= 400 && value < 600) ?? 0;
  const text = JSON.stringify(payload ?? "");
  const byText = number >= 500 ? undefined : faultOfText(name, number, text);
  if (byText !== undefined) return byText;
  if (number >= 400) return faultOfNumber(name, number);
  if (RATE_LIMITED.test(text)) return rateLimited(name);
  return REFUSED.test(String(type ?? code ?? "")) ? refused(name) : overloaded(name);
}

/** The connection failed before an answer began. */
export const unreachable = (name: string): ModelError => ({ code: "unreachable", message: `${name} could not be reached.` });

/** The connection ended before the model said that it finished. */
export const cut = (name: string): ModelError => ({ code: "cut", message: `${name} stopped in the middle of its answer.` });

export const filtered = (name: string): ModelError => ({
  code: "content_filter",
  message: `${name} declined to answer for reasons of its content policy.`,
});

/** The answer came, but is not one. `what` completes "<name> …". */
export const invalid = (name: string, what: string): ModelError => ({ code: "invalid", message: `${name} ${what}.` });

/** `what` completes "<name> …". */
export const timeout = (name: string, what: string): ModelError => ({ code: "timeout", message: `${name} ${what}.` });

export function isModelError(value: unknown): value is ModelError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value && !(value instanceof Error);
}

/** Retry-After as seconds or a date (RFC 9110 §10.2.3), or the exact `retry-after-ms` some providers send beside it. */
function retryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (exact >= 0) return exact;
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function faultOfText(name: string, status: number, text: string): ModelError | undefined {
  if (status === 401) return undefined;
  if (QUOTA.test(text)) return { code: "refused", message: `${name} has no quota left on its account.` };
  if (status === 429) return undefined;
  if (CONTEXT_TOO_LONG.test(text)) return contextTooLong(name);
  return CONTENT_FILTER.test(text) ? filtered(name) : undefined;
}

function faultOfNumber(name: string, status: number): ModelError {
  if (status === 413) return contextTooLong(name);
  if (status === 429) return rateLimited(name);
  if (status === 408 || status === 409 || status === 425 || status >= 500) return overloaded(name);
  if (status === 401 || status === 403) return { code: "refused", message: `${name} refused the key it was given.` };
  if (status === 404) return { code: "refused", message: `${name} is not known at its configured address.` };
  if (status >= 300 && status < 400) {
    return { code: "refused", message: `${name} answers with a redirect; configure the address it leads to.` };
  }
  return refused(name);
}

const refused = (name: string): ModelError => ({ code: "refused", message: `${name} refused the request.` });
const rateLimited = (name: string): ModelError => ({
  code: "rate_limited",
  message: `${name} takes no more requests right now.`,
});
const overloaded = (name: string): ModelError => ({
  code: "overloaded",
  message: `${name} is failing or overloaded right now.`,
});
const contextTooLong = (name: string): ModelError => ({
  code: "context_too_long",
  message: `The conversation is too long for ${name}.`,
});
