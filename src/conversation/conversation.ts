import type { AppContext } from "../http/context.ts";
import { invalid } from "../http/problem.ts";
import type { Model, ModelEvent } from "../llm/model.ts";
import { modelOf } from "../llm/models.ts";
import { planner } from "../llm/planner/planner.ts";
import { sourceOf } from "../llm/source.ts";
import type { Task } from "../llm/task.ts";
import { catalogueOf, type Entry } from "../templates/catalogue.ts";
import { chatTranslator } from "./chat.ts";
import { prepareTask, type Subject } from "./context.ts";
import { generationRounds, generationTranslator } from "./generate.ts";
import { classify } from "./intent.ts";
import { chatPrompt, generationPrompt } from "./prompts/prompts.ts";
import type { ChatRequest, Context, GenerateRequest } from "./request.ts";
import type { Translator } from "./stream.ts";

/** What a route streams or collects: the model's events and how they are told. */
export interface Conversation {
  source: ReadableStream<ModelEvent[]>;
  translator: Translator;
}

/** A chat message: its intent is known at once, everything else is found out while the answer already streams. */
export async function chat(c: AppContext, { message, history = [], context = {} }: ChatRequest): Promise<Conversation> {
  const named = await namedEntry(c, context);
  const subject = {
    blueprint: context.blueprint !== undefined || named !== undefined,
    deployment: context.deployment_id !== undefined,
  };
  const classification = classify(message, subject);
  const scene: { task?: Task } = {};
  return {
    source: sourceOf(async function* answer(signal) {
      await firstWordsSent();
      scene.task = await prepareTask(subjectOf(c, context, named), {
        kind: "chat",
        intent: classification.intent,
        message,
        history,
      });
      yield* modelFor(c).answer(chatPrompt(scene.task), signal);
    }),
    translator: chatTranslator(classification, () => scene.task),
  };
}

/** A description that becomes a blueprint. */
export async function generate(c: AppContext, { description, context = {} }: GenerateRequest): Promise<Conversation> {
  const named = await namedEntry(c, context);
  const intent = context.blueprint === undefined && named === undefined ? "create_blueprint" : "customize_template";
  const scene: { task?: Task } = {};
  return {
    source: sourceOf(async function* answer(signal) {
      await firstWordsSent();
      scene.task = await prepareTask(subjectOf(c, context, named), {
        kind: "blueprint",
        intent,
        message: description,
        history: [],
      });
      yield* generationRounds(modelFor(c), generationPrompt(scene.task), signal);
    }),
    translator: generationTranslator(() => scene.task),
  };
}

/** A turn of the event loop: what the translator said at the start leaves before the work on the answer begins. */
const firstWordsSent = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

const modelFor = (c: AppContext): Model => modelOf(c.get("config").llm, c.env, planner);

function subjectOf(c: AppContext, context: Context, named: Entry | undefined): Subject {
  const { origin } = new URL(c.req.url);
  return { catalogue: catalogueOf(c.env.TEMPLATES), context, named, origin, today: new Date().toISOString().slice(0, 10) };
}

/** The template that the request names. It must exist: an answer about another one would mislead. */
async function namedEntry(c: AppContext, { template_id }: Context): Promise<Entry | undefined> {
  if (template_id === undefined) return undefined;
  const entry = await catalogueOf(c.env.TEMPLATES).get(template_id);
  if (entry !== undefined) return entry;
  throw invalid([
    {
      pointer: "#/context/template_id",
      code: "unknown_template",
      detail: `There is no template "${template_id}".`,
      hint: "GET /api/v1/templates lists what there is.",
    },
  ]);
}
