import type { Blueprint } from "../blueprints/schema.ts";
import type { DeploymentRecord, Goal, Journal, SealedSecret } from "./journal.ts";
import type { IndexEntry } from "./place.ts";
import { type SecretVersions, versionOf } from "./secrets.ts";
import { SETTLED, type Status } from "./status.ts";

/** What can be asked of a deployment. Each request is recorded as a new goal, or refused with a sentence that says why. */

/** What a new deployment is made from. */
export interface NewDeployment {
  id: string;
  blueprint: Blueprint;
  /** Secrets that are new with it, or have a new value. */
  sealed: SealedSecret[];
  rehearsal: boolean;
  targets: string[];
  on_failure: "rollback" | "keep";
  /** The approved plan. */
  plan_hash?: string;
}

/** What an existing deployment is changed to. */
export type Update = Omit<NewDeployment, "id">;

export type Refusal = { refused: string };

/** Records a deployment. Asked again with the same journal it changes nothing. */
export function accept(journal: Journal, wish: NewDeployment, now: number): DeploymentRecord {
  const existing = journal.record();
  if (existing !== undefined) return existing;
  const { id, blueprint, rehearsal, on_failure, targets, plan_hash } = wish;
  return journal.atomically(() => {
    const record: DeploymentRecord = {
      id,
      project: blueprint.name,
      name: blueprint.name,
      status: "queued",
      goal: { type: "apply", revision: addRevision(journal, wish, now) },
      goal_since: now,
      rehearsal,
      on_failure,
      targets,
      reached: [],
      run: 0,
      planned: false,
      left_over: [],
      created_at: now,
      updated_at: now,
      ...(plan_hash === undefined ? {} : { plan_hash }),
    };
    return enter(journal, record, "Accepted.", now);
  });
}

/** Heads for another blueprint; what is there already and stays is left alone. */
export function update(journal: Journal, wish: Update, now: number): DeploymentRecord | Refusal {
  const record = settled(journal);
  if ("refused" in record) return record;
  if (record.rehearsal !== wish.rehearsal) {
    const is = record.rehearsal ? "a rehearsal" : "real";
    return { refused: `This deployment is ${is}, and stays that. Deploy the blueprint as a new deployment instead.` };
  }
  const { plan_hash: _earlier, error: _mended, ...rest } = record;
  const { blueprint, rehearsal, on_failure, targets, plan_hash } = wish;
  return journal.atomically(() => {
    const goal: Goal = { type: "apply", revision: addRevision(journal, wish, now) };
    const approved = plan_hash === undefined ? {} : { plan_hash };
    const next = { ...rest, ...approved, name: blueprint.name, rehearsal, on_failure, targets };
    return head(journal, { ...next, status: "queued" }, goal, "Accepted a new blueprint.", now);
  });
}

/** Goes back to an earlier revision that was reached: the one before the present, where none is named. */
export function rollBack(journal: Journal, revision: number | undefined, now: number): DeploymentRecord | Refusal {
  const record = settled(journal);
  if ("refused" in record) return record;
  const wanted = revision ?? record.reached.at(-2);
  if (wanted === undefined) return { refused: "There is no earlier revision that was reached." };
  if (!record.reached.includes(wanted)) {
    return { refused: `Revision ${wanted} was never reached; there are: ${record.reached.join(", ") || "none"}.` };
  }
  const goal: Goal = { type: "restore", revision: wanted, because: undefined };
  return head(journal, { ...record, status: "rolling_back" }, goal, `Going back to revision ${wanted}.`, now);
}

/** Stops new work; what is in flight is settled first. */
export function cancel(journal: Journal, now: number): DeploymentRecord | Refusal {
  const record = journal.record();
  if (record === undefined || SETTLED.has(record.status)) {
    return { refused: `It is ${record?.status ?? "gone"} already; there is nothing to cancel.` };
  }
  if (record.status === "rolling_back" || record.status === "deleting") {
    const doing = record.status === "deleting" ? "being deleted" : "going back";
    return { refused: `It is ${doing}; that is not stopped half-way.` };
  }
  return enter(journal, { ...record, status: "cancelling" }, "Cancelling: nothing new is begun.", now);
}

/** Tears down all that the deployment owns. Storage that holds data stays unless its resource is named. */
export function remove(journal: Journal, delete_data: string[], now: number): DeploymentRecord | Refusal {
  const record = settled(journal);
  if ("refused" in record) return record;
  const goal: Goal = { type: "remove", delete_data };
  return head(journal, { ...record, status: "deleting" }, goal, "Removing everything this deployment owns.", now);
}

/** The newest version of each secret. */
export function secretVersions(journal: Journal): SecretVersions {
  const versions: Record<string, number> = {};
  for (const { name, version } of journal.secrets()) versions[name] = Math.max(versionOf(versions, name), version);
  return versions;
}

function addRevision(journal: Journal, { blueprint, sealed }: Update, now: number): number {
  for (const secret of sealed) journal.addSecret(secret);
  return journal.addRevision({ blueprint, secrets: secretVersions(journal) }, now);
}

/**
 * Makes a record for a deployment whose journal is gone, from its line in the index, so that what carries its marks can be torn
 * down. Its project is taken to be its name, as it is for every deployment that was never renamed.
 */
export function recall(journal: Journal, { id, name, rehearsal, targets, created_at }: IndexEntry, now: number): void {
  if (journal.record() !== undefined) return;
  journal.saveRecord({
    id,
    project: name,
    name,
    status: "failed",
    goal: { type: "remove", delete_data: [] },
    goal_since: now,
    rehearsal,
    on_failure: "keep",
    targets,
    reached: [],
    run: journal.runs().length,
    planned: false,
    left_over: [],
    created_at,
    updated_at: now,
  });
}

function settled(journal: Journal): DeploymentRecord | Refusal {
  const record = journal.record();
  if (record === undefined || record.status === "deleted") return { refused: "It is deleted already." };
  if (SETTLED.has(record.status)) return record;
  return { refused: `It is ${record.status}; cancel it first, or wait until it has settled.` };
}

function head(journal: Journal, record: DeploymentRecord, goal: Goal, sentence: string, now: number): DeploymentRecord {
  return enter(journal, { ...record, goal, goal_since: now, planned: false }, sentence, now);
}

function enter(journal: Journal, record: DeploymentRecord, sentence: string, now: number): DeploymentRecord {
  const next = { ...record, updated_at: now };
  const status: Status = next.status;
  journal.atomically(() => {
    journal.saveRecord(next);
    journal.append({ type: "status", data: sentence, status }, now);
  });
  return next;
}
