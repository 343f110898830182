import type { Blueprint } from "../../blueprints/schema.ts";
import type { Intent, Task } from "../task.ts";
import { explain } from "./explain.ts";
import { SELF } from "./phrases.ts";
import { dollars, type Plan, plan } from "./plan.ts";
import { auditReport, deployReport, estimateReport, manageReport, shape } from "./report.ts";
import { found } from "./templates.ts";

/** What the planner says, in Markdown, and the blueprint it hands over. */
export interface Answer {
  text: string;
  blueprint?: Blueprint;
}

/** The planner's answer to a task. The same task always gets the same answer. */
export function answer(task: Task): Answer {
  if (task.kind === "blueprint") return planned(task);
  return ANSWERS[task.intent](task);
}

const ANSWERS: Readonly<Record<Intent, (task: Task) => Answer>> = {
  create_blueprint: planned,
  customize_template: planned,
  find_template: (task) => ({ text: found(task) }),
  explain: (task) => ({ text: explain(task) }),
  estimate_cost: (task) => about(task, (blueprint) => estimateReport(blueprint, budgetOf(task))),
  audit: (task) => about(task, (blueprint) => auditReport(blueprint, task.today)),
  deploy: (task) => {
    const subject = subjectOf(task);
    if (subject === undefined) return { text: nothingToTalkAbout("deploy") };
    return { text: deployReport(subject.blueprint, task, subject.untouched), blueprint: subject.blueprint };
  },
  manage_deployment: (task) => ({ text: manageReport(task) }),
  general: () => ({ text: SELF }),
};

function planned(task: Task): Answer {
  const made = plan(task);
  if (made === undefined)
    return {
      text: "There is no template here that this could be made from, and rules alone cannot write a blueprint from nothing.",
    };
  return { text: planText(made, task), blueprint: made.blueprint };
}

function planText({ blueprint, choices, reasons, limits, price, requirements }: Plan, task: Task): string {
  const ids = choices.map(({ candidate }) => `\`${candidate.id}\``).join(" and ");
  const opening = choices.length === 0 ? `Here is \`${blueprint.name}\` with your changes.` : `I would build this on ${ids}.`;
  const lines = [
    opening,
    "",
    ...reasons.map((reason) => `- ${reason}`),
    "",
    `${shape(blueprint)}`,
    "",
    `**About ${dollars(price)} a month** on the reference price sheet${requirements.budget === undefined ? "" : ` (budget: ${dollars(requirements.budget)})`}.`,
  ];
  if (limits.length > 0) lines.push("", "What to know:", "", ...limits.map((limit) => `- ${limit}`));
  const next =
    task.kind === "chat" ? "Nothing is deployed yet. Say what to change, ask for the price, an audit or how to deploy it." : "";
  return [...lines, "", next, "", "_I am the built-in planner: rules and arithmetic, not a language model._"]
    .filter((line, index, all) => line !== "" || all[index - 1] !== "")
    .join("\n");
}

interface Subject {
  blueprint: Blueprint;
  /** It is a template exactly as the library gives it. */
  untouched: boolean;
}

/** What a question is about: the blueprint under discussion, or the one the message asks for. */
function subjectOf(task: Task): Subject | undefined {
  const asksForTemplate = task.named !== undefined && task.blueprint?.metadata?.template !== task.named.id;
  if (task.blueprint !== undefined && !asksForTemplate) return { blueprint: task.blueprint, untouched: false };
  const made = plan(task);
  if (made === undefined || (task.named === undefined && made.requirements.needs.size === 0)) return undefined;
  return {
    blueprint: made.blueprint,
    untouched:
      task.named !== undefined &&
      made.blueprint.metadata?.["scale_factor"] === undefined &&
      made.blueprint.metadata?.["parameters"] === undefined,
  };
}

function about(task: Task, report: (blueprint: Blueprint) => string): Answer {
  const subject = subjectOf(task);
  return { text: subject === undefined ? nothingToTalkAbout("judge") : report(subject.blueprint) };
}

const budgetOf = (task: Task): number | undefined => plan(task)?.requirements.budget;

const nothingToTalkAbout = (verb: string): string =>
  `There is no blueprint here to ${verb} yet. Name a template (such as \`ha-web-app\`), say what you need, or send a blueprint along in \`context.blueprint\`.`;
