import type { AppContext } from "./context.ts";
import { Problem } from "./problem.ts";

/** Seconds; the period of the rate limits in wrangler.toml. */
const PERIOD_S = 60;

/**
 * Throws 429 when a caller asks too often. Counted only where callers are told apart by tokens or Access: on a machine of
 * one's own a limit would only be in the way.
 */
export async function limitRate(c: AppContext, limiter: RateLimit): Promise<void> {
  const { apiTokens, accessScopes } = c.get("config");
  if (apiTokens.length === 0 && accessScopes.length === 0) return;
  const { success } = await limiter.limit({ key: c.get("caller").name });
  if (success) return;
  throw new Problem("too-many-requests", `This caller asks too often. Wait up to ${PERIOD_S} seconds.`, {
    headers: { "retry-after": String(PERIOD_S) },
  });
}
