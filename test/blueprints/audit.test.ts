import { describe, expect, test } from "vitest";
import { audit, DEDUCTIONS, FAIL_ON } from "../../src/blueprints/audit.ts";
import { SEVERITIES } from "../../src/blueprints/rules/rule.ts";
import { call } from "../support/api.ts";
import { blueprintOf, container, TODAY } from "./sound.ts";

const flawed = container({ privileged: true, restart: "no", pids: undefined, image: "ghcr.io/shop/app:latest" });
const options = { today: TODAY };
const accept = (
  ...audit_ignore: { rule: string; resource?: string; reason: string; expires?: string; approved_by?: string }[]
) => ({
  metadata: { audit_ignore },
});

test("a sound blueprint has no finding and the full score", () => {
  expect(audit(blueprintOf(container()), options)).toMatchObject({ score: 100, passed: true, deductions: [], findings: [] });
});

test("a finding says what, where, why, how to mend it and by which standard", () => {
  const [finding] = audit(blueprintOf(flawed), options).findings;
  expect(finding).toMatchObject({
    id: "AIC-C01",
    severity: "critical",
    resource: "app",
    pointer: "#/resources/0/specs/privileged",
    title: expect.any(String),
    detail: expect.stringContaining("app"),
    why: expect.any(String),
    fix: expect.any(String),
  });
  expect(finding?.references).toContainEqual({
    name: "KICS ae5b6871",
    url: "https://docs.kics.io/latest/queries/dockercompose-queries/ae5b6871-7f45-42e0-bb4c-ab300c4d2026",
  });
});

test("the score is 100 less the deductions, which are listed", () => {
  const { score, deductions, findings, summary } = audit(blueprintOf(flawed), options);
  expect(score).toBe(100 - deductions.reduce((total, { points }) => total + points, 0));
  const bySeverity = SEVERITIES.map((severity) => findings.filter((finding) => finding.severity === severity).length);
  expect(Object.values(summary)).toEqual(bySeverity);
  const points = SEVERITIES.map((severity, place) => DEDUCTIONS[severity] * (bySeverity[place] ?? 0));
  expect(score).toBe(100 - points.reduce((total, lost) => total + lost, 0));
});

test("the score does not fall below 0", () => {
  const resources = ["a", "b", "c", "d", "e", "f"].map((name) => container({ privileged: true }, name));
  expect(audit(blueprintOf(resources), options).score).toBe(0);
});

test("the most severe come first, and every rule that ran is named", () => {
  const { findings, rules } = audit(blueprintOf(flawed), options);
  const ranks = findings.map(({ severity }) => SEVERITIES.indexOf(severity));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  expect(rules.length).toBeGreaterThan(35);
});

describe("fail_on", () => {
  test.each(FAIL_ON)("%s fails on findings of that severity and worse, and hides none", (fail_on) => {
    const low = audit(blueprintOf(container({ restart: "no" })), { ...options, fail_on });
    expect(low.passed).toBe(fail_on !== "low" && fail_on !== "info");
    expect(low.findings).toHaveLength(1);
  });

  test("is high when nothing is said", () => {
    expect(audit(blueprintOf(container({ pids: undefined })), options)).toMatchObject({ fail_on: "high", passed: true });
    expect(audit(blueprintOf(container({ cap_add: ["SYS_ADMIN"] })), options).passed).toBe(false);
  });
});

describe("an accepted risk", () => {
  const reason = "Runs on a host of its own.";

  test("stays in the output with its reason, out of the score, the summary and the gate", () => {
    const accepted = accept({ rule: "AIC-C01", resource: "app", reason, expires: "2027-01-01", approved_by: "ops" });
    const result = audit(blueprintOf(container({ privileged: true }), accepted), options);
    expect(result).toMatchObject({ score: 100, passed: true, suppressed: 1, summary: { critical: 0 }, deductions: [] });
    expect(result.findings).toMatchObject([
      { id: "AIC-C01", suppressed: { reason, expires: "2027-01-01", approved_by: "ops" } },
    ]);
  });

  test("covers the named resource alone, or every one when none is named", () => {
    const both = [container({ privileged: true }, "a"), container({ privileged: true }, "b")];
    const one = audit(blueprintOf(both, accept({ rule: "AIC-C01", resource: "a", reason })), options);
    expect(one.findings.map(({ resource, suppressed }) => [resource, suppressed !== undefined])).toEqual([
      ["b", false],
      ["a", true],
    ]);
    expect(audit(blueprintOf(both, accept({ rule: "AIC-C01", reason })), options)).toMatchObject({ suppressed: 2, score: 100 });
  });

  test("counts again once it has expired, and says so", () => {
    const result = audit(
      blueprintOf(container({ privileged: true }), accept({ rule: "AIC-C01", reason, expires: "2026-11-21" })),
      options,
    );
    expect(result.findings.map(({ id, suppressed }) => [id, suppressed])).toEqual([
      ["AIC-C01", undefined],
      ["AIC-A01", undefined],
    ]);
    expect(result.passed).toBe(false);
  });

  test("of a rule that does not exist names the nearest", () => {
    const result = audit(blueprintOf(container(), accept({ rule: "AIC-CO1", reason })), options);
    expect(result.findings).toMatchObject([{ id: "AIC-A02", detail: expect.stringMatching(/Did you mean AIC-C\d\d\?/) }]);
  });

  test("cannot accept what is wrong with accepting", () => {
    const result = audit(blueprintOf(container(), accept({ rule: "AIC-C01", reason }, { rule: "AIC-A02", reason })), options);
    expect(result.findings.filter(({ suppressed }) => suppressed === undefined)).toHaveLength(2);
  });
});

describe("POST /api/v1/blueprints/audit", () => {
  test("answers the audit of a bare or a wrapped blueprint", async () => {
    const blueprint = blueprintOf(container({ privileged: true }));
    for (const body of [blueprint, { template_id: "shop", blueprint }]) {
      const answer = await call("POST", "/blueprints/audit", body);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ score: 75, passed: false, findings: [{ id: "AIC-C01", resource: "app" }] });
    }
  });

  test("refuses a parameter it does not have, and so do its neighbours", async () => {
    for (const path of ["audit?fixx=true", "estimate?sheet=owned", "validate?strict=1"]) {
      expect((await call("POST", `/blueprints/${path}`, blueprintOf(container()))).status).toBe(422);
    }
  });

  test("takes fail_on, and refuses what it does not know", async () => {
    const blueprint = blueprintOf(container({ privileged: true }));
    expect((await call("POST", "/blueprints/audit?fail_on=none", blueprint)).body.passed).toBe(true);
    const wrong = await call("POST", "/blueprints/audit?fail_on=hi", blueprint);
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors).toMatchObject([{ pointer: "#/fail_on", in: "query" }]);
  });

  test("refuses a fixed blueprint as SARIF", async () => {
    const answer = await call("POST", "/blueprints/audit?fix=true&format=sarif", blueprintOf(container()));
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer: "#/format", in: "query" }]);
  });
});
