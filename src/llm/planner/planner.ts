import type { Blueprint } from "../../blueprints/schema.ts";
import { instantiate } from "../../templates/instantiate.ts";
import type { Model, ModelEvent } from "../model.ts";
import { sourceOf } from "../source.ts";
import type { Task } from "../task.ts";

export const PLANNER_NAME = "built-in planner";

/** Answers by rules, without any language model: always there, deterministic, and says what it is. */
export const planner: Model = {
  name: PLANNER_NAME,
  stream: ({ task }) =>
    sourceOf(async function* plan() {
      for (const piece of pieces(answer(task))) {
        yield [{ type: "text", text: piece } satisfies ModelEvent];
        await nextTurn();
      }
      yield [{ type: "finish", reason: "stop", model: PLANNER_NAME }];
    }),
};

/** A turn of the event loop between two pieces, so that each leaves as a chunk of its own. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

const pieces = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];

function answer(task: Task): string {
  const blueprint = planBlueprint(task);
  return `This is an answer of the built-in planner.\n\n\`\`\`json\n${JSON.stringify(blueprint)}\n\`\`\`\n`;
}

export function planBlueprint(task: Task): Blueprint | undefined {
  const chosen = task.named ?? task.candidates[0];
  if (chosen === undefined) return undefined;
  const made = instantiate(chosen.id, chosen.template, { scale_factor: 2 });
  return made.ok ? made.value : undefined;
}
