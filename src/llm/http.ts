import { faultOfPayload, faultOfStatus, invalid, isModelError, unreachable } from "./fault.ts";
import type { ModelError, ModelEvent } from "./model.ts";
import { type ReadPiece, readAnswer } from "./wire.ts";

/** How much of a refusal is read to find out why, in bytes. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** Output limit, in tokens, for models that need one or whose own is small: room for a large blueprint and its text. */
export const MAX_OUTPUT_TOKENS = 8192;

/** Fields of a request that some servers refuse. Which ones a server refused is remembered as long as the isolate lives. */
export interface Extra {
  name: string;
  value: unknown;
  /** A 400 or 422 whose text matches this means that the field was the trouble. */
  refusal: RegExp;
}

/** One way to ask one upstream: sends the body and gives the answer as it begins. */
export interface Caller {
  name: string;
  send(body: Record<string, unknown>, signal: AbortSignal): Promise<Response>;
  readPiece: ReadPiece;
  /** Names of extras that this upstream refused; kept by the caller. */
  refused: Set<string>;
}

/**
 * Asks with the extras this upstream is not known to refuse, and again without those it refuses now. Anything but a
 * stream of events becomes an `error`.
 */
export async function* ask(
  caller: Caller,
  body: Record<string, unknown>,
  extras: readonly Extra[],
  signal: AbortSignal,
): AsyncGenerator<ModelEvent[], void> {
  for (;;) {
    const used = extras.filter(({ name }) => !caller.refused.has(name));
    const answer = await send(caller, { ...body, ...Object.fromEntries(used.map(({ name, value }) => [name, value])) }, signal);
    if (answer instanceof ReadableStream) return yield* readAnswer(answer, caller.name, caller.readPiece, signal);
    const culprits = used.filter(({ refusal }) => answer.status < 500 && refusal.test(answer.text));
    if (culprits.length === 0) return yield [{ type: "error", error: answer.error }];
    for (const { name } of culprits) caller.refused.add(name);
  }
}

interface Refusal {
  status: number;
  text: string;
  error: ModelError;
}

async function send(caller: Caller, body: Record<string, unknown>, signal: AbortSignal): Promise<ReadableStream | Refusal> {
  const { name } = caller;
  let response: Response;
  try {
    response = await abortable(caller.send(body, signal), signal);
  } catch {
    const error = isModelError(signal.reason) ? signal.reason : unreachable(name);
    return { status: 599, text: "", error };
  }
  const { status, headers } = response;
  if (!response.ok || response.body === null) {
    const text = await startOf(response, signal);
    return { status, text, error: faultOfStatus(name, status, headers, text, Date.now()) };
  }
  const type = headers.get("content-type") ?? "";
  if (!/json|html/i.test(type)) return response.body;
  const text = await startOf(response, signal);
  return { status: 599, text: "", error: faultOfDocument(name, type, text) };
}

/** A 200 that is one document and no stream: an error in disguise, a login page, a server that cannot stream. */
function faultOfDocument(name: string, type: string, text: string): ModelError {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (error !== undefined && error !== null) return faultOfPayload(name, error);
  } catch {
    // Not one JSON document: what it claims to be says enough.
  }
  return invalid(name, `answered with ${/html/i.test(type) ? "a web page" : "a document"} instead of a stream of events`);
}

/** Settles as the promise does, or rejects as soon as the signal aborts; bindings do not all mind their signal. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

async function startOf(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_REFUSAL_BYTES) {
      const { done, value } = await abortable(reader.read(), signal);
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // A refusal that is cut short still says what it said until then.
  }
  reader.cancel().catch(() => undefined);
  return text;
}
