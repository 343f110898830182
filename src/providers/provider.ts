import type { ProviderName, ResourceType } from "../blueprints/schema.ts";

/**
 * What the engine sees of a place things run in. `deployments/` decides, `providers/` act: each verb is one call, and every
 * failure is a typed error, so that the engine alone chooses between retrying, looking and giving up.
 */

/** Whose objects: `project` is in their names, `deployment` is the mark that says who may touch them. */
export interface Ownership {
  project: string;
  deployment: string;
}

/** One thing a provider is asked to keep: a network, a volume, or one replica of a compute or service. */
export interface DesiredObject {
  /** Unique in the deployment: `service/web-1`, `network/front`. */
  key: string;
  /** What the object is called at the provider, without the project's prefix: `web-1`. */
  name: string;
  resource: string;
  type: ResourceType;
  provider: ProviderName;
  specs: Readonly<Record<string, unknown>>;
  /** The version of each secret that the specs refer to. */
  secrets: Readonly<Record<string, number>>;
  /** SHA-256 of what the object is made from; equal hashes mean that nothing has to be done. */
  hash: string;
  /** Keys of the networks and volumes that have to exist before this can be created. */
  needs: readonly string[];
  /** Keys of the objects that have to be healthy before this may start. */
  after: readonly string[];
}

/** What a provider found that carries this deployment's marks. */
export interface ObservedObject {
  key: string;
  type: ResourceType;
  resource: string;
  /** Hash of what it was made from, read back from its marks. */
  hash: string;
  state: "created" | "running" | "stopped" | "healthy" | "unhealthy" | "finished";
  /** Where it is reached from outside its own networks. */
  ip?: string;
  /** For storage: something has been written to it, or may have been. */
  holds_data?: boolean;
}

export const OPERATION_KINDS = ["create", "start", "await", "update", "stop", "delete"] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** How one call ended. `pending` is asked again after `poll_in_ms`, with its `handle`. */
export type Outcome = { status: "done" } | { status: "pending"; poll_in_ms: number; handle?: string; progress?: string };

/** What looking says about an operation whose answer was lost. */
export type Sighting = "done" | "not-done";

/**
 * Why a call failed. `locked` and `transient` pass by themselves; after `unknown-outcome` nobody knows whether the call had
 * its effect, so the engine looks before it does anything else; the others stay as they are until a person acts.
 */
export interface ProviderError {
  class:
    | "transient"
    | "locked"
    | "unknown-outcome"
    | "invalid"
    | "auth"
    | "permission"
    | "not-found"
    | "conflict"
    | "capacity"
    | "failed";
  message: string;
  hint?: string;
  retry_after_ms?: number;
}

export type Reply<T> = { ok: true; value: T } | { ok: false; error: ProviderError };

/** The operations that an object of this provider goes through; pure, used by the planner. */
export interface Lifecycle {
  /** From nothing to working. */
  create(object: DesiredObject): OperationKind[];
  /** From what was found, made as it is wanted but not working, to working. */
  resume(found: ObservedObject): OperationKind[];
  /** Whether a change of specs can be made on the living object. */
  canUpdate(before: DesiredObject, after: DesiredObject): boolean;
  remove(type: ResourceType): OperationKind[];
}

export interface Provider {
  /** Where published ports are reached. */
  readonly host: string;
  readonly lifecycle: Lifecycle;
  /** Everything at the target that carries this deployment's mark. */
  observe(owner: Ownership): Promise<Reply<ObservedObject[]>>;
  /**
   * What would stand in the way of making these objects, found out before anything is changed: names taken, and whatever else
   * the provider can tell (images, storage, ports, permissions, capacity). One sentence each; none when all is well.
   */
  preflight(owner: Ownership, objects: readonly DesiredObject[]): Promise<Reply<string[]>>;
  /** Carries out one operation with one call; asked again with the `handle` of a pending outcome. */
  perform(kind: OperationKind, object: ObjectReference, handle: string | undefined): Promise<Reply<Outcome>>;
  /** Finds out by looking whether an operation whose answer was lost had its effect. */
  look(kind: OperationKind, object: ObjectReference): Promise<Reply<Sighting>>;
}

/** The object an operation is about; `desired` is absent when it is being removed. */
export interface ObjectReference {
  owner: Ownership;
  key: string;
  desired?: DesiredObject;
  /** Values for the references in `desired.specs`; filled in at the last moment and kept nowhere. */
  secrets: ReadonlyMap<string, string>;
}
