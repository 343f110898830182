import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { type Estimate, estimate } from "../../src/blueprints/estimate.ts";
import { costBand, withinBand } from "../../src/blueprints/estimate-band.ts";
import { compareEstimates } from "../../src/blueprints/estimate-comparison.ts";
import { choosePriceSheet } from "../../src/blueprints/prices/choose.ts";
import { type Blueprint, type BlueprintInput, blueprintSchema } from "../../src/blueprints/schema.ts";

/** The load balancer, two apps and a database of the price table: 4 vCPU, 7.5 GiB, 80 GiB, one public address, 100 GiB of traffic. */
const webApp = blueprint([
  {
    type: "service",
    name: "lb",
    provider: "docker",
    specs: { image: "haproxy:3.4.3-alpine", cpu: 0.5, memory_mb: 512, ports: [{ container: 80, host: 80 }] },
  },
  {
    type: "service",
    name: "app",
    provider: "docker",
    specs: { image: "traefik/whoami:v1.11", cpu: 1, memory_mb: 1536, replicas: 2 },
  },
  {
    type: "service",
    name: "db",
    provider: "docker",
    specs: {
      image: "postgres:18.6-alpine",
      cpu: 1.5,
      memory_mb: 4096,
      volumes: [{ name: "data", target: "/var/lib/postgresql" }],
    },
  },
  { type: "storage", name: "data", provider: "docker", specs: { disk_gb: 80 } },
  { type: "network", name: "back", provider: "docker", specs: { internal: true } },
]);

function blueprint(resources: BlueprintInput["resources"], rest: Partial<BlueprintInput> = {}): Blueprint {
  return blueprintSchema.parse({ version: "1.0", name: "test", resources, ...rest });
}

const service = (specs: object, name = "app"): BlueprintInput["resources"][number] =>
  ({ type: "service", name, provider: "docker", specs: { image: "app:1", ...specs } }) as BlueprintInput["resources"][number];

const cents = (amount: string | null): number => Math.round(Number(amount) * 100);

function sheet(choice: Parameters<typeof choosePriceSheet>[0]) {
  const chosen = choosePriceSheet(choice);
  if (!chosen.ok) throw new Error(JSON.stringify(chosen.error));
  return chosen.value;
}

function lineOf(estimate: Estimate, resource: string, name: string) {
  return estimate.resources
    .find((entry) => entry.name === resource)
    ?.cost_components.find((component) => component.name === name);
}

describe("the reference price", () => {
  test("a small web application costs what the published prices add up to by hand", () => {
    const { total_monthly_cost, baseline_monthly_cost, currency, totals } = estimate(webApp);
    const hour = 4 * 0.031611 + 7.5 * 0.004237 + 80 * 0.00005479452 + 0.005;
    expect(Number(total_monthly_cost)).toBeCloseTo(hour * 730 + 100 * 0.12, 1);
    expect(Number(baseline_monthly_cost)).toBeCloseTo(hour * 730, 1);
    expect(currency).toBe("USD");
    expect(totals).toEqual({ cpu: "4", memory_gb: "7.5", disk_gb: "80", gpus: "0" });
  });

  test("names its sheet, its date and its source", () => {
    const { price_sheet } = estimate(webApp);
    expect(price_sheet).toMatchObject({ id: "reference", date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(price_sheet.source.url).toMatch(/^https:/);
  });

  test("amounts are decimal texts, and every sum is exact to the cent", () => {
    const result = estimate(webApp);
    for (const resource of result.resources) {
      const parts = resource.cost_components.map(({ monthly_cost }) => cents(monthly_cost));
      expect(cents(resource.monthly_cost)).toBe(parts.reduce((total, part) => total + part, 0));
      expect(resource.monthly_cost).toMatch(/^\d+\.\d\d$/);
    }
    expect(cents(result.total_monthly_cost)).toBe(
      result.resources.reduce((total, { monthly_cost }) => total + cents(monthly_cost), 0),
    );
    expect(cents(result.total_monthly_cost)).toBe(cents(result.baseline_monthly_cost) + cents(result.usage.mid.monthly_cost));
  });

  test("a tenth of a vCPU ten times over is one vCPU: nothing drifts", () => {
    const tenth = estimate(blueprint([service({ cpu: 0.1, memory_mb: 1024, replicas: 10 })]));
    const whole = estimate(blueprint([service({ cpu: 1, memory_mb: 10240 })]));
    expect(tenth.total_monthly_cost).toBe(whole.total_monthly_cost);
    expect(tenth.totals.cpu).toBe("1");
  });

  test("copies are charged each, a resource that runs once is not charged by the month", () => {
    const one = estimate(blueprint([service({ cpu: 2, memory_mb: 1024 })]));
    const three = estimate(blueprint([service({ cpu: 2, memory_mb: 1024, replicas: 3 })]));
    expect(Number(three.totals.cpu)).toBe(3 * Number(one.totals.cpu));
    const job = estimate(blueprint([service({ cpu: 2, memory_mb: 1024, run_once: true })]));
    expect(job.total_monthly_cost).toBe("0.00");
    expect(job.assumptions.join()).toContain("runs once");
  });
});

describe("what is not in the blueprint", () => {
  test("sizes that are missing are assumed, marked and said", () => {
    const result = estimate(blueprint([service({})]));
    expect(lineOf(result, "app", "vCPU")).toMatchObject({ assumed: true, monthly_quantity: "0.5" });
    expect(result.assumptions).toContainEqual(expect.stringContaining("cpu 0.5, memory_mb 512"));
    expect(lineOf(estimate(webApp), "db", "vCPU")).not.toHaveProperty("assumed");
  });

  test("a price the sheet does not have is said and is not zero", () => {
    const gpu = blueprint([service({ cpu: 1, memory_mb: 1024, gpus: 2 })]);
    const result = estimate(gpu, { sheet: sheet({ price_sheet: "aws-ondemand" }) });
    expect(lineOf(result, "app", "GPU")).toMatchObject({
      price: null,
      monthly_cost: null,
      hourly_cost: null,
      price_not_found: true,
    });
    expect(result.unpriced).toEqual([{ resource: "app", component: "GPU", reason: expect.stringContaining("aws-ondemand") }]);
    expect(estimate(gpu).unpriced).toEqual([]);
  });
});

describe("traffic", () => {
  test("is assumed low, mid and high, apart from the baseline, and only where something is published", () => {
    const { usage, baseline_monthly_cost } = estimate(webApp);
    expect([usage.low.egress_gb, usage.mid.egress_gb, usage.high.egress_gb]).toEqual(["10", "100", "1000"]);
    expect([usage.low.monthly_cost, usage.mid.monthly_cost, usage.high.monthly_cost]).toEqual(["1.20", "12.00", "120.00"]);
    expect(cents(usage.high.total_monthly_cost)).toBe(cents(baseline_monthly_cost) + 12_000);
    const inside = estimate(blueprint([service({ cpu: 1, ports: [{ container: 80 }] })]));
    expect(inside.usage.high.monthly_cost).toBe("0.00");
    expect(inside.assumptions).toContainEqual(expect.stringContaining("No port is published"));
  });

  test("what the caller knows replaces the assumption, and a level can be chosen", () => {
    const known = estimate(webApp, { usage: { egress_gb: 500, public_ips: 2 } });
    expect(known.usage.mid.monthly_cost).toBe("60.00");
    expect(known.usage.low).toEqual(known.usage.high);
    expect(lineOf(known, "lb", "Public IPv4 address")).toMatchObject({ monthly_quantity: "2", monthly_cost: "7.30" });
    expect(estimate(webApp, { usage: { level: "high" } }).total_monthly_cost).toBe(
      estimate(webApp).usage.high.total_monthly_cost,
    );
  });

  test("a database port and a dashboard are counted with less than a web port", () => {
    const egress = (port: number) =>
      estimate(blueprint([service({ cpu: 1, ports: [{ container: port, host: port }] })])).usage.mid.egress_gb;
    expect([egress(443), egress(5432), egress(3000)]).toEqual(["100", "50", "20"]);
  });

  test("every machine tagged public has an address of its own; published ports of containers share one", () => {
    const machines = blueprint([
      {
        type: "compute",
        name: "edge",
        provider: "proxmox",
        specs: { cpu: 4, memory_mb: 8192, disk_gb: 20, replicas: 2, tags: ["public"] },
      },
      service({ cpu: 1, ports: [{ container: 80, host: 80 }] }, "a"),
      service({ cpu: 1, ports: [{ container: 81, host: 81 }] }, "b"),
    ]);
    const result = estimate(machines);
    expect(lineOf(result, "edge", "Public IPv4 address")?.monthly_quantity).toBe("2");
    expect(lineOf(result, "a", "Public IPv4 address")?.monthly_quantity).toBe("1");
    expect(lineOf(result, "b", "Public IPv4 address")).toBeUndefined();
  });

  test("what a sheet includes for free is charged only beyond that", () => {
    const hetzner = sheet({ price_sheet: "hetzner-cloud" });
    expect(estimate(webApp, { sheet: hetzner, usage: { egress_gb: 20_000 } }).usage.mid.monthly_cost).toBe("0.00");
    expect(estimate(webApp, { sheet: hetzner, usage: { egress_gb: 21_000 } }).usage.mid.monthly_cost).toBe("1.00");
  });
});

test("what a sheet includes for free is there once for the whole blueprint", () => {
  const door = (name: string) => service({ cpu: 150, ports: [{ container: 443, host: 443 }] }, name);
  const { usage } = estimate(blueprint([door("a"), door("b")]), { sheet: sheet({ price_sheet: "hetzner-cloud" }) });
  expect(usage.mid).toMatchObject({ egress_gb: "30000", monthly_cost: "10.00" });
});

describe("other price sheets", () => {
  test("own hardware, fully used, costs its write-off and electricity and nothing more", () => {
    const owned = {
      purchase_price: 2400,
      lifetime_months: 48,
      watts: 100,
      price_per_kwh: "0.30",
      utilisation: 1,
      currency: "EUR",
      capacity: { cpu: 16, memory_gb: 64, disk_gb: 1000 },
    };
    const all = blueprint([service({ cpu: 16, memory_mb: 65_536, disk_gb: 1000 })]);
    const full = estimate(all, { sheet: sheet({ owned }) });
    expect(Number(full.total_monthly_cost)).toBeCloseTo(2400 / 48 + 0.1 * 730 * 0.3, 1);
    expect(full.currency).toBe("EUR");
    const half = estimate(all, { sheet: sheet({ owned: { ...owned, utilisation: 0.5 } }) });
    expect(Number(half.total_monthly_cost)).toBeCloseTo(2 * Number(full.total_monthly_cost), 1);
  });

  test("custom prices stand alone, or replace single prices of another sheet", () => {
    const alone = estimate(webApp, { sheet: sheet({ price_sheet: "custom", prices: { currency: "CHF", cpu_month: "10" } }) });
    expect(alone).toMatchObject({ currency: "CHF", total_monthly_cost: "40.00" });
    expect(alone.unpriced.map(({ component }) => component)).toContain("Memory");
    const mixed = estimate(webApp, { sheet: sheet({ prices: { egress_gb: 0 } }) });
    expect(mixed.total_monthly_cost).toBe(estimate(webApp).baseline_monthly_cost);
  });

  test.each([
    [{ price_sheet: "owned" as const }, "#/owned"],
    [{ price_sheet: "custom" as const }, "#/prices"],
    [{ prices: { currency: "EUR", cpu_month: 1 } }, "#/prices/currency"],
  ])("%j is refused with what is missing", (choice, pointer) => {
    expect(choosePriceSheet(choice)).toMatchObject({ ok: false, error: [{ pointer }] });
  });
});

describe("comparing", () => {
  test("says the difference in all, by resource, and what is new or gone", () => {
    const bigger = blueprint([...webApp.resources.slice(1), service({ cpu: 1, memory_mb: 1024 }, "cache")]);
    const result = compareEstimates(estimate(webApp), estimate(bigger));
    expect(cents(result.difference)).toBe(cents(result.after_monthly_cost) - cents(result.before_monthly_cost));
    expect(result.resources.map(({ name }) => name)).toEqual(["lb", "cache"]);
    expect(result.resources[0]).toMatchObject({ after_monthly_cost: null, difference: expect.stringMatching(/^-/) });
    expect(result.resources[1]).toMatchObject({ before_monthly_cost: null });
  });
});

describe("bands", () => {
  test("a blueprint's band holds its price", () => {
    expect(costBand(webApp)).toBe("$100-200/month");
    for (const cpu of [0.25, 2, 8, 30, 100, 500]) {
      const sized = blueprint([service({ cpu, memory_mb: 1024, replicas: 3 })]);
      expect(withinBand(estimate(sized), costBand(sized))).toBe(true);
    }
  });

  test("a price outside, another currency and a text that is no band are not within", () => {
    expect(withinBand(estimate(webApp), "$300-1000/month")).toBe(false);
    expect(withinBand(estimate(webApp), "about $130")).toBe(false);
    expect(withinBand(estimate(webApp, { sheet: sheet({ price_sheet: "hetzner-cloud" }) }), "$0-1000/month")).toBe(false);
  });
});

describe("POST /api/v1/blueprints/estimate", () => {
  const post = (body: unknown, query = "") =>
    exports.default.fetch(`http://localhost/api/v1/blueprints/estimate${query}`, {
      method: "POST",
      body: JSON.stringify(body),
    });

  test("takes a bare blueprint, and the sheet from the query", async () => {
    const response = await post(webApp, "?price_sheet=hetzner-cloud");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ currency: "EUR", price_sheet: { id: "hetzner-cloud" } });
  });

  test("takes options beside the blueprint and compares with another", async () => {
    const response = await post({ blueprint: webApp, compare_to: webApp, usage: { egress_gb: 0 } });
    expect(await response.json()).toMatchObject({
      comparison: { difference: "0.00", resources: [] },
      usage: { mid: { monthly_cost: "0.00" } },
    });
  });

  test("prices the scaled blueprint and says what scaling changes", async () => {
    const response = await post({ blueprint: webApp, scale_factor: 2 });
    const scaled = (await response.json()) as Estimate & {
      comparison: { before_monthly_cost: string; after_monthly_cost: string };
    };
    expect(scaled.totals).toMatchObject({ cpu: "8", memory_gb: "15", disk_gb: "80" });
    expect(scaled.comparison).toMatchObject({
      before_monthly_cost: estimate(webApp).total_monthly_cost,
      after_monthly_cost: scaled.total_monthly_cost,
    });
    const tooLarge = await post({ blueprint: webApp, scale_factor: 1000 });
    expect(tooLarge.status).toBe(422);
    expect(await tooLarge.json()).toMatchObject({ errors: [{ pointer: "#/scale_factor" }] });
  });

  test("refuses a sheet without the figures it needs, and says which", async () => {
    const response = await post(webApp, "?price_sheet=owned");
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer: "#/owned", code: "required" }] });
  });
});
