import type { Issue } from "../../validation/issue.ts";

/** Problems listed to a model at once; more would only bury the first ones. */
const MAX_LISTED = 30;

/** Sends a blueprint back with what is wrong with it. */
export function mendingMessage(issues: readonly Issue[]): string {
  const lines = issues
    .slice(0, MAX_LISTED)
    .map(({ pointer, detail, hint }) => `- ${pointer}: ${detail}${hint === undefined ? "" : ` ${hint}`}`);
  return [
    "That JSON is not a valid blueprint:",
    ...lines,
    "Write the whole corrected blueprint again, as one JSON object and nothing else.",
  ].join("\n");
}
