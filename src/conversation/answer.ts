import type { Blueprint } from "../blueprints/schema.ts";
import { fail, ok, type Result } from "../result.ts";
import type { ConversationEvent } from "./events.ts";

type Of<T extends ConversationEvent["type"]> = Extract<ConversationEvent, { type: T }>;

/** Why a conversation ended in `error`. */
export interface Failure {
  code: string;
  detail: string;
}

interface Answer {
  intent?: Of<"intent">["data"]["intent"];
  confidence?: number;
  message: string;
  blueprint?: Blueprint;
  model: string;
  usage?: NonNullable<Of<"done">["usage"]>;
  warnings: { code: string; detail: string; pointer?: string }[];
}

/** A conversation's events as one answer; what a `restart` voids is left out. */
export function answerOf(events: readonly ConversationEvent[]): Result<Answer, Failure> {
  const answer: Answer = { message: "", model: "", warnings: [] };
  for (const event of events) {
    switch (event.type) {
      case "intent":
        Object.assign(answer, event.data);
        break;
      case "text":
        answer.message += event.data;
        break;
      case "restart":
        answer.message = "";
        delete answer.blueprint;
        break;
      case "blueprint":
        answer.blueprint = event.data;
        break;
      case "warning":
        answer.warnings.push({
          code: event.code,
          detail: event.data,
          ...(event.pointer === undefined ? {} : { pointer: event.pointer }),
        });
        break;
      case "error":
        return fail({ code: event.code, detail: event.data });
      case "done":
        answer.model = event.model;
        if (event.usage !== undefined) answer.usage = event.usage;
        break;
    }
  }
  answer.message = answer.message.trim();
  return ok(answer);
}
