import { exports } from "cloudflare:workers";

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what a test is about
  body: any;
}

/** One request to the API of the Worker under test, body and answer as JSON. */
export async function call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
  const init: RequestInit = { method };
  if (headers !== undefined) init.headers = headers;
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  const response = await exports.default.fetch(`http://localhost/api/v1${path}`, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

export const get = (path: string, headers?: Record<string, string>): Promise<Answer> => call("GET", path, undefined, headers);
