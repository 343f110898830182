import { useState } from "preact/hooks";
import { call } from "./api.ts";
import { begun } from "./deploy.tsx";
import { StatusBadge } from "./deployments.tsx";
import { Diagram } from "./diagram.tsx";
import { ago, duration } from "./format.ts";
import { Icon } from "./icons.tsx";
import { ProblemBox, Scrollable, Skeleton } from "./parts.tsx";
import { byObject, counted, isSettled, type Operation, type Progress, type Run, resourceStates } from "./progress.ts";
import { TearDown } from "./tear-down.tsx";
import { type LiveDeployment, useDeployment } from "./use-deployment.ts";

/** One deployment, live: every operation with its state and duration, and what can be done about it. */
export function DeploymentPage({ id }: { id: string }) {
  const live = useDeployment(id);
  const { view, progress, problem } = live;
  if (view === undefined) {
    return (
      <section class="page">
        <BackLink />
        <h1>{id}</h1>
        {problem ? <ProblemBox problem={problem} /> : <Skeleton lines={6} />}
      </section>
    );
  }
  const known = begun.get(id);
  // Before the first event is here, the record knows more than the log.
  const status = progress.lastId === 0 ? view.status : progress.status;
  return (
    <div class="page">
      <BackLink />
      <header class="deployment-head">
        <div>
          <p class="tags">
            <StatusBadge status={status} />
            {view.rehearsal && <span class="tag">Rehearsal</span>}
          </p>
          <h1>{view.name}</h1>
          <p class="faint">
            {view.deployment_id} · {view.rehearsal ? "nothing real is touched" : `on ${view.targets.join(", ")}`} ·{" "}
            <time dateTime={view.created_at}>{ago(view.created_at, Date.now())}</time>
          </p>
        </div>
        <Actions live={live} />
      </header>
      {problem && <ProblemBox problem={problem} />}
      {!live.connected && !isSettled(progress.status) && (
        <p class="note warning">
          <Icon name="warning" /> The connection is gone; going on where it was left as soon as it is back.
        </p>
      )}
      {known?.warnings.map((warning) => (
        <p key={warning} class="note warning">
          <Icon name="warning" /> {warning}
        </p>
      ))}
      <Outcome progress={progress} />
      {known && <Diagram name={view.name} resources={known.blueprint.resources} states={resourceStates(progress)} />}
      {progress.runs.toReversed().map((run, index) => (
        <RunView key={progress.runs.length - index} run={run} />
      ))}
      <Log progress={progress} />
    </div>
  );
}

function BackLink() {
  return (
    <p class="back">
      <a href="#/deployments">
        <Icon name="back" /> Deployments
      </a>
    </p>
  );
}

function Actions({ live: { view, progress, again, fail } }: { live: LiveDeployment }) {
  const [asking, setAsking] = useState(false);
  const { status } = progress;
  if (view === undefined) return null;
  const cancel = () => {
    call(`/api/v1/deployments/${encodeURIComponent(view.deployment_id)}/cancel`, { method: "POST" }).catch(fail);
  };
  return (
    <div class="actions">
      {(status === "queued" || status === "planning" || status === "running") && (
        <button type="button" class="button" onClick={cancel}>
          <Icon name="stop" /> Cancel
        </button>
      )}
      {isSettled(status) && status !== "deleted" && (
        <button type="button" class="button danger" onClick={() => setAsking(true)}>
          Tear down…
        </button>
      )}
      {asking && <TearDown view={view} close={() => setAsking(false)} done={again} />}
    </div>
  );
}

function Outcome({ progress: { status, error, leftOver } }: { progress: Progress }) {
  const settled = isSettled(status);
  if (!settled || (error === undefined && leftOver.length === 0)) return null;
  return (
    <div class={`note ${error === undefined ? "warning" : "error"}`}>
      <Icon name="warning" />
      <div>
        {error !== undefined && <p>{error}</p>}
        {leftOver.length > 0 && (
          <>
            <p>Left where it is:</p>
            <ul>
              {leftOver.map((thing) => (
                <li key={thing}>{thing}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}

const GOALS: Record<Run["goal"], string> = { running: "Deploy", rolling_back: "Roll back", deleting: "Tear down" };

function RunView({ run }: { run: Run }) {
  const { over, all } = counted(run);
  return (
    <section class="run" aria-label={GOALS[run.goal]}>
      <header>
        <h2>{GOALS[run.goal]}</h2>
        <span class="faint">
          {over} of {all} operations
        </span>
      </header>
      <progress max={Math.max(all, 1)} value={over} aria-label={`${GOALS[run.goal]} progress`} />
      <ul class="objects">
        {byObject(run).map(([object, operations]) => (
          <li key={object}>
            <span class="object">{object}</span>
            <ol>
              {operations.map((operation) => (
                <OperationView key={operation.id} operation={operation} />
              ))}
            </ol>
            <Trouble operations={operations} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a person calls the kinds of operations. */
const KINDS: Record<string, string> = { await: "healthy" };

function OperationView({ operation: { kind, state, duration_ms, cause, reason } }: { operation: Operation }) {
  return (
    <li class={`operation ${state}`} title={reason ?? cause}>
      {state === "done" ? <Icon name="check" /> : state === "failed" ? <Icon name="cross" /> : <i class="pip" />}
      {KINDS[kind] ?? kind}
      <span class="unseen">: {state}</span>
      {duration_ms !== undefined && <span class="took">{duration(duration_ms)}</span>}
    </li>
  );
}

function Trouble({ operations }: { operations: readonly Operation[] }) {
  const troubled = operations.filter(
    ({ state, reason }) => (state === "failed" || state === "retrying") && reason !== undefined,
  );
  return (
    <>
      {troubled.map(({ id, state, reason, hint }) => (
        <p key={id} class={`trouble ${state}`}>
          {reason} {hint}
        </p>
      ))}
    </>
  );
}

function Log({ progress: { log } }: { progress: Progress }) {
  return (
    <details class="log">
      <summary>Event log, {log.length} lines</summary>
      <Scrollable class="lines" label="Event log">
        <ol>
          {log.map(({ id, text, tone }) => (
            <li key={id} class={tone}>
              <span class="faint">{id}</span> <span>{text}</span>
            </li>
          ))}
        </ol>
      </Scrollable>
    </details>
  );
}
