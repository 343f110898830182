import { useEffect, useRef, useState } from "preact/hooks";
import type { Blueprint } from "../blueprints/schema.ts";
import { type ApiProblem, postJson, problemFrom } from "./api.ts";
import { count } from "./format.ts";
import { Dialog, ProblemBox, Scrollable, Skeleton } from "./parts.tsx";
import { go } from "./route.ts";
import { canDeploy, loadTargets } from "./targets.ts";

/** Sending a blueprint on its way: as a rehearsal, which touches nothing, or for real after a look at the plan. */

interface Accepted {
  deployment_id: string;
  rehearsal: boolean;
  warnings: string[];
}

/** What this tab knows of the deployments it began, beyond what the server tells. */
export const begun = new Map<string, { blueprint: Blueprint; warnings: readonly string[] }>();

export function DeployBar({ blueprint, valid }: { blueprint: Blueprint; valid: boolean }) {
  const [confirming, setConfirming] = useState(false);
  const { start, busy, problem } = useDeploy(blueprint);
  useEffect(() => void loadTargets(), []);
  const real = canDeploy();
  return (
    <div class="deploy">
      <div class="actions">
        <button
          type="button"
          class={real ? "button" : "button primary"}
          disabled={busy || !valid}
          onClick={() => void start({ rehearse: true })}
        >
          {busy ? "Starting…" : "Rehearse"}
        </button>
        {real && (
          <button type="button" class="button primary" disabled={busy || !valid} onClick={() => setConfirming(true)}>
            Deploy…
          </button>
        )}
      </div>
      <p class="faint">{valid ? "A rehearsal runs every step and touches nothing." : "Mend the errors first."}</p>
      {problem && <ProblemBox problem={problem} />}
      {confirming && <PlanDialog blueprint={blueprint} close={() => setConfirming(false)} />}
    </div>
  );
}

interface Plan {
  plan_hash: string;
  operations: { id: string; kind: string; resource: string; cause: string; destroys?: string }[];
  warnings?: string[];
}

/** What would be done, operation by operation, before anybody says yes. */
function PlanDialog({ blueprint, close }: { blueprint: Blueprint; close: () => void }) {
  const [plan, setPlan] = useState<Plan | "untold">();
  const { start, busy, problem } = useDeploy(blueprint);
  const [refusal, setRefusal] = useState<ApiProblem>();
  useEffect(() => {
    postJson<Plan>("/api/v1/blueprints/plan", blueprint).then(setPlan, (error) => {
      const told = problemFrom(error);
      if (told?.status === 404) setPlan("untold");
      else setRefusal(told);
    });
  }, []);
  const hash = plan === undefined || plan === "untold" ? undefined : plan.plan_hash;
  return (
    <Dialog title={`Deploy ${blueprint.name}?`} close={close}>
      <p>{count(blueprint.resources.length, "resource")} will be created or changed on the configured targets.</p>
      {plan === undefined && refusal === undefined && <Skeleton lines={4} />}
      {plan !== undefined && plan !== "untold" && <PlanView plan={plan} />}
      {(problem ?? refusal) && <ProblemBox problem={(problem ?? refusal) as ApiProblem} />}
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          Not now
        </button>
        <button
          type="button"
          class="button primary"
          disabled={busy || plan === undefined}
          onClick={() => void start({ rehearse: false, ...(hash === undefined ? {} : { plan_hash: hash }) })}
        >
          {busy ? "Starting…" : "Deploy"}
        </button>
      </div>
    </Dialog>
  );
}

function PlanView({ plan: { operations, warnings = [] } }: { plan: Plan }) {
  if (operations.length === 0) return <p>Everything is there already; nothing has to be done.</p>;
  return (
    <>
      <Scrollable class="plan" label="Plan">
        <ol>
          {operations.map(({ id, kind, resource, cause, destroys }) => (
            <li key={id} class={destroys === undefined ? "" : "destroys"}>
              <strong>{kind}</strong> {resource} <span class="faint">{cause}</span>
              {destroys !== undefined && <span class="severity high">destroys {destroys}</span>}
            </li>
          ))}
        </ol>
      </Scrollable>
      {warnings.map((warning) => (
        <p key={warning} class="note warning">
          {warning}
        </p>
      ))}
    </>
  );
}

interface Wish {
  rehearse: boolean;
  plan_hash?: string;
}

/** Starts a deployment and goes to it. Trying again after a lost answer sends the same key, so nothing starts twice. */
function useDeploy(blueprint: Blueprint) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const key = useRef<{ wish: string; key: string }>();
  useEffect(() => setProblem(undefined), [blueprint]);
  const start = async ({ rehearse, plan_hash }: Wish) => {
    const body = plan_hash === undefined ? blueprint : { blueprint, plan_hash };
    const wish = JSON.stringify([rehearse, body]);
    if (key.current?.wish !== wish) key.current = { wish, key: crypto.randomUUID() };
    setBusy(true);
    setProblem(undefined);
    try {
      const accepted = await postJson<Accepted>(`/api/v1/blueprints/${rehearse ? "?provider=fake" : ""}`, body, {
        headers: { "idempotency-key": key.current.key },
      });
      key.current = undefined;
      begun.set(accepted.deployment_id, { blueprint, warnings: accepted.warnings });
      go({ page: "deployments", id: accepted.deployment_id });
    } catch (error) {
      setProblem(problemFrom(error));
    } finally {
      setBusy(false);
    }
  };
  return { start, busy, problem };
}
