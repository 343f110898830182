import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announcer.tsx";
import { type ApiProblem, getJson, problemFrom } from "./api.ts";
import type { DeploymentSummary } from "./deployments.tsx";
import { followEvents } from "./follow.ts";
import { words } from "./format.ts";
import { follow, isSettled, notBegun, type PlannedOperation, type Progress, withPlan } from "./progress.ts";

export interface DeploymentView extends DeploymentSummary {
  operations: readonly PlannedOperation[];
  links: { events: string };
}

export interface LiveDeployment {
  view: DeploymentView | undefined;
  progress: Progress;
  connected: boolean;
  problem: ApiProblem | undefined;
  /** Follows it on, after something new was asked of it. */
  again: () => void;
  fail: (error: unknown) => void;
}

/** A screen shows no more changes than this. */
const REDRAW_MS = 33;

/** A deployment and its events, followed for as long as the page shows it. */
export function useDeployment(id: string): LiveDeployment {
  const [view, setView] = useState<DeploymentView>();
  const [progress, setProgress] = useState(notBegun);
  const [connected, setConnected] = useState(true);
  const [problem, setProblem] = useState<ApiProblem>();
  const [round, setRound] = useState(0);
  const newest = useRef(notBegun);
  const fail = (error: unknown) => setProblem(problemFrom(error));

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const address = `/api/v1/deployments/${encodeURIComponent(id)}`;
    let redraw: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      redraw = undefined;
      if (!signal.aborted) setProgress(newest.current);
    };
    const change = (next: Progress) => {
      newest.current = next;
      redraw ??= setTimeout(show, REDRAW_MS);
    };
    const look = async () => {
      const seen = await getJson<DeploymentView>(address, signal);
      setView(seen);
      change(withPlan(newest.current, seen.operations));
      return seen;
    };
    const run = async () => {
      const { links } = await look();
      await followEvents(
        links.events,
        {
          lastId: () => newest.current.lastId,
          settled: () => isSettled(newest.current.status),
          connected: setConnected,
          event(number, event) {
            const before = newest.current;
            change(follow(before, number, event));
            const { runs, status } = newest.current;
            if (status !== before.status && before.lastId > 0) announce(`${words(status)}.`);
            // A new run has a plan to look at; what it leaves to be done shows from the start.
            if (runs.length !== before.runs.length) look().catch(fail);
          },
        },
        signal,
      );
      if (!signal.aborted) await look();
    };
    run().catch(fail);
    return () => {
      controller.abort();
      clearTimeout(redraw);
    };
  }, [id, round]);

  return { view, progress, connected, problem, again: () => setRound(round + 1), fail };
}
