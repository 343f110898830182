import type { PriceSheet } from "./sheet.ts";

/** CX33 (4 shared vCPU, 8 GB, EUR 6.49 a month net): half of the price is spread over its vCPUs, half over its memory. */
export const hetznerCloud: PriceSheet = {
  id: "hetzner-cloud",
  name: "Hetzner Cloud, shared vCPU",
  currency: "EUR",
  date: "2026-05-27",
  source: { name: "Hetzner Cloud price list (CX33, volumes, traffic), net", url: "https://www.hetzner.com/cloud" },
  notes: [
    "Derived from one server type, half of its price for the vCPUs and half for the memory.",
    "20 TB of traffic are included. The price of an IPv4 address and of GPUs is not on this sheet.",
    "Hetzner changed its prices several times in 2026; look at the date.",
  ],
  prices: {
    cpu: { month: "0.81125" },
    memory: { month: "0.405625" },
    disk: { month: "0.0572" },
    egress: { gib: "0.001", included_gib: 20_000 },
  },
};
