import { estimate } from "../../blueprints/estimate.ts";
import { scaleBlueprint } from "../../blueprints/scale.ts";
import type { Blueprint, ProviderName } from "../../blueprints/schema.ts";
import { validate } from "../../blueprints/validate.ts";
import { providersOf } from "../../templates/instantiate.ts";
import type { Task } from "../task.ts";
import { type Choice, choose } from "./choose.ts";
import { combine } from "./combine.ts";
import { type Edited, edit, takeOut } from "./edit.ts";
import { count, dailyUsersAt } from "./load.ts";
import { removals } from "./parts.ts";
import { profileOf } from "./profiles.ts";
import { type Requirements, requirementsOf } from "./requirements.ts";
import { MIN_SCALE, roundScale, type Sized, scaleText, size } from "./size.ts";

/** A blueprint for a request, with the reasons for everything about it. */
export interface Plan {
  blueprint: Blueprint;
  requirements: Requirements;
  choices: readonly Choice[];
  /** Why it looks as it does, in sentences. */
  reasons: string[];
  /** What the request asks for and does not get, in sentences. */
  limits: string[];
  /** US dollars a month on the reference price sheet. */
  price: number;
}

/** Makes a blueprint for a request, or `undefined` when there is nothing to make one from. */
export function plan(task: Task): Plan | undefined {
  const requirements = requirementsOf(task.message);
  if (task.blueprint !== undefined && !namesTemplate(task)) return changed(task, task.blueprint, requirements);
  const found = choose(requirements, task.candidates, task.named);
  const choices = found.length > 0 ? found : starters(task);
  const [main, ...others] = choices;
  if (main === undefined) return undefined;
  const sized = [
    size(main, requirements, task.message, true),
    ...others.map((choice) => size(choice, requirements, task.message, false)),
  ];
  return fitToBudget(task, requirements, sized);
}

const namesTemplate = ({ named, message, blueprint }: Task): boolean =>
  named !== undefined && (blueprint?.metadata?.template !== named.id || message.includes(named.id));

/** Nothing in the request says what it is about: the simplest start there is. */
function starters({ candidates }: Task): Choice[] {
  const simple = candidates.find(({ id }) => id === "simple-web-app") ?? candidates[0];
  if (simple === undefined) return [];
  const reason = "the request names nothing a template is for, so this is the simplest start";
  return [{ candidate: simple, profile: profileOf(simple.id, simple.template.category), reason }];
}

export const priceOf = (blueprint: Blueprint): number => Number(estimate(blueprint).total_monthly_cost);

interface Built {
  blueprint: Blueprint;
  notes: string[];
  limits: string[];
}

/** Builds every template at its scale, times `shrink`, and puts them together. */
function build(task: Task, requirements: Requirements, sized: readonly Sized[], shrink = 1): Built | undefined {
  let built: Built | undefined;
  for (const { choice, draft, scale } of sized) {
    const { provider, limit } = providerFor(task.provider ?? requirements.provider, choice);
    const name = built === undefined ? (requirements.name ?? combinedName(sized)) : undefined;
    const made = draft.at(shrink === 1 ? scale : Math.max(Math.min(scale, MIN_SCALE), Number(scaleText(scale * shrink))), {
      ...(name === undefined ? {} : { name: label(name) }),
      ...(provider === undefined ? {} : { provider }),
    });
    if (!made.ok) {
      const [issue] = made.error;
      if (built === undefined) return undefined;
      built.limits.push(`${choice.candidate.id} is left out: ${issue?.detail ?? "it cannot be made that way."}`);
      continue;
    }
    const limits = limit === undefined ? [] : [limit];
    if (built === undefined) built = { blueprint: made.value, notes: [], limits };
    else {
      const together = combine(built.blueprint, made.value, choice.candidate.id.split("-")[0] ?? "second");
      built = {
        blueprint: together.blueprint,
        notes: [...built.notes, ...together.notes],
        limits: [...built.limits, ...limits],
      };
    }
  }
  if (built === undefined) return undefined;
  const reduced: Edited = { blueprint: built.blueprint, reasons: [], limits: [] };
  takeOut(reduced, removals(task.message).unwanted);
  built = {
    blueprint: reduced.blueprint,
    notes: [...built.notes, ...reduced.reasons.map((reason) => reason.replace(/\.$/, ""))],
    limits: [...built.limits, ...reduced.limits],
  };
  if (sized.length === 1) return built;
  const description = sized.map(({ choice }) => choice.candidate.template.name).join(", with ");
  const blueprint = { ...built.blueprint, description };
  return validate(blueprint).valid ? { ...built, blueprint } : undefined;
}

const combinedName = (sized: readonly Sized[]): string | undefined =>
  sized.length === 1
    ? undefined
    : sized
        .map(({ choice }) => choice.candidate.id)
        .join("-with-")
        .slice(0, 63);

const label = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "") || "blueprint";

function providerFor(wanted: ProviderName | undefined, { candidate }: Choice): { provider?: ProviderName; limit?: string } {
  if (wanted === undefined) return {};
  const possible = providersOf(candidate.template);
  if (possible.includes(wanted)) return { provider: wanted };
  const why = candidate.template.limitations?.[0];
  return {
    limit: `${candidate.id} cannot run on ${wanted}, only on ${possible.join(" or ")}; it keeps its own provider.${why === undefined ? "" : ` ${why}`}`,
  };
}

function fitToBudget(task: Task, requirements: Requirements, wanted: readonly Sized[]): Plan | undefined {
  let sized = wanted;
  let built = build(task, requirements, sized);
  // Parts that do not go together are not forced: the main one alone still answers.
  if (built === undefined && sized.length > 1) {
    sized = sized.slice(0, 1);
    built = build(task, requirements, sized);
  }
  if (built === undefined) return undefined;
  const reasons = [
    ...sized.map(({ choice }) => `${choice.candidate.id}: ${choice.reason}.`),
    ...sized.flatMap((one) => one.reasons),
  ];
  const price = priceOf(built.blueprint);
  const base = { requirements, choices: sized.map(({ choice }) => choice) };
  const { budget } = requirements;
  if (budget === undefined) return { ...base, ...shown(built, reasons), price };
  if (price <= budget) {
    return {
      ...base,
      ...shown(built, [...reasons, `It costs ${dollars(price)} a month, within the budget of ${dollars(budget)}.`]),
      price,
    };
  }
  const smaller = largestWithin(budget, (shrink) => build(task, requirements, sized, shrink));
  const said = budgetWords(sized, requirements, price, budget, smaller);
  const final = smaller?.built ?? built;
  return {
    ...base,
    ...shown(final, reasons),
    limits: [...final.limits, ...unmet(requirements), said],
    price: priceOf(final.blueprint),
  };

  function shown({ blueprint, notes, limits }: Built, why: string[]) {
    return { blueprint, reasons: [...why, ...notes.map((note) => `${note}.`)], limits: [...limits, ...unmet(requirements)] };
  }
}

interface Smaller {
  built: Built;
  shrink: number;
  fits: boolean;
}

/** The largest shrunken build that fits a budget, or the smallest there is. Price grows with scale, so halving the range finds it. */
function largestWithin(budget: number, make: (shrink: number) => Built | undefined): Smaller | undefined {
  const at = (shrink: number): Smaller | undefined => {
    const built = make(shrink);
    return built === undefined ? undefined : { built, shrink, fits: priceOf(built.blueprint) <= budget };
  };
  let low = MIN_SCALE;
  let high = 1;
  let bestSoFar = at(low);
  if (bestSoFar === undefined || !bestSoFar.fits) return bestSoFar;
  for (let round = 0; round < 5; round++) {
    const middle = (low + high) / 2;
    const tried = at(middle);
    if (tried?.fits) {
      bestSoFar = tried;
      low = middle;
    } else high = middle;
  }
  return bestSoFar;
}

function budgetWords(
  sized: readonly Sized[],
  requirements: Requirements,
  price: number,
  budget: number,
  smaller: Smaller | undefined,
): string {
  const asked = `At the size asked for it costs ${dollars(price)} a month, more than the budget of ${dollars(budget)}`;
  if (smaller === undefined) return `${asked}, and it cannot be made smaller.`;
  const reduced = priceOf(smaller.built.blueprint);
  const [main] = sized;
  const scale = Math.max(MIN_SCALE, (main?.scale ?? 1) * smaller.shrink);
  const held = main?.choice.profile.requestsPerSecond;
  const holds =
    held === undefined
      ? ""
      : `, which holds about ${count(held * scale)} requests a second (${count(dailyUsersAt(held * scale, requirements.commerce))} such users a day)`;
  if (smaller.fits) return `${asked}; so it is made smaller, to ${dollars(reduced)} at scale ${scaleText(scale)}${holds}.`;
  return `${asked}. It does not fit: the smallest sensible size still costs ${dollars(reduced)}${holds}. What would fit: fewer parts, or hardware of your own (POST /api/v1/blueprints/estimate has other price sheets).`;
}

/** What was asked for and lies outside of what a blueprint can say. */
function unmet({ region, unknown }: Requirements): string[] {
  const limits: string[] = [];
  if (region !== undefined) limits.push(`A blueprint has no region: for "${region}", deploy it to a target that stands there.`);
  if (unknown.length > 0)
    limits.push(`No template brings ${unknown.join(", ")}: put your own image in, or take what stands in for it here.`);
  return limits;
}

/** A change to the blueprint under discussion. */
function changed(task: Task, blueprint: Blueprint, requirements: Requirements): Plan | undefined {
  const edited = edit(blueprint, requirements, task);
  const reasons = [...edited.reasons];
  const limits = [...edited.limits, ...unmet(requirements)];
  let result = edited.blueprint;
  const { budget } = requirements;
  const before = priceOf(result);
  if (budget !== undefined && before > budget) {
    const smaller = largestWithin(budget, (shrink) => {
      const scaled = scaleBlueprint(edited.blueprint, roundScale(shrink));
      return scaled.ok ? { blueprint: scaled.value, notes: [], limits: [] } : undefined;
    });
    if (smaller !== undefined) result = smaller.built.blueprint;
    limits.push(
      `It cost ${dollars(before)} a month, more than ${dollars(budget)}; at its ${smaller?.fits ? "new" : "smallest sensible"} size it costs ${dollars(priceOf(result))}.`,
    );
  }
  if (!validate(result).valid) return undefined;
  return { blueprint: result, requirements, choices: [], reasons, limits, price: priceOf(result) };
}

/** `$1,234`, or with cents below $100. */
export const dollars = (amount: number): string =>
  `$${amount.toLocaleString("en-US", { maximumFractionDigits: amount < 100 ? 2 : 0, minimumFractionDigits: amount < 100 ? 2 : 0 })}`;
