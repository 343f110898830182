import type { Issue } from "../validation/issue.ts";

/** What the server thinks of a blueprint: whether it is valid, what it costs, what is risky. */

export interface Verdict {
  valid: boolean;
  errors: readonly Issue[];
  warnings: readonly Issue[];
}

export interface Estimate {
  currency: string;
  total_monthly_cost: string;
  price_sheet?: { name?: string; date?: string } | string;
  usage?: Partial<Record<"low" | "mid" | "high", { total_monthly_cost: string }>>;
  resources: readonly { name: string; monthly_cost: string; cost_components: readonly CostComponent[] }[];
  unpriced?: readonly { resource: string; component: string; reason: string }[];
  assumptions?: readonly string[];
}

export interface CostComponent {
  name: string;
  unit: string;
  monthly_quantity: string;
  monthly_cost: string | null;
}

export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Audit {
  score: number;
  summary: Record<Severity, number>;
  findings: readonly Finding[];
}

export interface Finding {
  id: string;
  severity: Severity;
  resource?: string;
  pointer: string;
  title: string;
  detail: string;
  fix: string;
  suppressed?: { reason: string };
}

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
