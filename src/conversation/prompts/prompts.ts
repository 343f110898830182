import type { ModelRequest } from "../../llm/model.ts";
import type { Task } from "../../llm/task.ts";

export function chatPrompt(task: Task): ModelRequest {
  return { messages: [{ role: "user", content: task.message }], task };
}

export function generationPrompt(task: Task): ModelRequest {
  return { messages: [{ role: "user", content: task.message }], task };
}
