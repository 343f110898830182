import type { Blueprint, Resource } from "../blueprints/schema.ts";
import type { ConversationEvent } from "../conversation/events.ts";

/** An answer as it grows out of the events of a chat stream. Pure. */
export interface Answer {
  state: "waiting" | "streaming" | "done" | "failed" | "stopped";
  intent?: string;
  confidence?: number;
  /** What is going on, until text says more. */
  status?: string;
  text: string;
  thinking: string;
  warnings: readonly string[];
  /** What is known of the blueprint so far. */
  resources: readonly Resource[];
  blueprint?: Blueprint;
  failure?: Failure;
  model?: string;
  tokens?: number;
}

export interface Failure {
  message: string;
  requestId?: string;
}

export const nothingYet: Answer = { state: "waiting", text: "", thinking: "", warnings: [], resources: [] };

/** The answer after one more event. Events that a newer server may send are passed over. */
export function hear(answer: Answer, event: ConversationEvent): Answer {
  const going = { ...answer, state: "streaming" } as const;
  switch (event.type) {
    case "intent":
      return { ...going, intent: event.data.intent, confidence: event.data.confidence };
    case "status":
      return { ...going, status: event.data };
    case "text":
      return { ...going, text: answer.text + event.data };
    case "thinking":
      return { ...going, thinking: answer.thinking + event.data };
    case "resource":
      return { ...going, resources: [...answer.resources, event.data] };
    case "blueprint":
      return { ...going, blueprint: event.data, resources: event.data.resources };
    case "warning":
      return { ...going, warnings: [...answer.warnings, event.data] };
    case "restart":
      return startedOver(going, event.data);
    case "error":
      return { ...answer, state: "failed", failure: { message: event.data, requestId: event.request_id } };
    case "done": {
      const tokens = event.usage && { tokens: event.usage.input_tokens + event.usage.output_tokens };
      return { ...answer, state: "done", model: event.model, ...tokens };
    }
    default:
      return answer;
  }
}

/** The answer when its stream is over: one that did not say so itself was cut. */
export function ended(answer: Answer): Answer {
  if (answer.state !== "waiting" && answer.state !== "streaming") return answer;
  return { ...answer, state: "failed", failure: { message: "The connection was cut before the answer was complete." } };
}

/** The user wanted no more of it. */
export function stopped(answer: Answer): Answer {
  return answer.state === "waiting" || answer.state === "streaming" ? { ...answer, state: "stopped" } : answer;
}

/** Another model begins: what the first one said is dropped, that there was a first one is told. */
function startedOver({ intent, confidence, warnings }: Answer, reason: string): Answer {
  return {
    ...nothingYet,
    state: "streaming",
    status: reason,
    warnings,
    ...(intent === undefined ? {} : { intent }),
    ...(confidence === undefined ? {} : { confidence }),
  };
}
