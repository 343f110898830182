import { NAMES_IT, needsIn, plain } from "../llm/planner/needs.ts";
import type { Candidate, Task } from "../llm/task.ts";
import { bundled, type Catalogue, type Entry } from "../templates/catalogue.ts";
import { searchTemplates } from "../templates/search.ts";
import type { Context } from "./request.ts";

/** Templates looked up for a message, beside the bundled ones: each custom one costs a read. */
const MAX_CUSTOM = 5;
/** History a model is given, in characters, the latest turns first: about 3,000 tokens. */
const MAX_HISTORY = 12_000;
/** A message may be long; its first words say what it is about. */
const MAX_QUERY = 400;

/** What a request brings along. */
export interface Subject {
  catalogue: Catalogue;
  context: Context;
  named: Entry | undefined;
  origin: string;
  today: string;
}

type Question = Pick<Task, "kind" | "intent" | "message" | "history">;

/** Finds out what an answer needs: the templates that fit, the one that is named, the blueprint under discussion. */
export async function prepareTask({ catalogue, context, named, origin, today }: Subject, question: Question): Promise<Task> {
  const candidates = await candidatesFor(question.message, catalogue, named);
  const mentioned = named?.id ?? mentionedId(question, candidates);
  const candidate = candidates.find(({ id }) => id === mentioned);
  return {
    ...question,
    history: recent(question.history),
    candidates,
    ...(candidate === undefined ? {} : { named: candidate }),
    ...(context.blueprint === undefined ? {} : { blueprint: context.blueprint }),
    ...(context.provider === undefined ? {} : { provider: context.provider }),
    ...(context.deployment_id === undefined ? {} : { deploymentId: context.deployment_id }),
    origin,
    today,
  };
}

async function candidatesFor(message: string, catalogue: Catalogue, named: Entry | undefined): Promise<Candidate[]> {
  const summaries = await catalogue.all();
  const found = new Map(searchTemplates(summaries, message.slice(0, MAX_QUERY), 50).map(({ id, score }) => [id, score]));
  const custom = summaries.filter(({ id, source }) => source === "custom" && (found.has(id) || message.includes(id)));
  const entries = await Promise.all(custom.slice(0, MAX_CUSTOM).map(({ id }) => catalogue.get(id)));
  const templates = new Map(Object.entries(bundled));
  for (const entry of [...entries, named]) if (entry !== undefined) templates.set(entry.id, entry.template);
  return [...templates]
    .map(([id, template]): Candidate => ({ id, template, score: found.get(id) ?? 0 }))
    .toSorted((a, b) => b.score - a.score);
}

/** The template whose id (`ha-web-app`, `HA web app`) the message names, or the latest turn of the history that names one. */
function mentionedId({ message, history, intent }: Question, candidates: readonly Candidate[]): string | undefined {
  // Who asks for something new, and says what, no longer talks about the template of before.
  const anew = intent === "create_blueprint" && [...needsIn(plain(message)).values()].some((weight) => weight >= NAMES_IT);
  const earlier = anew ? [] : history;
  const texts = [message, ...earlier.map(({ content }) => content).toReversed()];
  for (const text of texts) {
    const words = wordsOf(text);
    const named = candidates.filter(({ id }) => words.includes(` ${id.replaceAll("-", " ")} `));
    const longest = named.toSorted((a, b) => b.id.length - a.id.length)[0];
    if (longest !== undefined) return longest.id;
  }
  return undefined;
}

const wordsOf = (text: string): string => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ")} `;

/** The latest turns that fit. */
function recent(history: Question["history"]): Question["history"] {
  let size = 0;
  const kept = history.toReversed().filter(({ content }) => {
    size += content.length;
    return size <= MAX_HISTORY;
  });
  return kept.toReversed();
}
