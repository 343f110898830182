import type { Context } from "hono";
import * as z from "zod";
import { type Issue, issueSchema } from "../validation/issue.ts";

/** Every way a request can fail, with the status it answers. Clients tell them apart by `type`. */
const KINDS = {
  "invalid-json": { status: 400, title: "The body is not valid JSON" },
  "bad-request": { status: 400, title: "The request cannot be read" },
  unauthorized: { status: 401, title: "A valid API token is needed" },
  forbidden: { status: 403, title: "This caller may not do that" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "unknown-template": { status: 404, title: "No such template" },
  "unknown-deployment": { status: 404, title: "No such deployment" },
  "method-not-allowed": { status: 405, title: "This address does not take that method" },
  conflict: { status: 409, title: "That does not fit the current state" },
  "too-large": { status: 413, title: "The body is too large" },
  invalid: { status: 422, title: "The request was understood but is wrong" },
  "invalid-blueprint": { status: 422, title: "The blueprint has problems" },
  "no-target": { status: 422, title: "No target is configured for a provider" },
  "no-secrets-key": { status: 422, title: "There is no key to keep secrets under" },
  "audit-blocked": { status: 422, title: "Critical security findings block the deployment" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something went wrong on our side" },
  misconfigured: { status: 500, title: "A setting of this server is wrong" },
  unavailable: { status: 503, title: "Not available right now" },
} as const;

export type ProblemKind = keyof typeof KINDS;

/** A failed request. Thrown by routes and middleware; `problemResponse` puts it on the wire. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: (typeof KINDS)[ProblemKind]["status"];

  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly extra: { errors?: Issue[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.status = KINDS[kind].status;
  }
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    request_id: z.string(),
    errors: z.array(issueSchema),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details; `errors` holds every problem at once." });

/** RFC 9457 `application/problem+json`. `instance` is the address asked for, without its query. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { title, status } = KINDS[problem.kind];
  const body: z.infer<typeof problemSchema> = {
    type: `urn:ai-cdn:problem:${problem.kind}`,
    title,
    status,
    detail: problem.message,
    instance: c.req.path,
    request_id: c.get("requestId") ?? "",
    errors: problem.extra.errors ?? [],
  };
  return c.body(`${JSON.stringify(body)}\n`, status, {
    "content-type": "application/problem+json",
    ...problem.extra.headers,
  });
}

/** What is wrong with a request, in one sentence that counts the problems and names the first. */
export function invalid(errors: Issue[], kind: ProblemKind = "invalid"): Problem {
  const [first] = errors;
  if (first === undefined) return new Problem(kind, KINDS[kind].title);
  const where = `${first.in === undefined || first.in === "path" ? "" : `${first.in} `}${first.pointer}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more; see errors)` : "";
  return new Problem(kind, `${where}: ${first.detail}${first.hint === undefined ? "" : ` ${first.hint}`}${more}`, { errors });
}
