import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { blueprintRoutes } from "./blueprints/routes.ts";
import { configOf } from "./config.ts";
import { conversationRoutes } from "./conversation/routes.ts";
import { deploymentRoutes } from "./deployments/routes.ts";
import { refuseCrossSite, refuseStrangers } from "./http/auth.ts";
import type { AppEnv } from "./http/context.ts";
import { metaRoutes } from "./http/meta.ts";
import { Problem, problemResponse } from "./http/problem.ts";
import { mount, type Route } from "./http/route.ts";
import { templateRoutes } from "./templates/routes.ts";

/** Every route of the API, each declared once. */
export const routes: readonly Route[] = withMeta([
  ...conversationRoutes,
  ...templateRoutes,
  ...blueprintRoutes,
  ...deploymentRoutes,
]);

export const app = new Hono<AppEnv>({ getPath: pathWithoutTrailingSlash });

app.use(requestId());
app.use(secureHeaders());
app.use(async function settings(c, next) {
  const config = configOf(c.env);
  if (!config.ok) throw new Problem("misconfigured", `Mend these settings: ${config.error.problems.join("; ")}.`);
  c.set("config", config.value);
  refuseStrangers(c, config.value);
  refuseCrossSite(c);
  await next();
});
mount(app, routes);

app.notFound((c) =>
  problemResponse(c, new Problem("not-found", `There is nothing at ${c.req.path}. GET /openapi.json lists what there is.`)),
);
app.onError((error, c) => {
  if (error instanceof Problem) return problemResponse(c, error);
  // The cause goes to the operator's log; the client gets the request id to quote.
  console.error(JSON.stringify({ request_id: c.get("requestId"), path: c.req.path, error: error.stack ?? String(error) }));
  return problemResponse(
    c,
    new Problem("internal", "The request failed for a reason on our side. Quote the request id when you report it."),
  );
});

function withMeta(routes: Route[]): Route[] {
  routes.push(...metaRoutes(routes));
  return routes;
}

/** A trailing slash never matters. */
function pathWithoutTrailingSlash(request: Request): string {
  const { pathname } = new URL(request.url);
  return pathname.length > 1 && pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
}
