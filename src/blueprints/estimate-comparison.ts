import * as z from "zod";
import type { Estimate } from "./estimate.ts";
import { type Decimal, decimal, divide, multiply, subtract, toFixed, ZERO } from "./prices/decimal.ts";

const money = z.string();

export const comparisonSchema = z
  .object({
    before_monthly_cost: money,
    after_monthly_cost: money,
    difference: money.describe("After minus before; negative when it gets cheaper."),
    percent: money.nullable().describe("Difference in percent of before; null when before costs nothing."),
    resources: z
      .array(
        z.object({
          name: z.string(),
          before_monthly_cost: money.nullable().describe("Null when it is new."),
          after_monthly_cost: money.nullable().describe("Null when it is gone."),
          difference: money,
        }),
      )
      .describe("Those whose cost changes, that are new or that are gone."),
  })
  .meta({ id: "CostComparison" });
export type Comparison = z.infer<typeof comparisonSchema>;

/** What changes between two estimates on the same price sheet at the same usage level. */
export function compareEstimates(before: Estimate, after: Estimate): Comparison {
  const total = { before: decimal(before.total_monthly_cost), after: decimal(after.total_monthly_cost) };
  const difference = subtract(total.after, total.before);
  const old = new Map(before.resources.map(({ name, monthly_cost }) => [name, monthly_cost]));
  const now = new Map(after.resources.map(({ name, monthly_cost }) => [name, monthly_cost]));
  const names = new Set([...old.keys(), ...now.keys()]);
  return {
    before_monthly_cost: before.total_monthly_cost,
    after_monthly_cost: after.total_monthly_cost,
    difference: toFixed(difference, 2),
    percent: total.before === ZERO ? null : toFixed(percentOf(difference, total.before), 1),
    resources: [...names]
      .map((name) => {
        const [was, is] = [old.get(name), now.get(name)];
        return {
          name,
          before_monthly_cost: was ?? null,
          after_monthly_cost: is ?? null,
          difference: toFixed(subtract(decimal(is ?? "0"), decimal(was ?? "0")), 2),
        };
      })
      .filter(({ before_monthly_cost, after_monthly_cost }) => before_monthly_cost !== after_monthly_cost),
  };
}

const percentOf = (part: Decimal, whole: Decimal): Decimal => divide(multiply(part, decimal(100)), whole);
