import * as z from "zod";
import { SCOPES, type Scope } from "./http/scope.ts";
import { type LlmSettings, llmFields, llmSettingsOf } from "./llm/settings.ts";
import { fail, ok, type Result } from "./result.ts";

/** Settings are texts in the environment (`.dev.vars` locally, vars and secrets in production), parsed once an isolate. */

export interface ApiToken {
  name: string;
  scopes: Scope[];
  secret: string;
}

const MIN_TOKEN_LENGTH = 16;

const scopeList = z
  .string()
  .transform((text) => text.split("+").filter((part) => part !== ""))
  .pipe(z.array(z.enum(SCOPES, { error: `expected scopes joined by "+", of ${SCOPES.join(", ")}` })));

const apiTokens = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
  .pipe(
    z.array(
      z
        .string()
        .transform((text) => /^([^:]+):([^:]*):(.+)$/.exec(text)?.slice(1) ?? [])
        .pipe(
          z.tuple(
            [z.string(), scopeList, z.string().min(MIN_TOKEN_LENGTH, `a token has at least ${MIN_TOKEN_LENGTH} characters`)],
            { error: 'expected entries of the form "name:scope+scope:token"' },
          ),
        )
        .transform(([name, scopes, secret]): ApiToken => ({ name, scopes, secret })),
    ),
  );

/** The providers that can be deployed to. Judgement and export know more. */
const AVAILABLE = ["fake"] as const;

/** A place deployments go to. Only configuration names one, never a request. */
const target = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "a target's name is lower-case letters, digits and hyphens"),
  provider: z.enum(AVAILABLE, { error: `expected one of the providers that this version deploys to: ${AVAILABLE.join(", ")}` }),
  url: z.url({ protocol: /^https?$/ }).optional(),
});
export type Target = z.infer<typeof target>;

const targets = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "expected JSON: a list of targets" });
      return z.NEVER;
    }
  })
  .pipe(
    z.array(target).refine((list) => new Set(list.map(({ provider }) => provider)).size === list.length, {
      error: "expected one target for each provider",
    }),
  );

const settings = z.object({
  API_TOKENS: apiTokens.default([]),
  ACCESS_SCOPES: scopeList.default([]),
  TARGETS: targets.default([]),
  MAX_DEPLOYMENTS: z.coerce.number().int().min(1).max(100).default(4),
  MAX_OPERATIONS: z.coerce.number().int().min(1).max(50).default(6),
  MAX_TARGET_OPERATIONS: z.coerce.number().int().min(1).max(200).default(12),
  KEEP_FINISHED_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  SECRETS_KEY: z.string().min(32, "a key has at least 32 characters; make one with: openssl rand -base64 32").optional(),
  ...llmFields,
});

/** Every setting there is; the binding AI stands among them and is none. */
export const SETTING_NAMES: readonly string[] = Object.keys(settings.shape).filter((name) => name !== "AI");

export interface Config {
  /** Who may call; empty means that only loopback hosts are served. */
  apiTokens: readonly ApiToken[];
  /** What a Cloudflare Access identity may do; empty means that Access is not used. */
  accessScopes: readonly Scope[];
  /** Where deployments go; empty means that every deployment is a rehearsal on `fake`. */
  targets: readonly Target[];
  /** Deployments that run at once on one target. */
  maxDeployments: number;
  /** Operations that one deployment runs at once. */
  maxOperations: number;
  /** Operations of all deployments that run at once on one target. */
  maxTargetOperations: number;
  /** How long a finished deployment that owns nothing is remembered. */
  keepFinishedDays: number;
  /** What secrets of deployments are sealed with. */
  secretsKey: string | undefined;
  /** Which models answer, and how long they may take. */
  llm: LlmSettings;
}

/** Why the settings cannot be used: one sentence for each bad one, naming the setting and never its value. */
export interface ConfigError {
  problems: string[];
}

const parsed = new WeakMap<object, Result<Config, ConfigError>>();

/** The settings of an environment, parsed on first use. */
export function configOf(env: object): Result<Config, ConfigError> {
  let result = parsed.get(env);
  if (result === undefined) {
    result = parseConfig(env);
    parsed.set(env, result);
  }
  return result;
}

function parseConfig(env: object): Result<Config, ConfigError> {
  // An empty setting is an unset one: `KEY=` in .dev.vars.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = settings.safeParse(given);
  if (!result.success) {
    return fail({
      problems: result.error.issues.map(({ path: [name, ...inside], message }) => {
        const place = inside.length > 0 ? ` (at ${inside.map(String).join(".")})` : "";
        return `${String(name)}${place}: ${message}`;
      }),
    });
  }
  const llm = llmSettingsOf(result.data);
  if (llm.problems.length > 0) return fail({ problems: llm.problems });
  const { API_TOKENS, ACCESS_SCOPES, TARGETS, MAX_DEPLOYMENTS, MAX_OPERATIONS, MAX_TARGET_OPERATIONS } = result.data;
  const { KEEP_FINISHED_DAYS, SECRETS_KEY } = result.data;
  return ok({
    apiTokens: API_TOKENS,
    accessScopes: ACCESS_SCOPES,
    targets: TARGETS,
    maxDeployments: MAX_DEPLOYMENTS,
    maxOperations: MAX_OPERATIONS,
    maxTargetOperations: MAX_TARGET_OPERATIONS,
    keepFinishedDays: KEEP_FINISHED_DAYS,
    secretsKey: SECRETS_KEY,
    llm: llm.settings,
  });
}
