import type { PriceSheet } from "./sheet.ts";

export const reference: PriceSheet = {
  id: "reference",
  name: "Reference cloud equivalent",
  currency: "USD",
  date: "2026-11-22",
  source: {
    name: "OpenCost default price sheet (GCP us-central1); public IPv4 address as AWS charges it",
    url: "https://github.com/opencost/opencost/blob/develop/configs/default.json",
  },
  notes: ["What the same capacity would cost on a public cloud on demand; on hardware of your own choose the sheet `owned`."],
  prices: {
    cpu: { hour: "0.031611" },
    memory: { hour: "0.004237" },
    gpu: { hour: "0.95" },
    disk: { hour: "0.00005479452" },
    public_ip: { hour: "0.005" },
    egress: { gib: "0.12" },
  },
};
