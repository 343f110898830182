import type { Route } from "../http/route.ts";
import { judgementRoutes } from "./judgement.ts";

export const blueprintRoutes: Route[] = [...judgementRoutes];
