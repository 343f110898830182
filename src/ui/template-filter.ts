import type { Summary } from "../templates/summary.ts";

/** Which templates are shown. Pure. */
export interface Filter {
  category: string | undefined;
  complexity: string | undefined;
  /** Ids that a search found, best first; everything when there is no search. */
  found: readonly string[] | undefined;
}

export const COMPLEXITY_ORDER = ["simple", "medium", "advanced"] as const satisfies Summary["complexity"][];

/** The templates that pass the filter, in the order of the search where there is one. */
export function chosen(all: readonly Summary[], { category, complexity, found }: Filter): Summary[] {
  const passing = all.filter(
    (template) =>
      (category === undefined || template.category === category) &&
      (complexity === undefined || template.complexity === complexity),
  );
  if (found === undefined) return passing;
  return found.flatMap((id) => passing.filter((template) => template.id === id));
}
