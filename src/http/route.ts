import { zValidator } from "@hono/zod-validator";
import type { Hono, MiddlewareHandler } from "hono";
import type * as z from "zod";
import { check } from "../validation/check.ts";
import { authenticate, authorize } from "./auth.ts";
import { readJson } from "./body.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { limitRate } from "./limit.ts";
import { invalid, Problem } from "./problem.ts";
import type { Scope } from "./scope.ts";

interface Answer {
  description: string;
  schema?: z.ZodType;
  /** `application/json` when left out. */
  contentType?: string;
}

/** A body is one schema, or (`select`) one of several chosen by looking at what was sent, so that errors are about that one. */
export type BodySpec<B extends z.ZodType = z.ZodType> = B | { schema: B; select: (value: unknown) => z.ZodType<z.output<B>> };

export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  method: "get" | "post" | "put" | "delete";
  /** Hono's notation: `/api/v1/templates/:id`. */
  path: `/${string}`;
  /** What a caller must hold; `public` needs no caller. */
  scope: Scope | "public";
  /** The rate limit that calls of this route count against. */
  limit?: "CHAT_LIMIT" | "DEPLOY_LIMIT";
  tag: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  body?: BodySpec<B>;
  /** An example body, shown in the API document. */
  example?: unknown;
  answers: Record<number, Answer>;
}

export interface RouteInput<P, Q, B> {
  params: P;
  query: Q;
  body: B;
}

/** One declared route: validation, the API document and the check of the caller all come from its `spec`. */
export interface Route {
  spec: RouteSpec<z.ZodType, z.ZodType, z.ZodType>;
  handle(c: AppContext, input: RouteInput<unknown, unknown, unknown>): Response | Promise<Response>;
}

/**
 * Declares a route. The handler gets its input parsed and typed by the spec's schemas.
 *
 * @example
 * route({ method: "get", path: "/api/v1/templates/:id", scope: "read", tag: "Templates", summary: "One template",
 *   params: z.object({ id: z.string() }), answers: { 200: { description: "The template", schema } } },
 *   async (c, { params }) => c.json(await find(params.id)))
 */
export function route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: RouteSpec<P, Q, B>,
  handle: (c: AppContext, input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>) => Response | Promise<Response>,
): Route {
  return { spec, handle } as unknown as Route;
}

/** Puts the routes on the app, and answers 405 with `Allow` for the methods an address does not take. */
export function mount(app: Hono<AppEnv>, routes: readonly Route[]): void {
  for (const { spec, handle } of routes) {
    app.on(
      spec.method.toUpperCase(),
      spec.path,
      callerCheck(spec.scope),
      ...(spec.limit ? [brake(spec.limit)] : []),
      ...(spec.params ? [input("param", spec.params)] : []),
      ...(spec.query ? [input("query", spec.query)] : []),
      async (c) => {
        const valid = (target: string): unknown => c.req.valid(target as never) ?? {};
        const body = spec.body === undefined ? undefined : parseBody(spec.body, await readJson(c));
        return handle(c, { params: valid("param"), query: valid("query"), body });
      },
    );
  }
  for (const [path, methods] of Map.groupBy(routes, ({ spec }) => spec.path)) {
    const allow = methods.map(({ spec }) => spec.method.toUpperCase());
    if (allow.includes("GET")) allow.push("HEAD");
    app.all(path, (c) => {
      throw new Problem("method-not-allowed", `${c.req.method} is not for ${c.req.path}; use ${allow.join(" or ")}.`, {
        headers: { allow: allow.join(", ") },
      });
    });
  }
}

function callerCheck(scope: Scope | "public"): MiddlewareHandler<AppEnv> {
  return async function callerCheck(c, next) {
    if (scope !== "public") {
      const caller = await authenticate(c, c.get("config"));
      authorize(caller, scope);
      c.set("caller", caller);
    }
    await next();
  };
}

function brake(limit: "CHAT_LIMIT" | "DEPLOY_LIMIT"): MiddlewareHandler<AppEnv> {
  return async function brake(c, next) {
    await limitRate(c, c.env[limit]);
    await next();
  };
}

function input(target: "param" | "query", schema: z.ZodType): MiddlewareHandler<AppEnv> {
  return zValidator(target, schema, (result) => {
    if (result.success) return;
    const problems = check(schema, result.data);
    const where = target === "param" ? "path" : "query";
    throw invalid(problems.ok ? [] : problems.error.map((issue) => ({ ...issue, in: where })));
  }) as MiddlewareHandler<AppEnv>;
}

function parseBody(spec: BodySpec, value: unknown): unknown {
  if (value === undefined) throw new Problem("bad-request", "A JSON body is needed; this request has none.");
  const schema = "select" in spec ? spec.select(value) : spec;
  const result = check(schema, value);
  if (!result.ok) throw invalid(result.error);
  return result.value;
}
