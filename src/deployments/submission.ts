import * as z from "zod";
import { audit } from "../blueprints/audit.ts";
import { unwrapBlueprint } from "../blueprints/request.ts";
import type { Blueprint } from "../blueprints/schema.ts";
import { validate } from "../blueprints/validate.ts";
import type { AppContext } from "../http/context.ts";
import { invalid, Problem } from "../http/problem.ts";
import type { Issue } from "../validation/issue.ts";
import { admit } from "./admission.ts";
import { newSecrets, type SecretVersions } from "./secrets.ts";

/** A blueprint on its way to being deployed: judged, admitted, and with a value for each secret. */

export const deployOptions = {
  on_failure: z.enum(["rollback", "keep"]).default("rollback").describe("What to do when an operation fails for good."),
  plan_hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "Expected the plan_hash of a plan.")
    .optional()
    .describe("The plan that was approved; another one is refused."),
  provider: z.literal("fake").optional().describe("Rehearse on the fake provider."),
  secrets: z
    .record(z.string(), z.string().min(1).max(65_536))
    .default({})
    .describe(
      "Values of secrets that have no recipe, or instead of a generated one. Kept encrypted, never answered but in the outputs.",
    ),
};

/** What can be said beside a blueprint that is only looked at. */
export const planOptions = {
  provider: deployOptions.provider,
  deployment_id: z.string().max(100).optional().describe("Plan an update of this deployment."),
};

export interface Submission {
  blueprint: Blueprint;
  rehearsal: boolean;
  targets: string[];
  on_failure: "rollback" | "keep";
  plan_hash?: string;
  secrets: Record<string, string>;
  /** For the client: what is unusual about it. */
  warnings: string[];
}

interface Asked {
  provider?: "fake" | undefined;
}

/**
 * A blueprint as it would be carried out, with the options beside it. Throws the problem when it cannot be: everything wrong
 * with it at once, or a provider without a target.
 */
export function admittedOf<O extends z.ZodRawShape>(c: AppContext, body: unknown, query: Asked, shape: O) {
  const { document, at, options, issues } = unwrapBlueprint(body, shape);
  const verdict = validate(document, at);
  if (!verdict.valid || issues.length > 0) throw invalid([...issues, ...verdict.errors], "invalid-blueprint");
  const provider = query.provider ?? (options as Asked).provider;
  const decision = admit(verdict.blueprint, c.get("config").targets, provider);
  if (!decision.ok) throw invalid(decision.error, "no-target");
  return { ...decision.value, at, options, remarks: verdict.warnings };
}

/**
 * A blueprint that may be deployed, with a value for each of its secrets. Throws the problem when it may not: as `admittedOf`
 * does, and for an open critical finding and for secrets that are missing or cannot be kept.
 * @param known The secrets that the deployment has already.
 */
export function submissionOf(c: AppContext, body: unknown, query: Asked, known: SecretVersions): Submission {
  const { blueprint, rehearsal, targets, warnings, at, options, remarks } = admittedOf(c, body, query, deployOptions);
  const values = newSecrets(blueprint.secrets ?? [], options.secrets, known, randomBytes);
  if (!values.ok) throw invalid(values.error);
  refuseCriticalFindings(blueprint, at);
  refuseUnkeepable(c, blueprint);
  return {
    blueprint,
    rehearsal,
    targets,
    on_failure: options.on_failure,
    secrets: values.value,
    warnings: [...warnings, ...remarks.map(({ pointer, detail }) => `${pointer}: ${detail}`)],
    ...(options.plan_hash === undefined ? {} : { plan_hash: options.plan_hash }),
  };
}

export const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

export const today = (): string => new Date().toISOString().slice(0, 10);

/** What is critical is not deployed by oversight: only a suppression with a reason lets it through. */
function refuseCriticalFindings(blueprint: Blueprint, at: readonly PropertyKey[]): void {
  const critical = audit(blueprint, { today: today() }).findings.filter(
    ({ severity, suppressed }) => severity === "critical" && suppressed === undefined,
  );
  if (critical.length === 0) return;
  const base = at.length > 0 ? `#/${at.map(String).join("/")}` : "#";
  throw invalid(
    critical.map(({ id, pointer, detail, fix, resource }): Issue => {
      const accept = `metadata.audit_ignore: [{"rule": "${id}"${resource === undefined ? "" : `, "resource": "${resource}"`}, "reason": "…"}]`;
      return { pointer: base + pointer.slice(1), code: id, detail, hint: `${fix} To accept the risk, say why in ${accept}.` };
    }),
    "audit-blocked",
  );
}

/** Where callers are told apart, the key has to be the operator's; one made here would be kept beside what it locks. */
function refuseUnkeepable(c: AppContext, { secrets = [] }: Blueprint): void {
  const { secretsKey, apiTokens, accessScopes } = c.get("config");
  const local = apiTokens.length === 0 && accessScopes.length === 0;
  if (secrets.length === 0 || secretsKey !== undefined || local) return;
  throw new Problem(
    "no-secrets-key",
    "This blueprint has secrets, and the setting SECRETS_KEY that they are sealed with is not set. Set it: openssl rand -base64 32 | wrangler secret put SECRETS_KEY",
  );
}
