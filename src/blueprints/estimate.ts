import * as z from "zod";
import { type Demand, demandOf, totalOf, USAGE_LEVELS, type Usage, type UsageLevel } from "./estimate-demand.ts";
import {
  add,
  type Decimal,
  decimal,
  divide,
  min,
  multiply,
  round,
  subtract,
  sum,
  toFixed,
  toText,
  ZERO,
} from "./prices/decimal.ts";
import { reference } from "./prices/reference.ts";
import { HOURS_PER_MONTH, type PriceSheet, priceSheetId, UNITS, type Unit } from "./prices/sheet.ts";
import type { Blueprint } from "./schema.ts";

const money = z.string().describe('A decimal text such as "134.20".');

const costComponent = z.object({
  name: z.string(),
  unit: z.string(),
  monthly_quantity: money,
  price: money.nullable().describe("Of one unit; null when the sheet does not have it."),
  hourly_cost: money.nullable(),
  monthly_cost: money.nullable().describe("Null when the price is unknown: not zero."),
  usage_based: z.boolean().optional().describe("Depends on how much it is used; counted at the usage level asked for."),
  assumed: z.boolean().optional().describe("The quantity is an assumption; see assumptions."),
  price_not_found: z.boolean().optional(),
});

const usageCost = z.object({ egress_gb: money, monthly_cost: money, total_monthly_cost: money });

/** What a blueprint costs, in the manner of Infracost's output: decimals are texts, a month is 730 hours. */
export const estimateSchema = z
  .object({
    currency: z.string(),
    price_sheet: z.object({
      id: priceSheetId,
      name: z.string(),
      date: z.string().optional(),
      source: z.object({ name: z.string(), url: z.string().optional() }),
      notes: z.array(z.string()),
    }),
    total_monthly_cost: money.describe("Baseline plus usage at the level asked for; what has no price is not in it."),
    total_hourly_cost: money,
    baseline_monthly_cost: money.describe("Without what depends on usage."),
    usage_level: z.enum(USAGE_LEVELS),
    usage: z.object({ low: usageCost, mid: usageCost, high: usageCost }),
    resources: z.array(z.object({ name: z.string(), monthly_cost: money, cost_components: z.array(costComponent) })),
    totals: z.object({ cpu: money, memory_gb: money, disk_gb: money, gpus: money }).describe("What is charged for, in all."),
    unpriced: z.array(z.object({ resource: z.string(), component: z.string(), reason: z.string() })),
    assumptions: z.array(z.string()),
  })
  .meta({ id: "Estimate" });
export type Estimate = z.infer<typeof estimateSchema>;

export interface EstimateOptions {
  sheet?: PriceSheet;
  usage?: Usage & { level?: UsageLevel | undefined };
}

interface Priced {
  demand: Demand;
  price: Decimal | undefined;
  /** Rounded to the cent, as an invoice line is; `undefined` when there is no price. */
  cost: Record<UsageLevel, Decimal> | undefined;
}

/** What a blueprint costs by the month on a price sheet (`reference` when left out). Never fails: an unknown price is said, not zero. */
export function estimate(blueprint: Blueprint, { sheet = reference, usage = {} }: EstimateOptions = {}): Estimate {
  const level = usage.level ?? "mid";
  const { demands, assumptions } = demandOf(blueprint, usage);
  const priced = priceAll(demands, sheet);
  const byResource = Map.groupBy(priced, ({ demand }) => demand.resource);
  const baseline = costOf(
    priced.filter(({ demand }) => !demand.usageBased),
    level,
  );
  const total = costOf(priced, level);
  const { name, date, source, notes } = sheet;
  return {
    currency: sheet.currency,
    price_sheet: { id: priceSheetId.parse(sheet.id), name, ...(date === undefined ? {} : { date }), source, notes },
    total_monthly_cost: toFixed(total, 2),
    total_hourly_cost: hourly(total),
    baseline_monthly_cost: toFixed(baseline, 2),
    usage_level: level,
    usage: { low: usageAt("low", priced), mid: usageAt("mid", priced), high: usageAt("high", priced) },
    resources: blueprint.resources.map((resource) => {
      const components = byResource.get(resource.name) ?? [];
      return {
        name: resource.name,
        monthly_cost: toFixed(costOf(components, level), 2),
        cost_components: components.map((component) => componentOf(component, level)),
      };
    }),
    totals: {
      cpu: toText(totalOf(demands, "cpu")),
      memory_gb: toText(totalOf(demands, "memory")),
      disk_gb: toText(totalOf(demands, "disk")),
      gpus: toText(totalOf(demands, "gpu")),
    },
    unpriced: priced
      .filter(({ price }) => price === undefined)
      .map(({ demand }) => ({
        resource: demand.resource,
        component: UNITS[demand.unit].name,
        reason: `The price sheet "${sheet.id}" has no price for it; give one in prices.`,
      })),
    assumptions,
  };
}

/** Prices in order: what a sheet includes for free is used up from the first resource on. */
function priceAll(demands: readonly Demand[], sheet: PriceSheet): Priced[] {
  const egress = sheet.prices.egress;
  const included = decimal(egress !== undefined && "gib" in egress ? (egress.included_gib ?? 0) : 0);
  const left = { low: included, mid: included, high: included };
  const unitPrices = new Map(Object.keys(UNITS).map((unit) => [unit, unitPrice(unit as Unit, sheet)]));
  return demands.map((demand) => {
    const price = unitPrices.get(demand.unit);
    if (price === undefined) return { demand, price, cost: undefined };
    if (!demand.usageBased) {
      const cost = round(multiply(demand.quantity.mid, price), 2);
      return { demand, price, cost: { low: cost, mid: cost, high: cost } };
    }
    const at = (level: UsageLevel) => {
      const free = min(demand.quantity[level], left[level]);
      left[level] = subtract(left[level], free);
      return round(multiply(subtract(demand.quantity[level], free), price), 2);
    };
    return { demand, price, cost: { low: at("low"), mid: at("mid"), high: at("high") } };
  });
}

function unitPrice(unit: Unit, { prices }: PriceSheet): Decimal | undefined {
  const price = prices[unit];
  if (price === undefined) return undefined;
  if ("hour" in price) return multiply(decimal(price.hour), decimal(HOURS_PER_MONTH));
  return decimal("month" in price ? price.month : price.gib);
}

function componentOf({ demand, price, cost }: Priced, level: UsageLevel): z.infer<typeof costComponent> {
  return {
    ...UNITS[demand.unit],
    monthly_quantity: toText(demand.quantity[level]),
    price: price === undefined ? null : toText(price),
    hourly_cost: cost === undefined ? null : hourly(cost[level]),
    monthly_cost: cost === undefined ? null : toFixed(cost[level], 2),
    ...(demand.usageBased ? { usage_based: true } : {}),
    ...(demand.assumed ? { assumed: true } : {}),
    ...(price === undefined ? { price_not_found: true } : {}),
  };
}

function usageAt(level: UsageLevel, priced: readonly Priced[]): z.infer<typeof usageCost> {
  const ofUsage = priced.filter(({ demand }) => demand.usageBased);
  return {
    egress_gb: toText(sum(ofUsage.map(({ demand }) => demand.quantity[level]))),
    monthly_cost: toFixed(costOf(ofUsage, level), 2),
    total_monthly_cost: toFixed(costOf(priced, level), 2),
  };
}

const costOf = (priced: readonly Priced[], level: UsageLevel): Decimal =>
  priced.reduce((total, { cost }) => add(total, cost?.[level] ?? ZERO), ZERO);

const hourly = (monthly: Decimal): string => toFixed(divide(monthly, decimal(HOURS_PER_MONTH)), 6);
