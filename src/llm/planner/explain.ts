import type { Blueprint } from "../../blueprints/schema.ts";
import { instantiate } from "../../templates/instantiate.ts";
import type { Candidate, Task } from "../task.ts";
import { choose } from "./choose.ts";
import { GLOSSARY, SELF } from "./phrases.ts";
import { resourceLine, shape, startOrder } from "./report.ts";
import { requirementsOf } from "./requirements.ts";

const COMPARE =
  /\b(differences?|compare|versus|vs\.?|or|unterschied|difference|diferencia|diferenca|diferença|differenza|verschil)\b/i;

/** Explains what the message is about: a resource of the blueprint, the blueprint, one or two templates, or a word. */
export function explain(task: Task): string {
  const mentioned = mentionedTemplates(task);
  if (mentioned.length > 1 && COMPARE.test(task.message)) return compared(mentioned);
  const words = GLOSSARY.filter(({ words: pattern }) => pattern.test(withoutTemplateIds(task)));
  const blueprint = task.blueprint ?? (task.named === undefined ? undefined : defaultOf(task.named));
  const parts: string[] = [];
  if (blueprint !== undefined) {
    const resource = blueprint.resources.find(({ name }) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`, "i").test(task.message));
    if (resource !== undefined)
      parts.push(`In \`${blueprint.name}\`, ${resourceLine(resource)}`, neighbours(blueprint, resource.name));
  }
  parts.push(...words.slice(0, 2).map(({ text }) => text));
  if (parts.length === 0 && task.blueprint !== undefined) parts.push(described(task.blueprint));
  else if (task.named !== undefined && parts.length < 2) parts.push(aboutTemplate(task.named));
  if (parts.length > 0) return parts.filter((part) => part !== "").join("\n\n");
  const [chosen] = choose(requirementsOf(task.message), task.candidates);
  if (chosen !== undefined) return aboutTemplate(chosen.candidate);
  return `I have no explanation for that by heart.\n\n${SELF}`;
}

function mentionedTemplates({ message, candidates }: Task): Candidate[] {
  const text = ` ${message.toLowerCase().replace(/[^a-z0-9]+/g, " ")} `;
  return candidates.filter(({ id }) => text.includes(` ${id.replaceAll("-", " ")} `));
}

const withoutTemplateIds = ({ message, candidates }: Task): string =>
  candidates.reduce((text, { id }) => text.replaceAll(id, " "), message);

function defaultOf({ id, template }: Candidate): Blueprint | undefined {
  const made = instantiate(id, template);
  return made.ok ? made.value : undefined;
}

function aboutTemplate(candidate: Candidate): string {
  const { id, template } = candidate;
  const blueprint = defaultOf(candidate);
  const parameters = Object.entries(template.parameters ?? {}).map(
    ([name, { description, default: value }]) => `- \`${name}\` (${JSON.stringify(value)}): ${description}`,
  );
  return [
    `\`${id}\`, ${template.name}: ${template.description}.`.replace("..", "."),
    ...(blueprint === undefined ? [] : ["", described(blueprint)]),
    ...section(
      "Its limits:",
      (template.limitations ?? []).map((line) => `- ${line}`),
    ),
    ...section("What can be set:", parameters.slice(0, 8)),
  ].join("\n");
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ["", title, "", ...lines]);

const described = (blueprint: Blueprint): string => `${shape(blueprint)}\n\n${startOrder(blueprint)}`;

function neighbours({ resources }: Blueprint, name: string): string {
  const needs = resources.find((resource) => resource.name === name)?.dependencies ?? [];
  const users = resources.filter(({ dependencies }) => dependencies.includes(name)).map((resource) => resource.name);
  const before =
    needs.length === 0
      ? "It waits for nothing"
      : `It starts after ${needs.join(", ")} ${needs.length === 1 ? "is" : "are"} healthy`;
  return `${before}${users.length === 0 ? "; nothing waits for it." : `; ${users.join(", ")} ${users.length === 1 ? "waits" : "wait"} for it.`}`;
}

function compared(candidates: readonly Candidate[]): string {
  const lines = candidates.slice(0, 3).map(({ id, template }) => {
    const count = (template.blueprint["resources"] as unknown[]).length;
    return `- \`${id}\`: ${template.description} (${template.complexity}, ${template.estimated_cost ?? "price unknown"}, ${count} resources)`;
  });
  return [
    ...lines,
    "",
    ...candidates
      .slice(0, 3)
      .flatMap(({ id, template }) => (template.limitations ?? []).slice(0, 1).map((line) => `Mind with \`${id}\`: ${line}`)),
  ].join("\n");
}
