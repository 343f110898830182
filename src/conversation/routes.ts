import * as z from "zod";
import { blueprintSchema } from "../blueprints/schema.ts";
import type { AppContext } from "../http/context.ts";
import { Problem } from "../http/problem.ts";
import { type Route, route } from "../http/route.ts";
import { eventStreamResponse } from "../http/sse.ts";
import { INTENTS } from "../llm/task.ts";
import { issueSchema } from "../validation/issue.ts";
import { answerOf, type Failure } from "./answer.ts";
import { type Conversation, chat, generate } from "./conversation.ts";
import { usageSchema } from "./events.ts";
import { chatRequestSchema, generateRequestSchema } from "./request.ts";
import { collectEvents, eventStream } from "./stream.ts";

const tag = "Conversation";
const streamed = {
  200: { description: "Server-sent events, each a ConversationEvent in one `data:` line.", contentType: "text/event-stream" },
};
const answered = {
  message: z.string().describe("What the model wrote, without the blueprint."),
  model: z.string(),
  usage: usageSchema.optional(),
  warnings: z.array(issueSchema.pick({ code: true, detail: true }).extend({ pointer: z.string().optional() })),
};

export const conversationRoutes: Route[] = [
  route(
    {
      method: "post",
      path: "/api/v1/conversation/chat-stream",
      scope: "chat",
      limit: "CHAT_LIMIT",
      tag,
      summary: "Talk about infrastructure; the answer streams",
      description:
        "Events: `intent` first, then `status`, `text`, and, where the message asks for one, `resource` and `blueprint`; the last is `done` or `error`.",
      body: chatRequestSchema,
      example: { message: "I need a high-availability web application", context: {} },
      answers: streamed,
    },
    async (c, { body }) => stream(c, await chat(c, body)),
  ),
  route(
    {
      method: "post",
      path: "/api/v1/conversation/chat",
      scope: "chat",
      limit: "CHAT_LIMIT",
      tag,
      summary: "Talk about infrastructure; one answer",
      body: chatRequestSchema,
      example: { message: "Use the ha-web-app template but increase capacity for 100k users" },
      answers: {
        200: {
          description: "The whole answer",
          schema: z.object({
            intent: z.enum(INTENTS),
            confidence: z.number(),
            ...answered,
            blueprint: blueprintSchema.optional(),
          }),
        },
      },
    },
    async (c, { body }) => c.json(await whole(c, await chat(c, body))),
  ),
  route(
    {
      method: "post",
      path: "/api/v1/conversation/generate-blueprint-stream",
      scope: "chat",
      limit: "CHAT_LIMIT",
      tag,
      summary: "Generate a blueprint from a description; progress streams",
      description:
        "Events: `status` as the work goes, `text` as the model writes, `resource` as each is complete, `blueprint` once it is valid; the last is `done` or `error`.",
      body: generateRequestSchema,
      example: { description: "Kubernetes microservices platform with monitoring" },
      answers: streamed,
    },
    async (c, { body }) => stream(c, await generate(c, body)),
  ),
  route(
    {
      method: "post",
      path: "/api/v1/conversation/generate-blueprint",
      scope: "chat",
      limit: "CHAT_LIMIT",
      tag,
      summary: "Generate a blueprint from a description; one answer",
      body: generateRequestSchema,
      example: { description: "PostgreSQL with failover for 2 TB" },
      answers: { 200: { description: "The blueprint", schema: z.object({ ...answered, blueprint: blueprintSchema }) } },
    },
    async (c, { body }) => c.json(await whole(c, await generate(c, body))),
  ),
];

function stream(c: AppContext, { source, translator }: Conversation): Response {
  return eventStreamResponse(eventStream(source, translator, { requestId: c.get("requestId") }));
}

async function whole(c: AppContext, { source, translator }: Conversation) {
  const answer = answerOf(await collectEvents(source, translator, { requestId: c.get("requestId") }));
  if (!answer.ok) throw problemOf(answer.error);
  return answer.value;
}

/** Seconds a client should wait before it asks again after every model failed. */
const RETRY_AFTER_S = "10";

function problemOf({ code, detail }: Failure): Problem {
  if (code === "invalid_blueprint") return new Problem("invalid-blueprint", detail);
  if (code === "context_too_long" || code === "content_filter") return new Problem("invalid", detail);
  return new Problem("unavailable", detail, { headers: { "retry-after": RETRY_AFTER_S } });
}
