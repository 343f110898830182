import type { Intent } from "../llm/task.ts";

export interface Classification {
  intent: Intent;
  confidence: number;
}

/** What the request carries beside the message. */
export interface Surroundings {
  blueprint: boolean;
  deployment: boolean;
}

export function classify(message: string, _surroundings: Surroundings): Classification {
  const intent = /template/.test(message)
    ? "customize_template"
    : /need|create|build/i.test(message)
      ? "create_blueprint"
      : "general";
  return { intent, confidence: 0.5 };
}
