import type { Blueprint } from "../schema.ts";

/** The blueprint as a JSON document to keep in a repository: every default filled in, one key a line. */
export function toJson(blueprint: Blueprint): string {
  return `${JSON.stringify(blueprint, null, 2)}\n`;
}
