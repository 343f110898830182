import * as z from "zod";
import type { Blueprint } from "../blueprints/schema.ts";
import { validate } from "../blueprints/validate.ts";
import type { Candidate, Task } from "../llm/task.ts";
import { instantiate } from "../templates/instantiate.ts";
import { customizationSchema } from "../templates/schema.ts";
import { check } from "../validation/check.ts";
import type { Issue } from "../validation/issue.ts";
import { nearest } from "../validation/nearest.ts";
import { DocumentScanner } from "./document.ts";
import { parseLoosely } from "./loose-json.ts";
import { normaliseBlueprint } from "./normalise.ts";
import { wholeContents } from "./prompts/facts.ts";

/** What a JSON document in an answer turned out to be. */
export type Reading =
  | { type: "blueprint"; blueprint: Blueprint; warnings: Issue[] }
  /** Meant as a blueprint, but wrong in ways that only its writer can mend. */
  | { type: "problems"; issues: Issue[] }
  /** JSON about something else: part of the text. */
  | { type: "text" };

/** The short form a model may answer with: a template and what to change of it. */
const customisationSchema = customizationSchema.extend({ template_id: z.string() });

/** Reads one JSON document of an answer. */
export function readDocument(json: string, task: Task | undefined): Reading {
  const parsed = parseLoosely(json);
  if (!parsed.ok) return looksLikeBlueprint(json) ? problem("#", "invalid_json", parsed.error) : { type: "text" };
  const { value, unknown } = wholeContents(parsed.value, task);
  if (typeof value !== "object" || value === null) return { type: "text" };
  const [cut] = unknown;
  if (cut !== undefined)
    return problem(
      "#",
      "cut_content",
      `A file's content is cut: "${cut.slice(0, 60)}". Write it whole, or just as it was shown.`,
    );
  if ("resources" in value || "blueprint" in value) return readBlueprint(value);
  return "template_id" in value ? readCustomisation(value, task?.candidates ?? []) : { type: "text" };
}

/** Reads a whole answer: the last blueprint in it counts. */
export function readAnswer(text: string, task: Task): Reading {
  const scanner = new DocumentScanner();
  const findings = [...scanner.push(text), ...scanner.end()];
  const readings = findings.flatMap((finding) =>
    finding.type === "document" || finding.type === "broken" ? [readDocument(finding.json, task)] : [],
  );
  return (
    readings.findLast(({ type }) => type === "blueprint") ??
    readings.findLast(({ type }) => type === "problems") ??
    problem("#", "no_blueprint", "The answer holds no JSON object that is a blueprint.")
  );
}

function readBlueprint(value: object): Reading {
  const normalised = normaliseBlueprint(value);
  if (!normalised.ok) return { type: "problems", issues: normalised.error };
  const verdict = validate(normalised.value.value);
  if (!verdict.valid) return { type: "problems", issues: verdict.errors };
  // What validation minds about a template is no news in a conversation; about a model's own work it is.
  const own = verdict.blueprint.metadata?.template === undefined ? verdict.warnings : [];
  return { type: "blueprint", blueprint: verdict.blueprint, warnings: [...normalised.value.warnings, ...own] };
}

function readCustomisation(value: object, candidates: readonly Candidate[]): Reading {
  const wanted = check(customisationSchema, value);
  if (!wanted.ok) return { type: "problems", issues: wanted.error };
  const { template_id, ...changes } = wanted.value;
  const candidate = candidates.find(({ id }) => id === template_id);
  if (candidate === undefined) {
    const suggestion = nearest(
      template_id,
      candidates.map(({ id }) => id),
    );
    const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
    return problem("#/template_id", "unknown_template", `There is no template "${template_id}".${hint}`);
  }
  const made = instantiate(candidate.id, candidate.template, changes);
  return made.ok ? { type: "blueprint", blueprint: made.value, warnings: [] } : { type: "problems", issues: made.error };
}

/** A document that cannot be parsed is taken for a blueprint when it has a blueprint's words. */
const looksLikeBlueprint = (json: string): boolean => /"(resources|template_id)"\s*:/.test(json);

const problem = (pointer: string, code: string, detail: string): Reading => ({
  type: "problems",
  issues: [{ pointer, code, detail }],
});
