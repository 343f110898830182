import { useEffect, useState } from "preact/hooks";
import type { Status } from "../deployments/status.ts";
import { type ApiProblem, getJson, problemFrom } from "./api.ts";
import { ago, words } from "./format.ts";
import { ProblemBox, Skeleton } from "./parts.tsx";
import { hashOf } from "./place.ts";
import { isSettled } from "./progress.ts";

export interface DeploymentSummary {
  deployment_id: string;
  name: string;
  status: Status;
  rehearsal: boolean;
  targets: readonly string[];
  created_at: string;
  updated_at: string;
}

interface Listing {
  deployments: DeploymentSummary[];
  next_cursor?: string;
}

/** While something is on its way the list is asked for again this often. */
const REFRESH_MS = 3000;

/** Every deployment, newest first. */
export function Deployments() {
  const [listing, setListing] = useState<Listing>();
  const [problem, setProblem] = useState<ApiProblem>();
  const load = (cursor?: string) => {
    setProblem(undefined);
    const query = cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    getJson<Listing>(`/api/v1/deployments${query}`).then(
      (page) =>
        setListing((known) =>
          cursor === undefined ? page : { ...page, deployments: [...(known?.deployments ?? []), ...page.deployments] },
        ),
      (error) => setProblem(problemFrom(error)),
    );
  };
  useEffect(() => load(), []);
  const moving = listing?.deployments.some(({ status }) => !isSettled(status)) ?? false;
  useEffect(() => {
    if (!moving) return;
    const timer = setTimeout(load, REFRESH_MS);
    return () => clearTimeout(timer);
  }, [listing, moving]);
  const next = listing?.next_cursor;
  return (
    <section class="page">
      <h1>Deployments</h1>
      {problem && <ProblemBox problem={problem} retry={() => load()} />}
      {listing === undefined && problem === undefined && <Skeleton lines={6} />}
      {listing?.deployments.length === 0 && (
        <p class="empty">
          Nothing is deployed yet. <a href="#/">Say what you need</a> or <a href="#/templates">take a template</a>.
        </p>
      )}
      <ul class="rows">
        {listing?.deployments.map((deployment) => (
          <Row key={deployment.deployment_id} deployment={deployment} />
        ))}
      </ul>
      {next !== undefined && (
        <button type="button" class="button" onClick={() => load(next)}>
          Show older ones
        </button>
      )}
    </section>
  );
}

function Row({
  deployment: { deployment_id, name, status, rehearsal, targets, created_at },
}: {
  deployment: DeploymentSummary;
}) {
  return (
    <li>
      <StatusBadge status={status} />
      <span class="who">
        <a href={hashOf({ page: "deployments", id: deployment_id })}>{name}</a>
        <span class="faint">{deployment_id}</span>
      </span>
      <span class="faint">{rehearsal ? "Rehearsal" : targets.join(", ")}</span>
      <time class="faint" dateTime={created_at}>
        {ago(created_at, Date.now())}
      </time>
    </li>
  );
}

export function StatusBadge({ status }: { status: Status }) {
  return <span class={`status ${status}`}>{words(status)}</span>;
}
