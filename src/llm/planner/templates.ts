import type { Candidate, Task } from "../task.ts";
import { choose } from "./choose.ts";
import { requirementsOf } from "./requirements.ts";

/** Templates an answer lists at most, unless all are asked for. */
const MAX_LISTED = 5;
const ALL =
  /\b(all|list|every|browse|catalog|catalogue|available|alle|todas|todos|tous|tutti|wszystkie|which templates|what templates|show (?:me )?(?:your |the )?templates|quelles?|welche|welke|quali|que plantillas|quais)\b/i;
const COMPLEXITY = /\b(simple|medium|advanced)\b/i;

/** The templates that fit a question, best first, each with what speaks for it. */
export function found(task: Task): string {
  const fitting = ranked(task);
  const complexity = COMPLEXITY.exec(task.message)?.[1]?.toLowerCase();
  const category = task.candidates
    .map(({ template }) => template.category)
    .find((name) => new RegExp(`\\b${name}\\b`, "i").test(task.message));
  const filtered = task.candidates.filter(
    ({ template }) =>
      (complexity === undefined || template.complexity === complexity) &&
      (category === undefined || template.category === category),
  );
  const narrowed = complexity !== undefined || (category !== undefined && fitting.length === 0);
  const list = narrowed
    ? filtered
    : fitting.length > 0
      ? fitting.slice(0, MAX_LISTED)
      : ALL.test(task.message) || task.candidates.length <= 12
        ? [...task.candidates]
        : [];
  const opening = fitting.length > 0 && !narrowed ? "These fit, the best first:" : "These are the templates:";
  return [
    opening,
    "",
    ...list.map(
      ({ id, template }) =>
        `- \`${id}\`: ${template.description} (${template.complexity}, ${template.estimated_cost ?? "price unknown"})`,
    ),
    "",
    `\`GET ${task.origin}/api/v1/templates/${list[0]?.id ?? "ha-web-app"}\` shows one whole; say "use ${list[0]?.id ?? "ha-web-app"} for …" and I fit it to your needs.`,
  ].join("\n");
}

/** What the rules would choose comes first, then what the search found. */
function ranked(task: Task): Candidate[] {
  const requirements = requirementsOf(task.message);
  const chosen =
    requirements.needs.size === 0 ? [] : choose(requirements, task.candidates, task.named).map(({ candidate }) => candidate);
  const searched = task.candidates.filter(({ score }) => score > 0);
  const top = searched[0]?.score ?? 0;
  return [...new Set([...chosen, ...searched.filter(({ score }) => score > top / 3 && requirements.needs.size > 0)])];
}
