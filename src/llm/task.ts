import type { Blueprint, ProviderName } from "../blueprints/schema.ts";
import type { Template } from "../templates/schema.ts";

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

/** Intents whose answer ends with a blueprint. */
export const BLUEPRINT_INTENTS: ReadonlySet<Intent> = new Set(["create_blueprint", "customize_template"]);

/** A template that may be used for the answer. */
export interface Candidate {
  id: string;
  template: Template;
  /** Rank of the search for the message; 0 when the search did not find it. */
  score: number;
}

/** One earlier turn of the conversation. */
export interface Turn {
  role: "user" | "assistant";
  content: string;
}

/** A request as data: what the conversation found out before asking a model. The built-in planner works from this alone. */
export interface Task {
  /** `chat` is answered in words, with a blueprint where the intent asks for one; `blueprint` asks for nothing else. */
  kind: "chat" | "blueprint";
  intent: Intent;
  message: string;
  /** Oldest first. */
  history: readonly Turn[];
  /** Every template at hand, best match first. */
  candidates: readonly Candidate[];
  /** The template that the message or the request names. */
  named?: Candidate;
  /** The blueprint under discussion. */
  blueprint?: Blueprint;
  /** Where it has to run, when the request says so. */
  provider?: ProviderName;
  /** The deployment under discussion. */
  deploymentId?: string;
  /** Address of this server, for the commands an answer shows. */
  origin: string;
  /** Date of the request (ISO 8601), for judgements that depend on it. */
  today: string;
}
