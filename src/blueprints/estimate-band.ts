import { type Estimate, estimate } from "./estimate.ts";
import type { Blueprint } from "./schema.ts";

/** Where bands begin and end, in dollars a month; from 5,000 on they go 1, 2, 5, 10 … */
const STEPS = [0, 10, 25, 50, 100, 200, 300, 500, 1000, 2000, 5000];

/** The band a blueprint's reference price falls in: `$100-200/month`. For templates that do not name one themselves. */
export function costBand(blueprint: Blueprint): string {
  const total = Number(estimate(blueprint).total_monthly_cost);
  const steps = [...STEPS];
  for (let next = 10_000; (steps.at(-1) ?? 0) <= total; next *= 10) steps.push(next, next * 2, next * 5);
  const upper = steps.findIndex((step) => step > total);
  return `$${steps[upper - 1]}-${steps[upper]}/month`;
}

/** Whether an estimate lies in a band such as `$100-200/month`, ends included. A text that is no band holds nothing. */
export function withinBand({ currency, total_monthly_cost }: Estimate, band: string): boolean {
  const match = /^\$(\d+)-(\d+)\/month$/.exec(band);
  const total = Number(total_monthly_cost);
  return match !== null && currency === "USD" && Number(match[1]) <= total && total <= Number(match[2]);
}
