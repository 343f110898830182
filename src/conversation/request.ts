import * as z from "zod";
import { blueprintSchema, PROVIDERS } from "../blueprints/schema.ts";
import { nameSchema } from "../blueprints/specs.ts";

/** Characters a message may have; about 4,000 tokens. */
export const MAX_MESSAGE = 16_000;
/** Turns of history a request may carry. */
export const MAX_TURNS = 100;

const message = z.string().trim().min(1, "Say what you need in at least one word.").max(MAX_MESSAGE);

const contextSchema = z
  .strictObject({
    blueprint: blueprintSchema.optional().describe("The blueprint under discussion."),
    template_id: nameSchema.optional().describe("The template under discussion."),
    deployment_id: z.string().min(1).max(100).optional().describe("The deployment under discussion."),
    provider: z.enum(PROVIDERS).optional().describe("Where the blueprint has to run."),
  })
  .meta({ id: "ConversationContext" });
export type Context = z.output<typeof contextSchema>;

const turnSchema = z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().max(MAX_MESSAGE) });

export const chatRequestSchema = z
  .strictObject({
    message,
    context: contextSchema.optional(),
    history: z.array(turnSchema).max(MAX_TURNS).optional().describe("Earlier turns, oldest first."),
  })
  .meta({ id: "ChatRequest" });

export const generateRequestSchema = z
  .strictObject({ description: message.describe("What the blueprint has to do."), context: contextSchema.optional() })
  .meta({ id: "GenerateRequest" });

export type ChatRequest = z.output<typeof chatRequestSchema>;
export type GenerateRequest = z.output<typeof generateRequestSchema>;
