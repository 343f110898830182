import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { audit } from "../../src/blueprints/audit.ts";
import { type Estimate, estimate } from "../../src/blueprints/estimate.ts";
import { costBand, withinBand } from "../../src/blueprints/estimate-band.ts";
import { fix } from "../../src/blueprints/fix.ts";
import { choosePriceSheet } from "../../src/blueprints/prices/choose.ts";
import { PRICE_SHEET_IDS } from "../../src/blueprints/prices/sheet.ts";
import { SEVERITIES } from "../../src/blueprints/rules/rule.ts";
import { scaleBlueprint } from "../../src/blueprints/scale.ts";
import { type Blueprint, blueprintSchema } from "../../src/blueprints/schema.ts";
import type { FakeSpecs } from "../../src/blueprints/specs.ts";
import { validate } from "../../src/blueprints/validate.ts";
import { blueprints } from "../support/arbitrary.ts";
import { TODAY } from "./sound.ts";

const today = { today: TODAY };

const sheets = PRICE_SHEET_IDS.map((price_sheet) => {
  const capacity = { cpu: 16, memory_gb: 64 };
  const owned = {
    purchase_price: 2000,
    lifetime_months: 48,
    watts: 90,
    price_per_kwh: "0.3",
    utilisation: 0.5,
    currency: "EUR",
    capacity,
  };
  const chosen = choosePriceSheet({
    price_sheet,
    ...(price_sheet === "owned" ? { owned } : {}),
    ...(price_sheet === "custom" ? { prices: { cpu_month: "9.99", egress_gb: "0.01" } } : {}),
  });
  if (!chosen.ok) throw new Error(JSON.stringify(chosen.error));
  return chosen.value;
});

const cents = (amount: string): bigint => BigInt(amount.replace(".", ""));
const total = (estimate: Estimate): bigint => cents(estimate.total_monthly_cost);

/** What a hurried author writes: images of all kinds, and hardening that is there or not. */
const flaws = fc.record(
  {
    image: fc.constantFrom(
      ...["nginx", "nginx:alpine", "postgres:latest", "redis", "grafana/grafana", "kong:3.10", "minio/minio", "shop/app:main"],
      ...["quay.io/coreos/etcd:v3.6.14", "grafana/loki:latest", "registry.local:5000/app:1", "prom/prometheus:v3.15.0"],
    ),
    privileged: fc.boolean(),
    cap_drop: fc.subarray(["ALL", "NET_RAW"]),
    cap_add: fc.subarray(["SYS_ADMIN", "CHOWN", "NET_BIND_SERVICE"]),
    no_new_privileges: fc.boolean(),
    user: fc.constantFrom("0", "root", "1000:1000", "app"),
    read_only: fc.boolean(),
    pids: fc.constant(100),
    cpu: fc.constantFrom(0.1, 1, 2.5),
    memory_mb: fc.constantFrom(64, 1000, 4096),
    restart: fc.constantFrom("no", "always", "on-failure", "on-failure:5", "unless-stopped"),
    ports: fc.array(fc.constantFrom(...[80, 443, 5432, 8001].map((port) => ({ container: port, host: port + 10_000 }))), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ["image"] },
);

const acceptances = fc.array(
  fc.record(
    {
      rule: fc.constantFrom("AIC-R03", "AIC-C05", "AIC-I01", "AIC-Z99"),
      reason: fc.constantFrom("Looked at, and it is fine.", ".............."),
      expires: fc.constantFrom("2026-01-01", "2027-01-01"),
    },
    { requiredKeys: ["rule", "reason"] },
  ),
  { maxLength: 2 },
);

/** Valid blueprints whose containers have some of these flaws. */
const flawed: fc.Arbitrary<Blueprint> = fc
  .tuple(
    blueprints({ providers: ["docker", "fake"], maxWorkloads: 5 }),
    fc.array(flaws, { minLength: 5, maxLength: 5 }),
    acceptances,
  )
  .map(([blueprint, drawn, audit_ignore]) => {
    let next = 0;
    const resources = blueprint.resources.map((resource) => {
      if (!("image" in resource.specs)) return resource;
      const { volumes, networks, replicas, env } = resource.specs as FakeSpecs;
      const kept = Object.fromEntries(
        Object.entries({ volumes, networks, replicas, env }).filter(([, value]) => value !== undefined),
      );
      return { ...resource, specs: { ...kept, ...drawn[next++ % drawn.length] } };
    });
    return blueprintSchema.parse({ ...blueprint, resources, metadata: { ...blueprint.metadata, audit_ignore } });
  });

describe("any blueprint's estimate", () => {
  test("is made on every sheet, in decimals, and adds up to the cent", () => {
    fc.assert(
      fc.property(blueprints(), fc.constantFrom(...sheets), (blueprint, sheet) => {
        const result = estimate(blueprint, { sheet });
        const parts = result.resources.flatMap(({ cost_components }) =>
          cost_components.map(({ monthly_cost }) => monthly_cost ?? "0.00"),
        );
        expect(parts.reduce((sum, part) => sum + cents(part), 0n)).toBe(total(result));
        expect(result.resources.reduce((sum, { monthly_cost }) => sum + cents(monthly_cost), 0n)).toBe(total(result));
        expect(cents(result.baseline_monthly_cost) + cents(result.usage.mid.monthly_cost)).toBe(total(result));
        const unknown = result.resources.flatMap(({ cost_components }) =>
          cost_components.filter((part) => part.price_not_found),
        );
        expect(unknown).toHaveLength(result.unpriced.length);
      }),
    );
  });

  test("does not fall when it is scaled up", () => {
    fc.assert(
      fc.property(blueprints(), fc.constantFrom(...sheets), fc.tuple(factor, factor), (blueprint, sheet, [a, b]) => {
        const small = scaleBlueprint(blueprint, Math.min(a, b));
        const large = scaleBlueprint(blueprint, Math.max(a, b));
        fc.pre(small.ok && large.ok);
        expect(total(estimate(small.value, { sheet })) <= total(estimate(large.value, { sheet }))).toBe(true);
      }),
    );
  });

  test("is low, mid and high in that order, and lies in the blueprint's band", () => {
    fc.assert(
      fc.property(blueprints(), (blueprint) => {
        const result = estimate(blueprint);
        const { low, mid, high } = result.usage;
        expect(cents(low.monthly_cost) <= cents(mid.monthly_cost)).toBe(true);
        expect(cents(mid.monthly_cost) <= cents(high.monthly_cost)).toBe(true);
        expect(withinBand(result, costBand(blueprint))).toBe(true);
      }),
    );
  });
});

const factor = fc.double({ min: 0.1, max: 20, noNaN: true });

describe("any blueprint's audit and fix", () => {
  test("the score is what the open findings leave of 100", () => {
    fc.assert(
      fc.property(fc.oneof(blueprints(), flawed), (blueprint) => {
        const { score, deductions, findings, suppressed, summary } = audit(blueprint, today);
        expect(score).toBe(Math.max(0, 100 - deductions.reduce((sum, { points }) => sum + points, 0)));
        expect(Object.values(summary).reduce((sum, count) => sum + count, suppressed)).toBe(findings.length);
      }),
    );
  });

  test("a fix never audits worse, stays as valid as before, and leaves nothing to mend", () => {
    fc.assert(
      fc.property(fc.oneof(blueprints(), flawed), (blueprint) => {
        const { blueprint: fixed, changes, before, after } = fix(blueprint, today);
        const changed = SEVERITIES.find((severity) => after.summary[severity] !== before.summary[severity]);
        if (changed !== undefined) expect(after.summary[changed]).toBeLessThan(before.summary[changed]);
        expect(after.score).toBeGreaterThanOrEqual(before.score);
        expect(blueprintSchema.parse(JSON.parse(JSON.stringify(fixed)))).toEqual(fixed);
        expect(validate(fixed).errors).toEqual(validate(blueprint).errors);
        const again = fix(fixed, today);
        expect(again.changes).toEqual([]);
        expect(again.blueprint).toEqual(fixed);
        if (changes.length === 0) expect(fixed).toEqual(blueprint);
      }),
    );
  });
});
