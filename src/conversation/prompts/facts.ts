import type { Blueprint } from "../../blueprints/schema.ts";
import { auditReport, deployReport, estimateReport, startOrder } from "../../llm/planner/report.ts";
import type { Candidate, Task } from "../../llm/task.ts";
import { instantiate } from "../../templates/instantiate.ts";

/** What a model is told about the matter at hand, within a few thousand tokens. */

/** Templates described to a model. */
const MAX_TEMPLATES = 5;
const MAX_PARAMETERS = 20;
/** Configuration files are long and say little about the structure. */
const MAX_FILE_CHARS = 120;
const MAX_BLUEPRINT_CHARS = 24_000;

/** The templates that fit best, each in a line, and the parameters of the first. */
export function templateFacts({ candidates, named }: Task): string {
  const found = candidates.filter(({ score }) => score > 0);
  const shown = [...new Set([...(named === undefined ? [] : [named]), ...(found.length > 0 ? found : candidates)])].slice(
    0,
    MAX_TEMPLATES,
  );
  const [first] = shown;
  return [
    "Templates that fit, best first:",
    ...shown.map(
      ({ id, template }) =>
        `- ${id}: ${template.description} (${template.complexity}, ${template.estimated_cost ?? "price unknown"})`,
    ),
    ...(first === undefined ? [] : parametersOf(first)),
  ].join("\n");
}

function parametersOf({ id, template }: Candidate): string[] {
  const parameters = Object.entries(template.parameters ?? {}).slice(0, MAX_PARAMETERS);
  if (parameters.length === 0) return [`${id} has no parameters, only name, provider and scale_factor.`];
  return [
    `Parameters of ${id}:`,
    ...parameters.map(
      ([name, { type, default: value, description }]) => `- ${name} (${type}, ${JSON.stringify(value)}): ${description}`,
    ),
  ];
}

/** The blueprint under discussion, or else the named template's, with the contents of its files cut. */
export function blueprintFacts(task: Task): string {
  const blueprint = subjectOf(task);
  if (blueprint === undefined) return "";
  const json = JSON.stringify(blueprint, (key, value: unknown) =>
    key === "content" && typeof value === "string" ? shortened(value) : value,
  );
  return `The blueprint under discussion (long file contents are cut):\n${json.length > MAX_BLUEPRINT_CHARS ? `${json.slice(0, MAX_BLUEPRINT_CHARS)}…` : json}`;
}

/** The judgement that the intent asks for, made here: a model is given figures, it does not make them up. */
export function judgementFacts(task: Task): string {
  const blueprint = subjectOf(task);
  if (blueprint === undefined) return "";
  switch (task.intent) {
    case "estimate_cost":
      return `The estimate:\n${estimateReport(blueprint)}`;
    case "audit":
      return `The audit:\n${auditReport(blueprint, task.today)}`;
    case "deploy":
      return `The plan, and how it is approved (repeat the commands exactly):\n${deployReport(blueprint, task, task.blueprint === undefined)}`;
    case "explain":
      return startOrder(blueprint);
    default:
      return "";
  }
}

const shortened = (content: string): string =>
  content.length > MAX_FILE_CHARS ? `${content.slice(0, MAX_FILE_CHARS)}… (${content.length} characters)` : content;

const SHORTENED = /… \(\d+ characters\)$/;

/**
 * What a model wrote, with the file contents it was shown cut whole again. A cut content that is none of those shown is
 * left as it is, and told in `unknown`.
 */
export function wholeContents(written: unknown, task: Task | undefined): { value: unknown; unknown: string[] } {
  const text: string | undefined = JSON.stringify(written);
  if (!text?.includes(" characters)")) return { value: written, unknown: [] };
  const whole = new Map<string, string>();
  const shown = task === undefined ? undefined : subjectOf(task);
  const collect = (key: string, value: unknown): unknown => {
    if (key === "content" && typeof value === "string" && value.length > MAX_FILE_CHARS) whole.set(shortened(value), value);
    return value;
  };
  if (shown !== undefined) JSON.stringify(shown, collect);
  const unknown: string[] = [];
  const value: unknown = JSON.parse(text, (key, value: unknown) => {
    if (key !== "content" || typeof value !== "string" || !SHORTENED.test(value)) return value;
    const content = whole.get(value);
    if (content === undefined) unknown.push(value);
    return content ?? value;
  });
  return { value, unknown };
}

function subjectOf({ blueprint, named }: Task): Blueprint | undefined {
  if (blueprint !== undefined || named === undefined) return blueprint;
  const made = instantiate(named.id, named.template);
  return made.ok ? made.value : undefined;
}
