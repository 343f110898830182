import type { Finding } from "./judgement.ts";

/** Findings of one rule that say the same of several resources, to be shown as one. */
export interface Alike {
  first: Finding;
  resources: string[];
  details: string[];
}

/** Groups findings by rule, severity and acceptance, in the order of the first of each. Pure. */
export function alike(findings: readonly Finding[]): Alike[] {
  const groups = Map.groupBy(findings, ({ id, severity, suppressed }) => `${id} ${severity} ${suppressed?.reason ?? ""}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const resources = group.flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
    return [{ first, resources: [...new Set(resources)], details: [...new Set(group.map(({ detail }) => detail))] }];
  });
}
