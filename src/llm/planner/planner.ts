import type { Blueprint } from "../../blueprints/schema.ts";
import type { Model, ModelEvent } from "../model.ts";
import { sourceOf } from "../source.ts";
import type { Task } from "../task.ts";
import { answer } from "./answer.ts";
import { plan } from "./plan.ts";

export const PLANNER_NAME = "built-in planner";

/** Answers by rules, without any language model: always there, deterministic, and says what it is. */
export const planner: Model = {
  name: PLANNER_NAME,
  stream: ({ task }) =>
    sourceOf(async function* plan() {
      for (const piece of pieces(answer(task).text)) {
        yield [{ type: "text", text: piece } satisfies ModelEvent];
        await nextTurn();
      }
      yield [{ type: "finish", reason: "stop", model: PLANNER_NAME }];
    }),
};

/** A turn of the event loop between two pieces, so that each leaves as a chunk of its own. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

const pieces = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** The blueprint the planner would answer with. */
export function planBlueprint(task: Task): Blueprint | undefined {
  return plan(task)?.blueprint;
}
