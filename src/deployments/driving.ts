import type { ProviderName } from "../blueprints/schema.ts";
import type { DesiredObject, ObjectReference, Provider, ProviderError } from "../providers/provider.ts";
import type { OperationEvent } from "./events.ts";
import type { DeploymentRecord, Journal } from "./journal.ts";
import { apply, type Decision, decide, type OperationRecord, type Run, type RunEvent, settle } from "./step.ts";

/** What driving a run needs of the world around it. */
export interface DrivingHost {
  journal: Journal;
  provider(name: ProviderName): Provider;
  /** Unix time in ms. */
  now(): number;
  /** In [0, 1). */
  chance(): number;
  /** Resolves after `ms`, or earlier when the deployment is woken. */
  pause(ms: number): Promise<void>;
  /** Tells followers that something was stored. */
  announce(): void;
}

/** One run being driven: the record in memory, the same on disk, and the calls in flight. */
export class Driving {
  readonly #calls = new Map<string, Promise<void>>();

  constructor(
    private readonly host: DrivingHost,
    private readonly record: DeploymentRecord,
    private run: Run,
    private readonly objects: ReadonlyMap<string, DesiredObject>,
    private readonly secrets: ReadonlyMap<string, string>,
  ) {}

  get inFlight(): number {
    return this.#calls.size;
  }

  /** Takes an event into the record, journals it, and tells followers what it means. */
  take(event: RunEvent): void {
    const before = this.run;
    this.run = apply(before, event);
    const { journal, now } = this.host;
    const changed = this.run.operations.filter((operation, place) => operation !== before.operations[place]);
    if (changed.length === 0 && this.run.stopping === before.stopping) return;
    journal.atomically(() => {
      journal.saveRun(this.record.run, before, this.run);
      for (const operation of changed) {
        const told = tell(operation, event, now());
        if (told !== undefined) journal.append({ type: "operation", data: told }, now());
      }
    });
    this.host.announce();
  }

  /** Begins all that is due, with at most `limit` operations in flight; the intent is journalled before each call. */
  begin(limit: number): Decision {
    const decision = decide(this.run, this.host.now(), limit);
    for (const operation of decision.look) {
      this.#call(operation, async () => {
        const reply = await this.#provider(operation).look(operation.kind, this.#reference(operation));
        this.take(
          reply.ok
            ? { type: "looked", id: operation.id, now: this.host.now(), sighting: reply.value }
            : this.#failure(operation, reply.error),
        );
      });
    }
    for (const operation of decision.ask) this.#call(operation, () => this.#perform(operation));
    for (const operation of decision.begin) {
      this.take({ type: "begun", id: operation.id, now: this.host.now() });
      this.#call(operation, () => this.#perform(operation));
    }
    return decision;
  }

  /** Waits until a call has ended, the time has come, or somebody woke the deployment. */
  async news(until: number): Promise<void> {
    await Promise.race([...this.#calls.values(), this.host.pause(Math.max(1, until - this.host.now()))]);
  }

  close(): Run {
    const before = this.run;
    this.run = settle(before);
    this.host.journal.saveRun(this.record.run, before, this.run);
    return this.run;
  }

  async #perform(operation: OperationRecord): Promise<void> {
    const reply = await this.#provider(operation).perform(operation.kind, this.#reference(operation), operation.handle);
    this.take(
      reply.ok
        ? { type: "answered", id: operation.id, now: this.host.now(), outcome: reply.value }
        : this.#failure(operation, reply.error),
    );
  }

  /** One call an operation at a time: what is looked for or asked about stays due until it has answered. */
  #call(operation: OperationRecord, call: () => Promise<void>): void {
    if (this.#calls.has(operation.id)) return;
    const guarded = call()
      // A provider that throws has a bug; what it did is unknown, so it is looked for, and given up after the usual attempts.
      .catch((error: unknown) => {
        console.error(JSON.stringify({ deployment: this.record.id, operation: operation.id, error: String(error) }));
        this.take(
          this.#failure(operation, { class: "unknown-outcome", message: "The provider's code failed; see the server's log." }),
        );
      })
      .finally(() => this.#calls.delete(operation.id));
    this.#calls.set(operation.id, guarded);
  }

  #failure(operation: OperationRecord, error: ProviderError): RunEvent {
    return { type: "failed", id: operation.id, now: this.host.now(), error, chance: this.host.chance() };
  }

  #provider(operation: OperationRecord): Provider {
    return this.host.provider(operation.provider);
  }

  #reference({ object }: OperationRecord): ObjectReference {
    const desired = this.objects.get(object);
    const owner = { project: this.record.project, deployment: this.record.id };
    return { owner, key: object, secrets: this.secrets, ...(desired === undefined ? {} : { desired }) };
  }
}

/** What followers are told of a change. */
function tell(operation: OperationRecord, event: RunEvent, now: number): OperationEvent | undefined {
  const { id, resource, object, kind, cause, attempt, status, error, started_at = now, wake_at = now } = operation;
  const about = { id, resource, object, kind };
  if (event.type === "interrupted")
    return { ...about, state: "looking", reason: "The server was interrupted; looking what came of it." };
  if (event.type === "begun")
    return operation.handle === undefined ? { ...about, state: "started", cause, attempt } : undefined;
  if (event.type === "answered" && event.outcome.status === "pending" && event.outcome.progress !== undefined) {
    return { ...about, state: "progress", reason: event.outcome.progress };
  }
  const because =
    error === undefined ? {} : { reason: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  if (status === "done") return { ...about, state: "done", attempt, duration_ms: now - started_at };
  if (status === "failed") return { ...about, state: "failed", attempt, duration_ms: now - started_at, ...because };
  if (status === "retrying") return { ...about, state: "retrying", attempt, retry_in_ms: wake_at - now, ...because };
  if (status === "unknown") return { ...about, state: "looking", attempt, ...because };
  return undefined;
}
