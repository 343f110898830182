import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Issue } from "../validation/issue.ts";
import { askForToken, token } from "./token.ts";

/** The API as the page uses it: JSON or events in, `ApiProblem` out. */

/** A failed request, as the server's problem details (RFC 9457) tell it, or as the network does. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    /** 0 when no answer came at all. */
    readonly status: number,
    readonly title: string,
    detail: string,
    readonly requestId: string | undefined,
    readonly issues: readonly Issue[],
  ) {
    super(detail);
  }
}

/** Fetches a path of this server with the API token, asking for one on 401. Throws `ApiProblem`, or the abort. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const response = await attempt(path, init);
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status !== 401 || !(await askForToken(problem.message))) throw problem;
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await call(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

export async function postJson<T>(path: string, body: unknown, init: RequestInit = {}): Promise<T> {
  const response = await call(path, {
    ...init,
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...init.headers },
  });
  return (await response.json()) as T;
}

export interface ServerEvent {
  /** 0 when the event has no number. */
  id: number;
  /** The parsed `data:` line. */
  data: unknown;
}

/** Reads a response as server-sent events. `alive` is called for every sign of life, comments included. */
export async function* eventsOf(response: Response, alive: () => void = () => {}): AsyncGenerator<ServerEvent> {
  if (response.body === null) return;
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
  const parser = new EventSourceParserStream({ onComment: alive });
  const reader = response.body.pipeThrough(decoder).pipeThrough(parser).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      yield { id: Number(value.id ?? 0), data: JSON.parse(value.data) };
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Whatever was thrown, as something to show; nothing for an abort, which the user asked for. */
export function problemFrom(error: unknown): ApiProblem | undefined {
  if (error instanceof ApiProblem) return error;
  if (error instanceof DOMException && error.name === "AbortError") return undefined;
  return new ApiProblem(0, "Something went wrong", error instanceof Error ? error.message : String(error), undefined, []);
}

async function attempt(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token() !== undefined) headers.set("authorization", `Bearer ${token()}`);
  try {
    return await fetch(path, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(0, "No connection", "The server does not answer. Check the connection and try again.", undefined, []);
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const { status } = response;
  if (!response.headers.get("content-type")?.includes("json")) {
    return new ApiProblem(status, `Error ${status}`, `The server answered ${status}.`, undefined, []);
  }
  const { title, detail, request_id, errors } = (await response.json()) as {
    title?: string;
    detail?: string;
    request_id?: string;
    errors?: Issue[];
  };
  return new ApiProblem(status, title ?? `Error ${status}`, detail ?? "", request_id, errors ?? []);
}
