import type { Model, ModelEvent, ModelRequest, Usage } from "../llm/model.ts";
import type { Task } from "../llm/task.ts";
import type { Issue } from "../validation/issue.ts";
import { BlueprintListener } from "./listener.ts";
import { mendingMessage } from "./prompts/mend.ts";
import { readAnswer } from "./reading.ts";
import type { Saying, Translator } from "./stream.ts";

/** How often a model is sent its blueprint back with what is wrong with it. */
export const MAX_MENDS = 2;

/** A generation: where the work stands, the model's words, each resource once it is complete, and the valid blueprint or an error. */
export function generationTranslator(task: () => Task | undefined): Translator {
  const listener = new BlueprintListener(task, { showDocument: true });
  let begun = false;
  return {
    start: () => [{ type: "status", data: "Analyzing requirements..." }],
    event(event: ModelEvent): Saying[] {
      const said: Saying[] = begun ? [] : [{ type: "status", data: "Generating blueprint..." }];
      begun = true;
      said.push(...listener.hear(event));
      if (event.type !== "finish") return said;
      if (listener.blueprint !== undefined)
        return [...said, { type: "status", data: "Blueprint validated." }, ...listener.conclude()];
      return [...said, noBlueprint(listener.problems)];
    },
  };
}

function noBlueprint(problems: readonly Issue[]): Saying {
  const [first] = problems;
  if (first === undefined) {
    return {
      type: "error",
      code: "invalid_blueprint",
      data: "The model wrote no blueprint. Describe what you need in more detail, or try another model.",
    };
  }
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more problems)` : "";
  return {
    type: "error",
    code: "invalid_blueprint",
    data: `The model's blueprint is not valid: ${first.detail}${more}`,
    pointer: first.pointer,
  };
}

/**
 * A model's answer to a generation. A blueprint that cannot be repaired here goes back to the model with every problem in it, at
 * most `MAX_MENDS` times; each time the answer so far is void. Usage and attempts are those of all rounds together.
 */
export async function* generationRounds(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent[]> {
  let spent: Usage = { input_tokens: 0, output_tokens: 0 };
  let attempts = 0;
  let messages = request.messages;
  for (let mends = 0; ; mends++) {
    let text = "";
    let usage: Usage | undefined;
    let again: string | undefined;
    for await (const batch of model.answer({ ...request, messages }, signal)) {
      const passed: ModelEvent[] = [];
      for (const event of batch) {
        if (event.type === "text") text += event.text;
        if (event.type === "restart") text = "";
        if (event.type === "usage") {
          usage = event.usage;
          passed.push({ type: "usage", usage: sum(spent, usage) });
          continue;
        }
        if (event.type !== "finish") {
          passed.push(event);
          continue;
        }
        attempts += event.attempts ?? 1;
        const reading = readAnswer(text, request.task);
        if (reading.type === "problems" && mends < MAX_MENDS) {
          again = mendingMessage(reading.issues);
          const count = reading.issues.length;
          passed.push({
            type: "restart",
            reason: `The blueprint had ${count === 1 ? "a problem" : `${count} problems`}; the model is asked to mend ${count === 1 ? "it" : "them"}.`,
          });
        } else passed.push({ ...event, attempts });
      }
      yield passed;
    }
    if (again === undefined) return;
    if (usage !== undefined) spent = sum(spent, usage);
    messages = [...request.messages, { role: "assistant", content: text }, { role: "user", content: again }];
  }
}

const sum = (a: Usage, b: Usage): Usage => ({
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
});
