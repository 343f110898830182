import { add, type Decimal, decimal, divide, multiply, sum, toText } from "./decimal.ts";
import { reference } from "./reference.ts";
import { type CustomPrices, HOURS_PER_MONTH, type OwnedHardware, type PriceSheet, type Prices, type Unit } from "./sheet.ts";

/**
 * Prices of the capacity of one's own machine: write-off plus electricity by the month, shared out over vCPU, memory, disk and GPUs
 * in the proportion they have on the reference sheet, and divided by the share of it that is used.
 */
export function ownedSheet(owned: OwnedHardware): PriceSheet {
  const energyKwh = divide(multiply(decimal(owned.watts), decimal(HOURS_PER_MONTH)), decimal(1000));
  const monthly = add(
    divide(decimal(owned.purchase_price), decimal(owned.lifetime_months)),
    multiply(energyKwh, decimal(owned.price_per_kwh)),
  );
  const { cpu, memory_gb, disk_gb = 0, gpus = 0 } = owned.capacity;
  const capacity = { cpu, memory: memory_gb, disk: disk_gb, gpu: gpus };
  const units = (Object.keys(capacity) as (keyof typeof capacity)[]).filter((unit) => Number(capacity[unit]) > 0);
  const worth = sum(units.map((unit) => multiply(decimal(capacity[unit]), referenceMonth(unit))));
  const factor = divide(monthly, multiply(worth, decimal(owned.utilisation)));
  const prices: Prices = Object.fromEntries(
    units.map((unit) => [unit, { month: toText(multiply(referenceMonth(unit), factor)) }]),
  );
  if (owned.public_ip_month !== undefined) prices.public_ip = { month: toText(decimal(owned.public_ip_month)) };
  if (owned.egress_per_gb !== undefined) prices.egress = { gib: toText(decimal(owned.egress_per_gb)) };
  return {
    id: "owned",
    name: "Own hardware",
    currency: owned.currency,
    source: { name: "Figures of this request" },
    notes: [
      "Write-off and electricity by the month, shared out over vCPU, memory, disk and GPUs as the reference sheet weighs them.",
      "Space, people, network and spare parts are not in it.",
    ],
    prices,
  };
}

/** A sheet with some prices replaced by the caller's. */
export function withCustomPrices(sheet: PriceSheet, custom: CustomPrices): PriceSheet {
  const month = (value: CustomPrices["cpu_month"]) => (value === undefined ? undefined : { month: toText(decimal(value)) });
  const given: Prices = Object.fromEntries(
    Object.entries({
      cpu: month(custom.cpu_month),
      memory: month(custom.memory_gb_month),
      gpu: month(custom.gpu_month),
      disk: month(custom.disk_gb_month),
      public_ip: month(custom.public_ip_month),
      egress: custom.egress_gb === undefined ? undefined : { gib: toText(decimal(custom.egress_gb)) },
    }).filter(([, price]) => price !== undefined),
  );
  return {
    ...sheet,
    currency: custom.currency ?? sheet.currency,
    source:
      sheet.id === "custom" ? sheet.source : { ...sheet.source, name: `${sheet.source.name}, with prices of this request` },
    prices: { ...sheet.prices, ...given },
  };
}

export const emptySheet: PriceSheet = {
  id: "custom",
  name: "Custom prices",
  currency: "USD",
  source: { name: "Prices of this request" },
  notes: ["What has no price in the request is unknown, not free."],
  prices: {},
};

function referenceMonth(unit: Exclude<Unit, "egress">): Decimal {
  const price = reference.prices[unit];
  if (price === undefined || !("hour" in price)) throw new Error(`The reference sheet prices ${unit} by the hour.`);
  return multiply(decimal(price.hour), decimal(HOURS_PER_MONTH));
}
