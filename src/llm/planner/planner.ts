import type { Blueprint } from "../../blueprints/schema.ts";
import type { Model, ModelEvent } from "../model.ts";
import type { Task } from "../task.ts";
import { answer } from "./answer.ts";
import { plan } from "./plan.ts";

export const PLANNER_NAME = "built-in planner";

/**
 * Answers by rules, without any language model: always there, deterministic, and says what it is. It speaks the way models are
 * asked to: words, then the blueprint as a fenced JSON block. Each piece is a batch of its own, produced when it is asked for.
 */
export const planner: Model = {
  name: PLANNER_NAME,
  async *answer({ task }) {
    const { text, blueprint } = answer(task);
    const pieces = [...wordsOf(text), ...(blueprint === undefined ? [] : block(blueprint))];
    for (const piece of pieces) yield [{ type: "text", text: piece } satisfies ModelEvent];
    yield [{ type: "finish", reason: "stop", model: PLANNER_NAME }];
  },
};

/** The blueprint the planner would answer with. */
export function planBlueprint(task: Task): Blueprint | undefined {
  return plan(task)?.blueprint;
}

const wordsOf = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** The JSON in few pieces, one for each resource: nobody reads it word by word. */
function block({ resources, ...rest }: Blueprint): string[] {
  const head = JSON.stringify(rest).slice(0, -1);
  const body = resources.map((resource, index) => `${index === 0 ? "" : ",\n"}${JSON.stringify(resource)}`);
  return [`\n\n\`\`\`json\n${head},"resources":[\n`, ...body, "\n]}\n```\n"];
}
