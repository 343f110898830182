import * as z from "zod";
import { blueprintSchema, resourceSchema } from "../blueprints/schema.ts";
import { INTENTS } from "../llm/task.ts";

/** The events of the two conversation streams, one JSON object a `data:` line. Every stream ends in exactly one `done` or `error`. */

export const usageSchema = z.object({ input_tokens: z.int(), output_tokens: z.int() });

export const conversationEventSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("intent"), data: z.object({ intent: z.enum(INTENTS), confidence: z.number().min(0).max(1) }) }),
    z.object({ type: z.literal("status"), data: z.string() }),
    z.object({ type: z.literal("text"), data: z.string() }),
    z.object({ type: z.literal("thinking"), data: z.string() }),
    z.object({ type: z.literal("resource"), data: resourceSchema }),
    z.object({ type: z.literal("blueprint"), data: blueprintSchema }),
    z.object({ type: z.literal("warning"), data: z.string(), code: z.string(), pointer: z.string().optional() }),
    z.object({ type: z.literal("restart"), data: z.string() }),
    z.object({
      type: z.literal("error"),
      data: z.string(),
      code: z.string(),
      request_id: z.string(),
      pointer: z.string().optional(),
    }),
    z.object({
      type: z.literal("done"),
      data: z.literal("complete"),
      model: z.string(),
      usage: usageSchema.optional(),
      attempts: z.int(),
      ttft_ms: z.number().nullable(),
    }),
  ])
  .meta({ id: "ConversationEvent" });

export type ConversationEvent = z.output<typeof conversationEventSchema>;
