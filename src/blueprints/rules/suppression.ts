import { nearest } from "../../validation/nearest.ts";
import type { Blueprint } from "../schema.ts";
import type { Found, Rule } from "./rule.ts";

/**
 * Risks accepted in `metadata.audit_ignore`. An acceptance holds for a rule, on one resource or on all, until its day of expiry;
 * what no longer holds, or says nothing, is itself a finding.
 */

export type Acceptance = NonNullable<NonNullable<Blueprint["metadata"]>["audit_ignore"]>[number];

interface Place {
  rule: string;
  resource?: string | undefined;
}

const MIN_REASON_LETTERS = 10;

export const suppressionRules = {
  expired: {
    id: "AIC-A01",
    severity: "medium",
    title: "Accepted risk has expired",
    why: "It was accepted until a day that has passed; the finding counts again.",
    fix: "Fix what was accepted, or accept it again with a new reason and day.",
    references: [],
  },
  stale: {
    id: "AIC-A02",
    severity: "low",
    title: "Accepted risk matches nothing",
    why: "What it accepted is gone, or was never there: left standing, it would hide the next one.",
    fix: "Remove it from metadata.audit_ignore, or correct its rule and resource.",
    references: [],
  },
  unexplained: {
    id: "AIC-A03",
    severity: "low",
    title: "Accepted risk has no reason",
    why: "Whoever reads it next cannot tell whether it still holds. It is not applied.",
    fix: "Say why it is acceptable, in a sentence.",
    references: [],
  },
} as const satisfies Record<string, Omit<Rule, "check">>;

export class Acceptances {
  readonly #entries: { acceptance: Acceptance; place: number; used: boolean; expired: boolean; explained: boolean }[];

  /** `today` as YYYY-MM-DD; an acceptance still holds on its day of expiry. */
  constructor({ metadata }: Blueprint, today: string) {
    this.#entries = (metadata?.audit_ignore ?? []).map((acceptance, place) => ({
      acceptance,
      place,
      used: false,
      expired: acceptance.expires !== undefined && acceptance.expires < today,
      explained: (acceptance.reason.match(/[\p{L}\p{N}]/gu) ?? []).length >= MIN_REASON_LETTERS,
    }));
  }

  /** The acceptance that covers a finding, if one does. Every one that matches counts as used. */
  of(place: Place): Acceptance | undefined {
    const matching = this.#entries.filter(({ acceptance }) => covers(acceptance, place));
    for (const entry of matching) entry.used = true;
    return matching.find(({ expired, explained }) => !expired && explained)?.acceptance;
  }

  /** What is wrong with the acceptances themselves; ask when every finding has been asked about. */
  *problems(ruleIds: readonly string[]): Iterable<{ rule: Omit<Rule, "check">; found: Found }> {
    for (const { acceptance, place, used, expired, explained } of this.#entries) {
      const { rule, resource, expires } = acceptance;
      const path = ["metadata", "audit_ignore", place];
      const of = { path, ...(resource === undefined ? {} : { resource }) };
      if (!used) yield { rule: suppressionRules.stale, found: { ...of, detail: staleDetail(rule, resource, ruleIds) } };
      else if (expired)
        yield { rule: suppressionRules.expired, found: { ...of, detail: `${rule} was accepted until ${expires}.` } };
      else if (!explained)
        yield { rule: suppressionRules.unexplained, found: { ...of, detail: `${rule} is accepted without saying why.` } };
    }
  }
}

const covers = (acceptance: Acceptance, { rule, resource }: Place): boolean =>
  acceptance.rule === rule && (acceptance.resource === undefined || acceptance.resource === resource);

function staleDetail(rule: string, resource: string | undefined, ruleIds: readonly string[]): string {
  if (!ruleIds.includes(rule)) {
    const suggestion = nearest(rule, ruleIds);
    return `There is no rule ${rule}.${suggestion === undefined ? "" : ` Did you mean ${suggestion}?`}`;
  }
  return `${rule} finds nothing${resource === undefined ? "" : ` on ${resource}`}.`;
}
