/** Where a deployment is. The ones in `SETTLED` stay until somebody asks for something new. */
export const STATUSES = [
  "queued",
  "planning",
  "running",
  "succeeded",
  "failed",
  "rolling_back",
  "rolled_back",
  "cancelling",
  "cancelled",
  "deleting",
  "deleted",
] as const;
export type Status = (typeof STATUSES)[number];

export const SETTLED: ReadonlySet<Status> = new Set(["succeeded", "failed", "rolled_back", "cancelled", "deleted"]);
