import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../../src/app.ts";

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  request_id: string;
  errors: { pointer: string; code: string; detail: string; hint?: string; in?: string }[];
}

/** A request to the app as this machine sends it, with settings of its own. */
export function request(path: string, init: RequestInit = {}, settings: Record<string, string> = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!headers.has("host")) headers.set("host", "localhost:8000");
  return Promise.resolve(
    app.fetch(
      new Request(`http://localhost:8000${path}`, { ...init, headers }),
      { ...env, ...settings },
      createExecutionContext(),
    ),
  );
}

export function post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  return request(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...init });
}

export async function problemOf(response: Response): Promise<ProblemBody> {
  return (await response.json()) as ProblemBody;
}
