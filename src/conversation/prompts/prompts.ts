import type { ModelRequest } from "../../llm/model.ts";
import { BLUEPRINT_INTENTS, type Task } from "../../llm/task.ts";
import { BLUEPRINT_FORM, CHAT_RULES, CHAT_TASKS } from "./chat.ts";
import { blueprintFacts, judgementFacts, templateFacts } from "./facts.ts";
import { GENERATION_RULES } from "./generation.ts";
import { ANSWER_FORMAT, compactSchema } from "./schema.ts";

/** A chat message with its rules, the facts its intent needs, and the conversation so far. */
export function chatPrompt(task: Task): ModelRequest {
  const writes = BLUEPRINT_INTENTS.has(task.intent);
  const system = [
    CHAT_RULES,
    CHAT_TASKS[task.intent],
    writes ? `${BLUEPRINT_FORM}\n${compactSchema()}` : "",
    tagged("facts", [templateFacts(task), blueprintFacts(task), judgementFacts(task)]),
  ];
  return {
    messages: [{ role: "system", content: paragraphs(system) }, ...task.history, { role: "user", content: task.message }],
    task,
  };
}

/** A description that is to become a blueprint; the answer is held to JSON where the upstream can. */
export function generationPrompt(task: Task): ModelRequest {
  const system = [GENERATION_RULES, compactSchema(), tagged("facts", [templateFacts(task), blueprintFacts(task)])];
  return {
    messages: [
      { role: "system", content: paragraphs(system) },
      { role: "user", content: tagged("request", [task.message]) },
    ],
    task,
    format: ANSWER_FORMAT,
  };
}

const paragraphs = (parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n");

/** Material between tags it cannot close itself. */
function tagged(tag: string, parts: readonly string[]): string {
  const content = paragraphs(parts).replace(new RegExp(`<\\s*/\\s*(?=${tag})`, "gi"), "< /");
  return content === "" ? "" : `<${tag}>\n${content}\n</${tag}>`;
}
