import * as z from "zod";

/** A month of prices and costs is 730 hours (365 × 24 / 12). */
export const HOURS_PER_MONTH = 730;

/** What is charged for, each with the unit its quantity is counted in. */
export const UNITS = {
  cpu: { name: "vCPU", unit: "vCPU-months" },
  memory: { name: "Memory", unit: "GiB-months" },
  gpu: { name: "GPU", unit: "GPU-months" },
  disk: { name: "Disk", unit: "GiB-months" },
  public_ip: { name: "Public IPv4 address", unit: "months" },
  egress: { name: "Traffic to the internet", unit: "GiB" },
} as const;

export type Unit = keyof typeof UNITS;

/**
 * Prices for one unit, as decimal texts: by the month, or by the hour (730 of which are a month); `egress` for one GiB.
 * A unit without a price is unknown on this sheet, which is not the same as free.
 */
export type Prices = Partial<Record<Unit, { month: string } | { hour: string } | { gib: string; included_gib?: number }>>;

/** A dated list of prices and where it comes from. */
export interface PriceSheet {
  id: string;
  name: string;
  currency: string;
  /** When the prices were read, as YYYY-MM-DD; figures of a request have no date. */
  date?: string;
  source: { name: string; url?: string };
  notes: string[];
  prices: Prices;
}

export const PRICE_SHEET_IDS = ["reference", "aws-ondemand", "hetzner-cloud", "owned", "custom"] as const;
export const priceSheetId = z.enum(PRICE_SHEET_IDS);
export type PriceSheetId = z.infer<typeof priceSheetId>;

/** An amount a person sends: exact as text, or a plain number. */
export const amount = z
  .union([z.number().min(0).max(1e12), z.string().regex(/^\d{1,12}(\.\d{1,12})?$/)], {
    error: 'Expected an amount such as 0.12 or "0.12", not negative.',
  })
  .meta({ description: "An amount: a number, or a decimal text where it has to be exact." });

const positiveAmount = amount.refine((value) => Number(value) > 0, "Expected an amount above zero.");

export const currency = z.string().regex(/^[A-Z]{3}$/, "Expected an ISO 4217 code such as USD.");

/** A machine of one's own: what it cost and burns, and what it holds. */
export const ownedSchema = z
  .strictObject({
    purchase_price: amount.describe("What the hardware cost."),
    lifetime_months: z.int().min(1).max(600).describe("Over how many months it is written off."),
    watts: amount.describe("Average draw at the wall, in watts."),
    price_per_kwh: amount,
    utilisation: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe("Share of the capacity that is in use; the idle rest is paid for by what runs. 1 when left out."),
    capacity: z.strictObject({
      cpu: positiveAmount.describe("vCPUs it offers."),
      memory_gb: positiveAmount.describe("Memory in GiB."),
      disk_gb: amount.optional().describe("Disk in GiB."),
      gpus: z.int().min(0).max(64).optional(),
    }),
    egress_per_gb: amount.optional().describe("What a GiB to the internet costs; unknown when left out."),
    public_ip_month: amount.optional().describe("What a public address costs a month; unknown when left out."),
    currency: currency.default("USD"),
  })
  .meta({ id: "OwnedHardware" });
export type OwnedHardware = z.output<typeof ownedSchema>;

/** A caller's own prices. Beside another sheet they replace its prices; alone (`custom`) they are all there is. */
export const customPricesSchema = z
  .strictObject({
    currency: currency.optional(),
    cpu_month: amount.optional().describe("One vCPU for a month."),
    memory_gb_month: amount.optional(),
    gpu_month: amount.optional(),
    disk_gb_month: amount.optional(),
    public_ip_month: amount.optional(),
    egress_gb: amount.optional().describe("One GiB to the internet."),
  })
  .meta({ id: "CustomPrices" });
export type CustomPrices = z.output<typeof customPricesSchema>;
