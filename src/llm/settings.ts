import * as z from "zod";
import type { Limits } from "./watchdog.ts";

/** The settings for models. Texts in the environment, like all settings; `src/config.ts` parses them. */

const url = z
  .url({ protocol: /^https?$/, error: "expected an http or https address", abort: true })
  .refine((text) => new URL(text).username === "", {
    error: "a key belongs into the setting for it, not into the address",
  });
const headers = z.record(z.string().regex(/^[\w-]+$/), z.string()).optional();
const name = z.string().min(1, "name a model");

const modelEntry = z.discriminatedUnion(
  "provider",
  [
    z.strictObject({ provider: z.literal("openai"), base_url: url, model: name, api_key: z.string().optional(), headers }),
    z.strictObject({
      provider: z.literal("anthropic"),
      base_url: url.default("https://api.anthropic.com"),
      model: name,
      api_key: z.string(),
      headers,
    }),
    z.strictObject({ provider: z.literal("workers-ai"), model: name }),
  ],
  { error: 'expected "provider" to be openai, anthropic or workers-ai' },
);
export type ModelSettings = z.output<typeof modelEntry>;

const modelList = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "expected JSON: a list of models" });
      return z.NEVER;
    }
  })
  .pipe(z.array(modelEntry).min(1, "name at least one model, or remove the setting").max(10));

const milliseconds = (fallback: number) =>
  z.coerce.number("expected milliseconds").int().min(100).max(3_600_000).default(fallback);

/** Every setting for models, by its name in the environment. */
export const llmFields = {
  LLM_BASE_URL: url.optional(),
  LLM_MODEL: name.optional(),
  LLM_API_KEY: z.string().optional(),
  ANTHROPIC_BASE_URL: url.optional(),
  ANTHROPIC_MODEL: name.optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  WORKERS_AI_MODEL: name.optional(),
  LLM_MODELS: modelList.optional(),
  LLM_FALLBACK_PLANNER: z.enum(["on", "off"], { error: "expected on or off" }).default("on"),
  // A model on a CPU reads its prompt and may first be loaded from disk; both take most of a minute.
  LLM_FIRST_TOKEN_TIMEOUT_MS: milliseconds(60_000),
  // Providers ping every 10 to 15 s while they think; two missed pings.
  LLM_IDLE_TIMEOUT_MS: milliseconds(30_000),
  // A long answer at the 5 tokens a second of a CPU.
  LLM_TOTAL_TIMEOUT_MS: milliseconds(600_000),
  /** The binding, if there is one; only whether is looked at here. */
  AI: z.unknown().optional(),
};
type LlmFields = z.output<z.ZodObject<typeof llmFields>>;

export interface LlmSettings {
  /** In the order they are asked; empty means that the built-in planner answers. */
  models: readonly ModelSettings[];
  /** Whether the planner answers when every model failed. */
  fallbackPlanner: boolean;
  limits: Limits;
}

/** The settings together, or what contradicts or misses what: one sentence each, naming the setting. */
export function llmSettingsOf(fields: LlmFields): { settings: LlmSettings; problems: string[] } {
  const plain = plainModels(fields);
  const problems = [...plain.problems];
  const models = fields.LLM_MODELS ?? plain.models;
  if (fields.LLM_MODELS !== undefined && plain.given.length > 0) {
    problems.push(`LLM_MODELS: names every model; remove ${plain.given.join(", ")} or the list`);
  }
  if (fields.AI === undefined && models.some(({ provider }) => provider === "workers-ai")) {
    const setting = fields.LLM_MODELS === undefined ? "WORKERS_AI_MODEL" : "LLM_MODELS";
    problems.push(`${setting}: Workers AI needs its binding; add [ai] with binding = "AI" to wrangler.toml`);
  }
  return {
    settings: {
      models,
      fallbackPlanner: fields.LLM_FALLBACK_PLANNER === "on",
      limits: {
        firstTokenMs: fields.LLM_FIRST_TOKEN_TIMEOUT_MS,
        idleMs: fields.LLM_IDLE_TIMEOUT_MS,
        totalMs: fields.LLM_TOTAL_TIMEOUT_MS,
      },
    },
    problems,
  };
}

/** The models that the settings for one model each describe: LLM_* first, then Anthropic, then Workers AI. */
function plainModels(fields: LlmFields): { models: ModelSettings[]; problems: string[]; given: string[] } {
  const given = (
    [
      "LLM_BASE_URL",
      "LLM_MODEL",
      "LLM_API_KEY",
      "ANTHROPIC_BASE_URL",
      "ANTHROPIC_MODEL",
      "ANTHROPIC_API_KEY",
      "WORKERS_AI_MODEL",
    ] as const
  ).filter((setting) => fields[setting] !== undefined);
  const models: ModelSettings[] = [];
  const problems: string[] = [];
  const { LLM_MODEL, ANTHROPIC_MODEL, ANTHROPIC_API_KEY, WORKERS_AI_MODEL } = fields;
  if (LLM_MODEL !== undefined) {
    const base_url = fields.LLM_BASE_URL ?? "https://api.openai.com/v1";
    models.push({ provider: "openai", base_url, model: LLM_MODEL, api_key: fields.LLM_API_KEY });
  } else if (given.some((setting) => setting.startsWith("LLM_"))) {
    problems.push("LLM_MODEL: name the model to use at LLM_BASE_URL");
  }
  if (ANTHROPIC_MODEL !== undefined && ANTHROPIC_API_KEY !== undefined) {
    const base_url = fields.ANTHROPIC_BASE_URL ?? "https://api.anthropic.com";
    models.push({ provider: "anthropic", base_url, model: ANTHROPIC_MODEL, api_key: ANTHROPIC_API_KEY });
  } else if (given.some((setting) => setting.startsWith("ANTHROPIC_"))) {
    problems.push(
      ANTHROPIC_MODEL === undefined
        ? "ANTHROPIC_MODEL: name the model to use with ANTHROPIC_API_KEY"
        : "ANTHROPIC_API_KEY: needed for ANTHROPIC_MODEL",
    );
  }
  if (WORKERS_AI_MODEL !== undefined) models.push({ provider: "workers-ai", model: WORKERS_AI_MODEL });
  return { models, problems, given };
}
