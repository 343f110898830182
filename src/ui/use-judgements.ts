import { useEffect, useState } from "preact/hooks";
import type { Blueprint } from "../blueprints/schema.ts";
import { type ApiProblem, postJson, problemFrom } from "./api.ts";
import type { Audit, Estimate, Verdict } from "./judgement.ts";

/** `missing` is what a server without that judgement answers. */
export type Judged<T> =
  | { state: "loading" }
  | { state: "missing" }
  | { state: "failed"; problem: ApiProblem }
  | { state: "ready"; value: T };

export interface Judgements {
  verdict: Judged<Verdict>;
  estimate: Judged<Estimate>;
  audit: Judged<Audit>;
}

const LOADING: Judgements = { verdict: { state: "loading" }, estimate: { state: "loading" }, audit: { state: "loading" } };

/** Asks for all three at once whenever the blueprint is another; a draft is not judged. */
export function useJudgements(blueprint: Blueprint, draft: boolean): Judgements {
  const [judgements, setJudgements] = useState(LOADING);
  useEffect(() => {
    setJudgements(LOADING);
    if (draft) return;
    const controller = new AbortController();
    for (const [key, path] of Object.entries(PATHS)) {
      void judged(path, blueprint, controller.signal).then((outcome) => {
        if (!controller.signal.aborted) setJudgements((known) => ({ ...known, [key]: outcome }));
      });
    }
    return () => controller.abort();
  }, [blueprint, draft]);
  return judgements;
}

const PATHS: Record<keyof Judgements, string> = {
  verdict: "/api/v1/blueprints/validate",
  estimate: "/api/v1/blueprints/estimate",
  audit: "/api/v1/blueprints/audit",
};

async function judged(path: string, blueprint: Blueprint, signal: AbortSignal): Promise<Judged<unknown>> {
  try {
    return { state: "ready", value: await postJson(path, blueprint, { signal }) };
  } catch (error) {
    const problem = problemFrom(error);
    if (problem === undefined) return { state: "loading" };
    return problem.status === 404 ? { state: "missing" } : { state: "failed", problem };
  }
}
