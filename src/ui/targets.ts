import { signal } from "@preact/signals";
import { getJson } from "./api.ts";

/** Where this server can deploy to. */
export interface Target {
  name: string;
  provider: string;
}

/** `undefined` until it is known; `"untold"` where the server does not say. */
export const targets = signal<readonly Target[] | "untold" | undefined>(undefined);

let asked = false;

/** Asks once a page. A failure hides nothing: without an answer both ways are offered, and the server decides. */
export async function loadTargets(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    targets.value = (await getJson<{ targets: Target[] }>("/api/v1/targets")).targets;
  } catch {
    targets.value = "untold";
  }
}

/** Whether something real may be touched by a deployment. */
export function canDeploy(): boolean {
  const { value } = targets;
  if (value === undefined) return false;
  return value === "untold" || value.some(({ provider }) => provider !== "fake");
}
