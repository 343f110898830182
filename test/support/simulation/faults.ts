import type { FakeProvider } from "../../../src/providers/fake/provider.ts";
import type { FakeWorld } from "../../../src/providers/fake/world.ts";
import type {
  DesiredObject,
  ObjectReference,
  OperationKind,
  Outcome,
  Ownership,
  Provider,
  ProviderError,
  Reply,
  Sighting,
} from "../../../src/providers/provider.ts";
import type { VirtualTime } from "./time.ts";

/** How often each fault happens, as a share of calls from 0 to 1. */
export interface Faults {
  /** The call never arrives. */
  request: number;
  /** The call has its effect, and its answer is lost. */
  answer: number;
  /** The call takes long. */
  late: number;
  locked: number;
  /** Accepted, and asked again many times before it is done. */
  stall: number;
  /** Fails and always will. */
  fatal: number;
}

export const NO_FAULTS: Faults = { request: 0, answer: 0, late: 0, locked: 0, stall: 0, fatal: 0 };

const LATE_MS = 25_000;
const STALL_POLLS = 3;

const error = (kind: ProviderError["class"], message: string): Reply<never> => ({ ok: false, error: { class: kind, message } });

/** The fake provider behind a bad line. It also keeps the log that the promises are checked against. */
export class FaultyProvider implements Provider {
  /** Operations that were begun, in order, with the moment's view of what they rely on. */
  readonly begun: { kind: OperationKind; key: string }[] = [];
  /** What should never happen, in words. */
  readonly violations: string[] = [];
  #inFlight = 0;
  mostInFlight = 0;
  readonly #stalled = new Map<string, number>();
  #generation = 0;

  constructor(
    private readonly inner: FakeProvider,
    private readonly world: FakeWorld,
    private readonly time: VirtualTime,
    private readonly chance: () => number,
    private readonly faults: Faults,
  ) {}

  get host() {
    return this.inner.host;
  }

  get lifecycle() {
    return this.inner.lifecycle;
  }

  /** Calls that were on their way have no one to answer to any more. */
  crash(): void {
    this.#inFlight = 0;
    this.#generation++;
  }

  async observe(owner: Ownership) {
    const fault = this.#draw();
    if (fault === "request" || fault === "answer" || fault === "locked") {
      await this.time.wait(10);
      return error("transient", "The line was cut.");
    }
    return this.inner.observe(owner);
  }

  async preflight(owner: Ownership, objects: readonly DesiredObject[]) {
    const fault = this.#draw();
    if (fault === "request" || fault === "answer" || fault === "locked") {
      await this.time.wait(10);
      return error("transient", "The line was cut.");
    }
    return this.inner.preflight(owner, objects);
  }

  perform(kind: OperationKind, reference: ObjectReference, handle: string | undefined): Promise<Reply<Outcome>> {
    return this.#counted(async () => {
      if (handle === undefined) {
        this.begun.push({ kind, key: reference.key });
        if (kind === "start") this.#checkDependencies(reference);
      }
      const fault = this.#draw();
      const id = `${reference.key}:${kind}`;
      if (fault === "request") {
        await this.time.wait(10);
        return error("transient", "The call did not arrive.");
      }
      if (fault === "locked") {
        await this.time.wait(3);
        return error("locked", "Somebody else is working on it.");
      }
      if (fault === "fatal") {
        await this.time.wait(3);
        return error("failed", "It cannot be done.");
      }
      if (fault === "late") await this.time.wait(LATE_MS * this.chance());
      const reply = await this.inner.perform(kind, reference, handle);
      this.#checkBlindRepeat(kind, reference, reply);
      if (fault === "answer") return error("unknown-outcome", "The answer was lost.");
      if (fault === "stall" && !this.#stalled.has(id)) this.#stalled.set(id, STALL_POLLS);
      const left = this.#stalled.get(id) ?? 0;
      if (left > 0 && reply.ok) {
        this.#stalled.set(id, left - 1);
        return { ok: true, value: { status: "pending", poll_in_ms: 5_000, handle: kind } };
      }
      return reply;
    });
  }

  look(kind: OperationKind, reference: ObjectReference): Promise<Reply<Sighting>> {
    return this.#counted(async () => {
      const fault = this.#draw();
      if (fault === "request" || fault === "answer") {
        await this.time.wait(10);
        return error("transient", "Nobody answered.");
      }
      return this.inner.look(kind, reference);
    });
  }

  async #counted<T>(call: () => Promise<T>): Promise<T> {
    const generation = this.#generation;
    this.#inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    try {
      return await call();
    } finally {
      if (generation === this.#generation) this.#inFlight--;
    }
  }

  #draw(): keyof Faults | undefined {
    let point = this.chance();
    for (const [fault, share] of Object.entries(this.faults) as [keyof Faults, number][]) {
      if (point < share) return fault;
      point -= share;
    }
    return undefined;
  }

  #checkDependencies({ owner, key, desired }: ObjectReference): void {
    for (const other of desired?.after ?? []) {
      const object = this.world.get(`${owner.project}/${other}`);
      if (object?.state !== "healthy" && object?.state !== "finished") {
        this.violations.push(`${key} was started while ${other} was ${object?.state ?? "absent"}`);
      }
    }
  }

  /** Creating what this deployment has created already means that it repeated a call instead of looking. */
  #checkBlindRepeat(kind: OperationKind, { owner, key }: ObjectReference, reply: Reply<Outcome>): void {
    const occupant = this.world.get(`${owner.project}/${key}`);
    if (kind === "create" && !reply.ok && reply.error.class === "conflict" && occupant?.owner === owner.deployment) {
      this.violations.push(`${key} was created twice`);
    }
  }
}
