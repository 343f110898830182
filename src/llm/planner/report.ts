import { audit } from "../../blueprints/audit.ts";
import { estimate } from "../../blueprints/estimate.ts";
import type { Blueprint, Resource } from "../../blueprints/schema.ts";
import { validate } from "../../blueprints/validate.ts";
import type { Task } from "../task.ts";
import { dollars, priceOf } from "./plan.ts";

/** Judgements on a blueprint as text. The planner answers with them, and a language model is given them to answer from. */

/** Resources and findings that are listed before the rest is only counted. */
const MAX_LISTED = 12;

/** A table of what runs: one line each for services and computes, the rest counted. */
export function shape({ resources }: Blueprint): string {
  const running = resources.filter(({ type }) => type === "service" || type === "compute");
  const others = (["network", "storage"] as const).map((type) => {
    const count = resources.filter((resource) => resource.type === type).length;
    return count === 0
      ? undefined
      : `${count} ${type === "network" ? (count === 1 ? "network" : "networks") : count === 1 ? "volume" : "volumes"}`;
  });
  const rest = others.filter((text) => text !== undefined).join(" and ");
  return [
    "| resource | runs | cpu | memory |",
    "| --- | --- | --- | --- |",
    ...running.map(row),
    ...(rest === "" ? [] : ["", `And ${rest}.`]),
  ].join("\n");
}

interface Sizes {
  image?: string;
  template?: string;
  replicas?: number;
  cpu?: number;
  memory_mb?: number;
  gpus?: number;
}

function row({ name, provider, specs }: Resource): string {
  const { image, template, replicas = 1, cpu, memory_mb, gpus } = specs as Sizes;
  const what = image ?? template ?? provider;
  const gpu = gpus === undefined || gpus === 0 ? "" : `, ${gpus} GPU`;
  return `| ${name} | ${replicas} × ${what} | ${cpu ?? "-"}${gpu} | ${memory_mb === undefined ? "-" : memory(memory_mb)} |`;
}

const memory = (mb: number): string => (mb >= 1024 ? `${Math.round((mb / 1024) * 10) / 10} GiB` : `${mb} MiB`);

export function resourceLine(resource: Resource): string {
  const { image, replicas = 1, cpu, memory_mb } = resource.specs as Sizes;
  const size = [cpu === undefined ? undefined : `${cpu} vCPU`, memory_mb === undefined ? undefined : memory(memory_mb)].filter(
    (text) => text !== undefined,
  );
  const copies = replicas === 1 ? "" : `, ${replicas} times`;
  return `**${resource.name}** is a ${resource.type} on ${resource.provider}${image === undefined ? "" : ` that runs ${image}`}${copies}${size.length === 0 ? "" : ` (${size.join(", ")}${replicas === 1 ? "" : " each"})`}.`;
}

/** Resources in waves: each wave starts once the one before is healthy. */
export function startOrder(blueprint: Blueprint): string {
  const verdict = validate(blueprint);
  if (!verdict.valid) return `The blueprint is not valid: ${verdict.errors[0]?.detail ?? ""}`;
  return [
    "Start order, each wave once the one before is healthy:",
    "",
    ...verdict.waves.map((wave, index) => `${index + 1}. ${wave.join(", ")}`),
  ].join("\n");
}

export function estimateReport(blueprint: Blueprint, budget?: number): string {
  const { total_monthly_cost, total_hourly_cost, price_sheet, resources, usage, unpriced } = estimate(blueprint);
  const total = Number(total_monthly_cost);
  const dearest = resources
    .filter(({ monthly_cost }) => Number(monthly_cost) > 0)
    .toSorted((a, b) => Number(b.monthly_cost) - Number(a.monthly_cost));
  const rest = dearest.slice(MAX_LISTED);
  const restCost = rest.reduce((sum, { monthly_cost }) => sum + Number(monthly_cost), 0);
  const fits =
    budget === undefined
      ? ""
      : total <= budget
        ? ` It fits the budget of ${dollars(budget)}.`
        : ` That is ${dollars(total - budget)} over the budget of ${dollars(budget)}.`;
  return [
    `\`${blueprint.name}\` costs about **$${total_monthly_cost} a month** ($${total_hourly_cost} an hour).${fits}`,
    "",
    "| resource | a month |",
    "| --- | --- |",
    ...dearest.slice(0, MAX_LISTED).map(({ name, monthly_cost }) => `| ${name} | $${monthly_cost} |`),
    ...(rest.length === 0 ? [] : [`| ${rest.length} more | $${restCost.toFixed(2)} |`]),
    "",
    `Price sheet: ${price_sheet.name}${price_sheet.date === undefined ? "" : `, ${price_sheet.date}`}. With little traffic $${usage.low.total_monthly_cost}, with much $${usage.high.total_monthly_cost}.`,
    ...(unpriced.length === 0
      ? []
      : [
          "",
          `Without a price, so not in the total: ${unpriced.map(({ resource, component }) => `${resource} (${component})`).join(", ")}.`,
        ]),
    "",
    "`POST /api/v1/blueprints/estimate` has other price sheets, your own hardware among them.",
  ].join("\n");
}

export function auditReport(blueprint: Blueprint, today: string): string {
  const { score, summary, findings, suppressed } = audit(blueprint, { today });
  const open = findings.filter((finding) => finding.suppressed === undefined);
  const counts = Object.entries(summary)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  const worst = open.filter(({ severity }) => severity !== "info").slice(0, MAX_LISTED);
  return [
    `\`${blueprint.name}\` scores **${score} of 100**: ${counts.length === 0 ? "nothing found" : counts.join(", ")}${suppressed === 0 ? "" : `; ${suppressed} accepted with a reason`}.`,
    ...(worst.length === 0
      ? []
      : [
          "",
          ...worst.map(
            ({ severity, id, resource, title, fix }) =>
              `- **${severity}** ${id}${resource === undefined ? "" : ` ${resource}`}: ${title} Fix: ${fix}`,
          ),
        ]),
    ...(open.length > worst.length
      ? ["", `And ${open.length - worst.length} that ${worst.length === MAX_LISTED ? "weigh less" : "only inform"}.`]
      : []),
    "",
    "`POST /api/v1/blueprints/audit?fix=true` mends what can be mended safely; `?format=sarif` gives a report for other tools.",
  ].join("\n");
}

/** The plan in waves, the price, and the command that approves it: a chat deploys nothing. */
export function deployReport(blueprint: Blueprint, { origin }: Task, untouched: boolean): string {
  const api = `${origin}/api/v1`;
  const id = blueprint.metadata?.template;
  const fetching =
    untouched && id !== undefined
      ? [`curl ${api}/templates/${id} > blueprint.json`]
      : ["# save the blueprint of this answer as blueprint.json, then"];
  return [
    `Nothing is deployed from a chat. This is what deploying \`${blueprint.name}\` would do:`,
    "",
    startOrder(blueprint),
    "",
    `It would cost about **${dollars(priceOf(blueprint))} a month** and create ${blueprint.resources.length} resources.`,
    "",
    "To see every operation first, and to approve it:",
    "",
    "```sh",
    ...fetching,
    `curl -X POST ${api}/blueprints/plan -H "Content-Type: application/json" -d @blueprint.json`,
    `curl -X POST ${api}/blueprints/ -H "Content-Type: application/json" -d @blueprint.json`,
    "```",
    "",
    "The answer to the last one has the deployment's id and the address of its events. Add `?provider=fake` to rehearse it; where no target is configured, every deployment is a rehearsal. Where the server asks for a token, add `-H 'Authorization: Bearer …'` with one that has the scope `deploy`.",
  ].join("\n");
}

const VERBS: readonly { words: RegExp; line: (api: string) => string }[] = [
  {
    words: /cancel|abort|stop|halt|abbrech|brich|annul|arret|cancela|deten|ferma|pare\b/i,
    line: (api) => `curl -X POST ${api}/cancel`,
  },
  {
    words: /roll.{0,20}back|revert|undo|zuruck|ruckgangig|revien|reviert|reverta|torna|terug|previous/i,
    line: (api) => `curl -X POST ${api}/rollback`,
  },
  {
    words: /delete|destroy|tear|remove|shut|clean|uninstall|decommission|offline|losch|supprim|elimin|exclu|verwijder/i,
    line: (api) => `curl -X DELETE ${api}`,
  },
  { words: /drift|refresh|check/i, line: (api) => `curl -X POST ${api}/refresh` },
  { words: /output|password|url|connect|where is|address/i, line: (api) => `curl ${api}/outputs` },
  { words: /log|event|watch|follow|progress|fail|why|stuck|tail|wrong/i, line: (api) => `curl -N ${api}/events` },
];

/** The commands for a running deployment; the chat itself touches none. */
export function manageReport({ message, origin, deploymentId }: Task): string {
  const list = `${origin}/api/v1/deployments`;
  const api = `${list}/${deploymentId ?? "<id>"}`;
  const plain = message.normalize("NFKD").replace(/\p{M}/gu, "");
  const wanted = VERBS.filter(({ words }) => words.test(plain)).map(({ line }) => line(api));
  return [
    "A chat changes no deployment; these commands do:",
    "",
    "```sh",
    ...(deploymentId === undefined ? [`curl ${list}   # lists them with their ids and states`] : []),
    `curl ${api}   # its state, operation by operation`,
    ...wanted,
    "```",
    ...(deploymentId === undefined
      ? ["", "Put the deployment's id in place of `<id>`, or send it along in `context.deployment_id`."]
      : []),
  ].join("\n");
}
