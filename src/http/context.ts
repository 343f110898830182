import type { Context } from "hono";
import type { Config } from "../config.ts";
import type { Caller } from "./scope.ts";

/** What every request carries with it. */
export interface AppEnv {
  Bindings: Env;
  Variables: { requestId: string; config: Config; caller: Caller };
}

export type AppContext = Context<AppEnv>;
