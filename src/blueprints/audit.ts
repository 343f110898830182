import * as z from "zod";
import { pointer } from "../validation/issue.ts";
import { rules } from "./rules/all.ts";
import {
  type Change,
  type Found,
  type Rule,
  referenceSchema,
  SEVERITIES,
  type Severity,
  sceneOf,
  severitySchema,
} from "./rules/rule.ts";
import { Acceptances, suppressionRules } from "./rules/suppression.ts";
import type { Blueprint } from "./schema.ts";

/** Points a finding takes off the score of 100. */
export const DEDUCTIONS: Readonly<Record<Severity, number>> = { critical: 25, high: 10, medium: 4, low: 1, info: 0 };

export const FAIL_ON = ["critical", "high", "medium", "low", "info", "none"] as const;
export const failOnSchema = z.enum(FAIL_ON);
export type FailOn = z.infer<typeof failOnSchema>;

const findingSchema = z.object({
  id: z.string().describe("The rule."),
  severity: severitySchema,
  resource: z.string().optional().describe("Left out when it is about the blueprint itself."),
  pointer: z.string(),
  title: z.string(),
  detail: z.string().describe("What was found here; never a value that may be secret."),
  why: z.string(),
  fix: z.string(),
  fixable: z.boolean().describe("?fix=true mends it."),
  references: z.array(referenceSchema),
  suppressed: z
    .object({ reason: z.string(), expires: z.string().optional(), approved_by: z.string().optional() })
    .optional()
    .describe("Accepted in metadata.audit_ignore: out of the score and the gate."),
});

export const auditSchema = z
  .object({
    score: z.int().min(0).max(100).describe("100 less the deductions, at least 0."),
    deductions: z.array(z.object({ id: z.string(), severity: severitySchema, findings: z.int(), points: z.int() })),
    summary: z
      .object({ critical: z.int(), high: z.int(), medium: z.int(), low: z.int(), info: z.int() })
      .describe("Open findings."),
    suppressed: z.int().describe("Accepted findings."),
    passed: z.boolean().describe("No open finding is as severe as fail_on."),
    fail_on: failOnSchema,
    findings: z.array(findingSchema).describe("Most severe first; accepted ones last."),
    rules: z.array(z.object({ id: z.string(), severity: severitySchema, title: z.string() })).describe("The rules that ran."),
  })
  .meta({ id: "Audit" });
export type Audit = z.infer<typeof auditSchema>;
export type Finding = Audit["findings"][number];

/** Every rule a finding can come from: those about the blueprint, and those about what it accepts. */
export const auditRules: readonly Omit<Rule, "check">[] = [...rules, ...Object.values(suppressionRules)];

export interface AuditOptions {
  /** The day it is, as YYYY-MM-DD; accepted risks expire by it. */
  today: string;
  /** The audit fails on open findings of this severity and worse: `high` when left out. */
  fail_on?: FailOn | undefined;
}

/** A finding with the changes that would mend it. */
export interface Mendable {
  finding: Finding;
  changes: readonly Change[];
}

/** What is risky in a blueprint, how bad it is, and how to mend it. Never fails, and never prints a secret. */
export function audit(blueprint: Blueprint, options: AuditOptions): Audit {
  return summarise(findAll(blueprint, options.today), options);
}

/** Everything found, with its mechanical changes; what the fix works from. */
export function findAll(blueprint: Blueprint, today: string): Mendable[] {
  const acceptances = new Acceptances(blueprint, today);
  const scene = sceneOf(blueprint);
  const open = rules.flatMap((rule) => [...rule.check(scene)].map((found) => ({ rule, found })));
  const findings = open.map(({ rule, found }) => {
    const accepted = acceptances.of({ rule: rule.id, resource: found.resource });
    const suppressed = accepted && {
      reason: accepted.reason,
      ...(accepted.expires === undefined ? {} : { expires: accepted.expires }),
      ...(accepted.approved_by === undefined ? {} : { approved_by: accepted.approved_by }),
    };
    if (suppressed === undefined) return { finding: findingOf(rule, found), changes: found.changes ?? [] };
    return { finding: { ...findingOf(rule, found), fixable: false, suppressed }, changes: [] };
  });
  const ruleIds = rules.map(({ id }) => id);
  for (const { rule, found } of acceptances.problems(ruleIds)) findings.push({ finding: findingOf(rule, found), changes: [] });
  return findings;
}

function findingOf(rule: Omit<Rule, "check">, found: Found): Finding {
  const { id, title, why, fix, references } = rule;
  return {
    id,
    severity: found.severity ?? rule.severity,
    ...(found.resource === undefined ? {} : { resource: found.resource }),
    pointer: pointer(found.path),
    title,
    detail: found.detail,
    why,
    fix,
    fixable: (found.changes ?? []).length > 0,
    references: [...references],
  };
}

/** The audit of what was found. */
export function summarise(found: readonly Mendable[], { fail_on = "high" }: AuditOptions): Audit {
  const findings = found.map(({ finding }) => finding);
  const open = findings.filter(({ suppressed }) => suppressed === undefined);
  const count = (severity: Severity) => open.filter((finding) => finding.severity === severity).length;
  const deductions = [...Map.groupBy(open, ({ id, severity }) => `${id} ${severity}`).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || DEDUCTIONS[first.severity] === 0) return [];
    return [
      { id: first.id, severity: first.severity, findings: group.length, points: group.length * DEDUCTIONS[first.severity] },
    ];
  });
  const lost = deductions.reduce((total, { points }) => total + points, 0);
  return {
    score: Math.max(0, 100 - lost),
    deductions: deductions.toSorted((a, b) => b.points - a.points),
    summary: {
      critical: count("critical"),
      high: count("high"),
      medium: count("medium"),
      low: count("low"),
      info: count("info"),
    },
    suppressed: findings.length - open.length,
    passed: fail_on === "none" || !open.some(({ severity }) => rank(severity) <= rank(fail_on)),
    fail_on,
    findings: findings.toSorted((a, b) => standing(a) - standing(b)),
    rules: auditRules.map(({ id, severity, title }) => ({ id, severity, title })),
  };
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);
const standing = ({ severity, suppressed }: Finding): number =>
  rank(severity) + (suppressed === undefined ? 0 : SEVERITIES.length);
