import { fail, ok, type Result } from "../../result.ts";
import type { Issue } from "../../validation/issue.ts";
import { awsOnDemand } from "./aws.ts";
import { hetznerCloud } from "./hetzner.ts";
import { emptySheet, ownedSheet, withCustomPrices } from "./own.ts";
import { reference } from "./reference.ts";
import type { CustomPrices, OwnedHardware, PriceSheet, PriceSheetId } from "./sheet.ts";

export interface SheetChoice {
  price_sheet?: PriceSheetId | undefined;
  owned?: OwnedHardware | undefined;
  prices?: CustomPrices | undefined;
}

/** The sheet a request asks for: a named one, one made of its own figures, or a named one with some prices replaced. */
export function choosePriceSheet({ price_sheet, owned, prices }: SheetChoice): Result<PriceSheet, Issue[]> {
  const id = price_sheet ?? (owned !== undefined ? "owned" : "reference");
  const issues: Issue[] = [];
  if (id === "owned" && owned === undefined)
    issues.push(
      missing(
        "owned",
        "Describe your hardware: purchase_price, lifetime_months, watts, price_per_kwh, capacity {cpu, memory_gb}.",
      ),
    );
  if (id !== "owned" && owned !== undefined)
    issues.push({ pointer: "#/owned", code: "conflict", detail: `"owned" goes with price_sheet "owned", not "${id}".` });
  if (id === "custom" && prices === undefined)
    issues.push(
      missing("prices", "Give the prices: cpu_month, memory_gb_month, disk_gb_month, gpu_month, public_ip_month, egress_gb."),
    );
  const base = baseSheet(id, owned);
  if (id !== "custom" && prices?.currency !== undefined && prices.currency !== base.currency)
    issues.push({
      pointer: "#/prices/currency",
      code: "conflict",
      detail: `The sheet "${id}" is in ${base.currency}; prices that replace some of its own are in the same currency.`,
      hint: 'Use price_sheet "custom" for prices all in your own currency.',
    });
  if (issues.length > 0) return fail(issues);
  return ok(prices === undefined ? base : withCustomPrices(base, prices));
}

function baseSheet(id: PriceSheetId, owned: OwnedHardware | undefined): PriceSheet {
  switch (id) {
    case "reference":
      return reference;
    case "aws-ondemand":
      return awsOnDemand;
    case "hetzner-cloud":
      return hetznerCloud;
    case "custom":
      return emptySheet;
    case "owned":
      return owned === undefined ? emptySheet : ownedSheet(owned);
  }
}

const missing = (key: string, hint: string): Issue => ({
  pointer: `#/${key}`,
  code: "required",
  detail: `This price sheet needs "${key}" in the body.`,
  hint,
});
