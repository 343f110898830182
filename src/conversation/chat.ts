import type { Blueprint } from "../blueprints/schema.ts";
import type { ModelEvent } from "../llm/model.ts";
import { planBlueprint } from "../llm/planner/planner.ts";
import { BLUEPRINT_INTENTS, type Task } from "../llm/task.ts";
import type { Classification } from "./intent.ts";
import { BlueprintListener } from "./listener.ts";
import type { Saying, Translator } from "./stream.ts";

/**
 * A chat: the intent at once, then the model's words; a blueprint in them is held back from the text and becomes `resource` and
 * `blueprint` events. Where the intent asks for a blueprint and the model gives none that is valid, the planner's stands in.
 */
export function chatTranslator({ intent, confidence }: Classification, task: () => Task | undefined): Translator {
  const listener = new BlueprintListener(task, { showDocument: false });
  return {
    start: () => [{ type: "intent", data: { intent, confidence } }],
    event(event: ModelEvent): Saying[] {
      const heard = listener.hear(event);
      if (event.type !== "finish") return heard;
      if (listener.blueprint !== undefined || !BLUEPRINT_INTENTS.has(intent)) return [...heard, ...listener.conclude()];
      return [...heard, ...listener.conclude(), ...standIn(task())];
    },
  };
}

function standIn(task: Task | undefined): Saying[] {
  const blueprint: Blueprint | undefined = task === undefined ? undefined : planBlueprint(task);
  if (blueprint === undefined) return [];
  return [
    {
      type: "warning",
      code: "planner_blueprint",
      data: "The model gave no usable blueprint; this one is from the built-in planner.",
    },
    ...blueprint.resources.map((resource): Saying => ({ type: "resource", data: resource })),
    { type: "blueprint", data: blueprint },
  ];
}
