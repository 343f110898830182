import type { Candidate } from "../task.ts";
import { peakLoad } from "./load.ts";
import type { Need } from "./needs.ts";
import { type Profile, profileOf } from "./profiles.ts";
import type { Requirements } from "./requirements.ts";

/** One template of the answer, and why it is there. */
export interface Choice {
  candidate: Candidate;
  profile: Profile;
  reason: string;
}

/** A need this strong gets a template of its own beside the first; below it the word may only colour the request. */
const SECOND_NEED = 2.5;
/** More than this many templates in one blueprint is more than one team runs at a time. */
const MAX_TEMPLATES = 3;
/** A request beyond this share of the simple template's load goes to the larger one. */
const SIMPLE_SHARE = 1;

/** What each need is called in an answer. */
const NEED_NAMES: Record<Need, string> = {
  web: "a web application",
  database: "a database",
  cache: "a cache",
  monitoring: "monitoring",
  gateway: "an API gateway",
  kubernetes: "Kubernetes",
  pipeline: "a data pipeline",
  gpu: "GPU computing",
  security: "a zero-trust network",
};

/** The templates that together answer the request, the main one first. Empty when the request names nothing that any is for. */
export function choose(requirements: Requirements, candidates: readonly Candidate[], named?: Candidate): Choice[] {
  const options = candidates.map((candidate) => ({ candidate, profile: profileOf(candidate.id, candidate.template.category) }));
  const needs = named === undefined ? settled(requirements) : new Map(requirements.needs);
  const first =
    named === undefined ? best(needs, requirements, options) : options.find(({ candidate }) => candidate.id === named.id);
  if (first === undefined) return [];
  const reason = named === undefined ? mainReason(first, needs, requirements) : "the request names it";
  const choices: Choice[] = [{ ...first, reason }];
  const open = [...needs].toSorted((a, b) => b[1] - a[1]);
  for (const [need, weight] of open) {
    if (weight < SECOND_NEED || choices.length === MAX_TEMPLATES) continue;
    if (choices.some(({ profile }) => profile.core.includes(need) || profile.covers.includes(need))) continue;
    const second = best(new Map([[need, weight]]), requirements, options);
    if (second?.profile.core.includes(need))
      choices.push({ ...second, reason: `the request asks for ${NEED_NAMES[need]} too` });
  }
  return choices;
}

type Option = Omit<Choice, "reason">;

/** Words of one need often stand in for another: a load balancer "for the API" is still web, a "database for kafka" a pipeline. */
function settled({ needs }: Requirements): Map<Need, number> {
  const result = new Map(needs);
  const weaken = (need: Need, when: Need, by: number) => {
    if ((result.get(when) ?? 0) >= 3 && (result.get(need) ?? 0) < 3)
      result.set(need, Math.max(0, (result.get(need) ?? 0) - by));
  };
  for (const strong of ["kubernetes", "pipeline", "gpu", "security", "gateway"] as const) weaken("web", strong, 1.5);
  weaken("pipeline", "monitoring", 1);
  weaken("pipeline", "gpu", 1);
  weaken("security", "gateway", 1);
  return new Map([...result].filter(([, weight]) => weight > 0));
}

function best(needs: ReadonlyMap<Need, number>, requirements: Requirements, options: readonly Option[]): Option | undefined {
  const top = Math.max(1, ...options.map(({ candidate }) => candidate.score));
  const ranked = options
    .map((option) => ({ option, score: suitability(option, needs, requirements) + searchBonus(option, top) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  return ranked[0]?.option;
}

function suitability({ profile }: Option, needs: ReadonlyMap<Need, number>, requirements: Requirements): number {
  let score = 0;
  for (const [need, weight] of needs) {
    if (profile.core.includes(need)) score += weight;
    else if (profile.covers.includes(need)) score += weight * 0.45;
  }
  if (score === 0) return 0;
  // A template that only brings the thing along is not what was asked for.
  if (!profile.core.some((need) => needs.has(need))) score *= 0.5;
  if (requirements.highAvailability && profile.highAvailability) score += 0.6;
  if (requirements.highAvailability && !profile.highAvailability) score -= 0.4;
  return score + (needs.has("web") ? sizeFit(profile, requirements) : 0);
}

/** Between templates for the same need the load decides: the small one for little, the larger one for much. */
function sizeFit({ core, requestsPerSecond, highAvailability }: Profile, requirements: Requirements): number {
  if (!core.includes("web") || requestsPerSecond === undefined) return 0;
  const load = peakLoad(requirements);
  const much = load !== undefined && load > SIMPLE_SHARE * 24;
  const large = requirements.highAvailability || much;
  return large === highAvailability ? 1 : 0;
}

/** The search breaks ties, and finds custom templates that no word list knows. */
function searchBonus({ candidate }: Option, top: number): number {
  return candidate.score === 0 ? 0 : 0.4 * (candidate.score / top);
}

function mainReason({ profile }: Option, needs: ReadonlyMap<Need, number>, requirements: Requirements): string {
  const met = profile.core.filter((need) => needs.has(need));
  if (met.length === 0) return "the search finds it first for this request";
  const what = met.map((need) => NEED_NAMES[need]).join(" and ");
  const available = requirements.highAvailability && profile.highAvailability ? " that survives the loss of a part" : "";
  return `the request asks for ${what}${available}`;
}
