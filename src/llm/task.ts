import type { Blueprint } from "../blueprints/schema.ts";

/** What a message is about. Found locally, before any model is asked. */
export const INTENTS = [
  "create_blueprint",
  "customize_template",
  "find_template",
  "explain",
  "estimate_cost",
  "audit",
  "deploy",
  "manage_deployment",
  "general",
] as const;
export type Intent = (typeof INTENTS)[number];

/** A template that fits the message, with its blueprint as it stands by default. */
export interface Candidate {
  id: string;
  name: string;
  description: string;
  /** Rank of the search; larger is better. */
  score: number;
  blueprint: Blueprint;
}

/** A request as data: what the conversation found out before asking a model. The built-in planner works from this alone. */
export interface Task {
  kind: "chat" | "blueprint";
  intent: Intent;
  message: string;
  /** Best first. */
  candidates: readonly Candidate[];
  /** The blueprint under discussion. */
  blueprint?: Blueprint;
}
