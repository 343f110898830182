import { env } from "cloudflare:workers";
import { prepareTask } from "../../src/conversation/context.ts";
import type { Task } from "../../src/llm/task.ts";
import { catalogueOf } from "../../src/templates/catalogue.ts";

/** The task a message becomes, prepared by the conversation itself from the bundled templates. */
export async function taskFor(message: string, more: Partial<Task> = {}): Promise<Task> {
  const subject = {
    catalogue: catalogueOf(env.TEMPLATES),
    context: {},
    named: undefined,
    origin: "http://localhost",
    today: "2026-11-22",
  };
  const { history = [], intent = "create_blueprint" } = more;
  const task = await prepareTask(subject, { kind: "blueprint", intent, message, history });
  return { ...task, ...more };
}
