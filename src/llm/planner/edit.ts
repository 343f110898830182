import { scaleBlueprint } from "../../blueprints/scale.ts";
import type { Blueprint, Resource } from "../../blueprints/schema.ts";
import { validate } from "../../blueprints/validate.ts";
import { instantiate } from "../../templates/instantiate.ts";
import type { Task } from "../task.ts";
import { choose } from "./choose.ts";
import { combine } from "./combine.ts";
import { count, peakLoad } from "./load.ts";
import { meant, removals, siblings } from "./parts.ts";
import { profileOf } from "./profiles.ts";
import type { Requirements } from "./requirements.ts";
import { diskOf, roundScale, scaleText, sizeOf } from "./size.ts";

export interface Edited {
  blueprint: Blueprint;
  reasons: string[];
  limits: string[];
}

const MORE =
  /\b(bigger|larger|more (?:capacity|power|resources)|increase|scale up|grow|grosser|größer|mas grande|plus grand|maior|piu grande|groter)\b/i;
const LESS = /\b(smaller|cheaper|reduce|less|scale down|shrink|kleiner|billiger|moins|menos|menor|piu piccolo)\b/i;
const ADD = /\b(add|also|include|with|plus|extend|fuge|füge|ajoute|añade|agrega|adicione|aggiungi|voeg)\b/i;
const REMOVE =
  /\b(remove|drop|delete|take out|without|get rid of|entferne|ohne|supprime|enleve|quita|elimina|remova|rimuovi|verwijder)\b/i;
/** What "bigger" comes to when no figure is given. */
const SOME_MORE = 1.5;
const SOME_LESS = 0.67;

/** Changes a blueprint as a request says. What it cannot make out is a limit, and nothing is changed on a guess. */
export function edit(blueprint: Blueprint, requirements: Requirements, task: Task): Edited {
  const edited: Edited = { blueprint, reasons: [], limits: [] };
  const { unwanted, rest } = removals(task.message);
  if (unwanted.length > 0) takeOut(edited, unwanted);
  else remove(edited, task.message);
  resize(edited, requirements, rest);
  if (ADD.test(task.message)) extend(edited, requirements, task);
  if (requirements.name !== undefined) {
    const name = requirements.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 63);
    edited.blueprint = { ...edited.blueprint, name };
    edited.reasons.push(`It is called ${name}.`);
  }
  if (edited.reasons.length === 0 && edited.limits.length === 0 && requirements.budget === undefined) {
    edited.limits.push(
      "I could not make out what to change, so it stays as it is. I understand sizes, counts, names, parts to add or remove, and budgets.",
    );
  }
  return edited;
}

/** Takes a resource out, with every reference to it; not when something would be left broken. */
function remove(edited: Edited, message: string): void {
  if (!REMOVE.test(message)) return;
  takeOut(edited, [message.replace(/^.*?\b(remove|drop|delete|take out|without|get rid of)\b/i, "")]);
}

/** Takes the parts that the words mean out of a blueprint. Words for something it has not got change nothing. */
export function takeOut(edited: Edited, unwanted: readonly string[]): void {
  for (const words of unwanted) {
    const running = edited.blueprint.resources.filter(({ type }) => type === "service" || type === "compute");
    const name = meant(
      words,
      running.map((resource) => resource.name),
    );
    if (name !== undefined) takeOutPart(edited, name);
  }
}

function takeOutPart(edited: Edited, name: string): void {
  const resources = edited.blueprint.resources
    .filter((resource) => resource.name !== name)
    .map(
      (resource) =>
        ({ ...resource, dependencies: resource.dependencies.filter((dependency) => dependency !== name) }) as Resource,
    );
  const left = { ...edited.blueprint, resources };
  if (resources.length > 0 && validate(left).valid) {
    edited.blueprint = left;
    edited.reasons.push(`${name} is taken out. Check that nothing inside the other parts still points to it.`);
  } else edited.limits.push(`${name} cannot be taken out: something else in the blueprint needs it.`);
}

function resize(edited: Edited, requirements: Requirements, message: string): void {
  const running = edited.blueprint.resources
    .filter(({ type }) => type === "service" || type === "compute")
    .map(({ name }) => name);
  const part = meant(message, running);
  if (requirements.replicas !== undefined) {
    const target = part ?? running.find((name) => /app|worker|replica|web/.test(name));
    if (target !== undefined)
      set(edited, target, "replicas", Math.min(50, requirements.replicas), `${target} runs ${requirements.replicas} times.`);
  }
  const sized = part ?? running.find((name) => /app|db|pg|worker/.test(name));
  for (const target of sized === undefined ? [] : siblings(sized, running)) {
    const { cpus, memoryGb } = requirements;
    if (cpus !== undefined) set(edited, target, "cpu", cpus, `${target} gets ${count(cpus)} vCPU.`);
    if (memoryGb !== undefined) {
      const memory = Math.round(memoryGb * 1024);
      set(edited, target, "memory_mb", memory, `${target} gets ${count(memoryGb)} GiB of memory.`);
    }
  }
  resizeDisks(edited, requirements);
  resizeGpus(edited, requirements);
  const factor = factorFor(requirements, edited.blueprint, message);
  if (factor === undefined) return;
  const scaled = scaleBlueprint(edited.blueprint, factor);
  if (scaled.ok) {
    edited.blueprint = scaled.value;
    edited.reasons.push(`CPU and memory are multiplied by ${scaleText(factor)}.`);
  } else edited.limits.push(scaled.error[0]?.detail ?? "It cannot be scaled that far.");
}

/** Makes the disks that hold the data, the largest ones, at least as large as asked for; a disk never shrinks. */
function resizeDisks(edited: Edited, { dataGb }: Requirements): void {
  if (dataGb === undefined) return;
  const disks = edited.blueprint.resources.filter((resource) => resource.type === "storage" && diskOf(resource) > 0);
  const largest = Math.max(0, ...disks.map(diskOf));
  const holding = disks.filter((resource) => diskOf(resource) >= largest / 2);
  const small = holding.filter((resource) => diskOf(resource) < dataGb);
  for (const { name } of small) set(edited, name, "disk_gb", Math.ceil(dataGb), `${name} gets ${count(dataGb)} GB of disk.`);
  if (small.length > 0) return;
  edited.limits.push(
    holding.length === 0
      ? `Nothing in the blueprint has a disk that could get ${count(dataGb)} GB.`
      : `${holding.map(({ name }) => name).join(", ")} already have ${count(dataGb)} GB or more.`,
  );
}

function resizeGpus(edited: Edited, { gpus }: Requirements): void {
  if (gpus === undefined) return;
  const nodes = edited.blueprint.resources.filter((resource) => sizeOf(resource, "gpus") > 0);
  if (nodes.length === 0) edited.limits.push("Nothing in the blueprint has a GPU; ml-training does.");
  const each = Math.max(1, Math.ceil(gpus / nodes.length));
  for (const { name } of nodes) set(edited, name, "gpus", each, `${name} has ${each} ${each === 1 ? "GPU" : "GPUs"}.`);
}

function factorFor(requirements: Requirements, blueprint: Blueprint, message: string): number | undefined {
  if (requirements.factor !== undefined) return requirements.factor;
  const load = peakLoad(requirements);
  const held = profileOf(blueprint.metadata?.template ?? "", "").requestsPerSecond;
  const scale = Number(blueprint.metadata?.["scale_factor"] ?? 1);
  if (load !== undefined && held !== undefined) {
    const factor = roundScale(load / held) / scale;
    return factor > 1 ? factor : undefined;
  }
  const { replicas, cpus, memoryGb, dataGb, gpus, budget } = requirements;
  if ([replicas, cpus, memoryGb, dataGb, gpus, budget].some((figure) => figure !== undefined)) return undefined;
  if (MORE.test(message)) return SOME_MORE;
  return LESS.test(message) && !REMOVE.test(message) ? SOME_LESS : undefined;
}

function set(
  edited: Edited,
  name: string,
  key: "replicas" | "memory_mb" | "cpu" | "disk_gb" | "gpus",
  value: number,
  reason: string,
): void {
  const resources = edited.blueprint.resources.map((resource) =>
    resource.name === name ? ({ ...resource, specs: { ...resource.specs, [key]: value } } as Resource) : resource,
  );
  const next = { ...edited.blueprint, resources };
  if (!validate(next).valid) {
    edited.limits.push(`${name} cannot have that.`);
    return;
  }
  edited.blueprint = next;
  edited.reasons.push(reason);
}

function extend(edited: Edited, requirements: Requirements, task: Task): void {
  const present = new Set(
    (edited.blueprint.metadata?.["templates"] as string[] | undefined) ?? [edited.blueprint.metadata?.template],
  );
  for (const { candidate, profile, reason } of choose(requirements, task.candidates)) {
    const named = profile.core.some((need) => (requirements.needs.get(need) ?? 0) >= 3);
    if (!named || present.has(candidate.id)) continue;
    const made = instantiate(candidate.id, candidate.template, task.provider === undefined ? {} : { provider: task.provider });
    if (!made.ok) continue;
    const together = combine(edited.blueprint, made.value, candidate.id.split("-")[0] ?? "second");
    if (!validate(together.blueprint).valid) continue;
    edited.blueprint = together.blueprint;
    edited.reasons.push(`${candidate.id} is added: ${reason}.`, ...together.notes.map((note) => `${note}.`));
  }
}
