import { anthropic } from "./anthropic/anthropic.ts";
import type { Model } from "./model.ts";
import { openAi } from "./openai/openai.ts";
import { resilient } from "./resilient.ts";
import type { LlmSettings, ModelSettings } from "./settings.ts";
import { type AiBinding, workersAi } from "./workers-ai/workers-ai.ts";

const built = new WeakMap<LlmSettings, Model>();

/**
 * The model that the settings describe: the configured ones in their order with the planner behind them, or the planner
 * alone. Built once for each settings object, so that what is known of failing models lasts as long as the isolate.
 */
export function modelOf(settings: LlmSettings, env: object, planner: Model): Model {
  if (settings.models.length === 0) return planner;
  let model = built.get(settings);
  if (model === undefined) {
    const upstreams = settings.models.map((entry) => upstreamOf(entry, env));
    model = resilient(upstreams, { limits: settings.limits, ...(settings.fallbackPlanner ? { lastResort: planner } : {}) });
    built.set(settings, model);
  }
  return model;
}

function upstreamOf(entry: ModelSettings, env: object): Model {
  switch (entry.provider) {
    case "openai":
      return openAi(entry);
    case "anthropic":
      return anthropic(entry);
    case "workers-ai": {
      const { AI } = env as { AI?: AiBinding };
      if (AI === undefined) throw new Error("the settings name a Workers AI model, but there is no binding AI");
      return workersAi(AI, entry.model);
    }
  }
}
