import type { Blueprint } from "../../blueprints/schema.ts";
import type { Task } from "../task.ts";
import { plan } from "./plan.ts";

export interface Answer {
  text: string;
  blueprint?: Blueprint;
}
export function answer(task: Task): Answer {
  const made = plan(task);
  return {
    text: `${made?.reasons.join("\n")}\n${made?.limits.join("\n")}`,
    ...(made === undefined ? {} : { blueprint: made.blueprint }),
  };
}
