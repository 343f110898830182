import type { Blueprint, Resource } from "../../blueprints/schema.ts";
import type { Choice } from "./choose.ts";
import { Draft } from "./draft.ts";
import { count, dailyUsersAt, loadInWords, peakLoad } from "./load.ts";
import type { Requirements } from "./requirements.ts";

/** A chosen template with its size, and the sentences that give the reasons. */
export interface Sized {
  choice: Choice;
  draft: Draft;
  scale: number;
  reasons: string[];
}

/** Scales are rounded up to this: a finer size would only look exact. */
const SCALE_STEP = 0.05;
/** Below it the software of most templates has too little memory to start. */
export const MIN_SCALE = 0.25;
const MAX_SCALE = 20;
/** Size for trying something out. */
const SMALL_SCALE = 0.5;
/** Free space beside the data: indexes, logs, growth. */
const DISK_HEADROOM = 1.3;
const MAX_DISK_GB = 1_048_576;
const MAX_REPLICAS = 50;
const MAX_GPUS = 64;
const MAX_CPU = 512;
const MAX_MEMORY_MB = 8_388_608;

/** Gives a chosen template the size the request asks for. `main` is the template the request's figures are about. */
export function size(choice: Choice, requirements: Requirements, message: string, main: boolean): Sized {
  const draft = new Draft(choice.candidate.id, choice.candidate.template);
  const sized: Sized = { choice, draft, scale: 1, reasons: [] };
  if (!main) {
    if (requirements.small) sized.scale = SMALL_SCALE;
    return sized;
  }
  setScale(sized, requirements);
  setDisks(sized, requirements);
  setGpus(sized, requirements);
  setReplicas(sized, requirements, message);
  setMemory(sized, requirements, message);
  return sized;
}

export const roundScale = (scale: number): number =>
  Math.min(MAX_SCALE, Math.max(MIN_SCALE, Math.ceil(scale / SCALE_STEP - 1e-9) * SCALE_STEP));

/** Two decimals, without a trailing zero. */
export const scaleText = (scale: number): string => String(Math.round(scale * 100) / 100);

function setScale(sized: Sized, requirements: Requirements): void {
  const { requestsPerSecond: held, team } = sized.choice.profile;
  const load = peakLoad(requirements);
  if (requirements.factor !== undefined) {
    sized.scale = requirements.factor;
    sized.reasons.push(`The request asks for ${scaleText(requirements.factor)} times the size.`);
  } else if (load !== undefined && held !== undefined) {
    const wanted = load / held;
    sized.scale = wanted <= 1 ? 1 : Number(scaleText(roundScale(wanted)));
    const holds = `at scale 1 the template is planned for about ${count(held)} requests a second (${count(dailyUsersAt(held, requirements.commerce))} such users a day)`;
    sized.reasons.push(`${capital(loadInWords(requirements))}; ${holds}, so the scale is ${scaleText(sized.scale)}.`);
    if (wanted > MAX_SCALE)
      sized.reasons.push(
        `That would take a scale of ${count(wanted)}; ${MAX_SCALE} is the most that makes sense in one place. Spread the rest over several deployments.`,
      );
  } else if (
    requirements.team !== undefined &&
    team !== undefined &&
    requirements.gpus === undefined &&
    sized.choice.profile.core.includes("security")
  ) {
    sized.scale = requirements.team <= team ? 1 : Number(scaleText(roundScale(requirements.team / team)));
    sized.reasons.push(`${requirements.team} people are asked for; scale 1 is planned for ${team}.`);
  } else if (requirements.small) {
    sized.scale = SMALL_SCALE;
    sized.reasons.push("It is to be small, so it gets half the size.");
  }
}

/** Makes room for the data on every disk that holds it: the largest ones, since replicas each hold all of it. */
function setDisks({ draft, reasons }: Sized, { dataGb }: Requirements): void {
  if (dataGb === undefined) return;
  const made = draft.at(1);
  if (!made.ok) return;
  const disks = made.value.resources.filter((resource) => diskOf(resource) > 0);
  const largest = Math.max(0, ...disks.map(diskOf));
  const wanted = Math.min(MAX_DISK_GB, Math.ceil(dataGb * DISK_HEADROOM));
  if (largest === 0) {
    reasons.push(
      `The template keeps its data in volumes without a fixed size: see that the host has ${count(wanted)} GB for it.`,
    );
    return;
  }
  const holding = disks.filter((resource) => diskOf(resource) >= largest / 2);
  const names = holding.filter((resource) => diskOf(resource) < wanted).map(({ name }) => name);
  for (const name of names) draft.set(name, "disk_gb", wanted);
  reasons.push(
    names.length === 0
      ? `${count(dataGb)} GB of data fit on ${holding.map(({ name }) => name).join(", ")} as they are.`
      : `${count(dataGb)} GB of data with 30 % to spare make ${count(wanted)} GB for ${names.join(", ")}.`,
  );
}

function diskOf(resource: Resource): number {
  return "disk_gb" in resource.specs ? (resource.specs.disk_gb ?? 0) : 0;
}

function setGpus({ draft, reasons, choice }: Sized, { gpus, team }: Requirements): void {
  if (!choice.profile.core.includes("gpu")) return;
  const wanted = gpus ?? team;
  const made = draft.at(1);
  if (wanted === undefined || !made.ok) return;
  const nodes = made.value.resources.filter((resource) => sizeOf(resource, "gpus") > 0);
  if (nodes.length === 0) return;
  const each = Math.min(MAX_GPUS, Math.max(1, Math.ceil(wanted / nodes.length)));
  for (const { name } of nodes) draft.set(name, "gpus", each);
  const who = gpus === undefined ? `${wanted} people get a GPU each` : `${wanted} GPUs are asked for`;
  reasons.push(
    `${who}: ${nodes.map(({ name }) => name).join(" and ")} ${nodes.length === 1 ? "has" : "have"} ${each}${nodes.length === 1 ? "" : " each"}.`,
  );
}

function setReplicas({ draft, reasons, choice }: Sized, { replicas, gpus }: Requirements, message: string): void {
  if (replicas === undefined || (gpus !== undefined && choice.profile.core.includes("gpu"))) return;
  const made = draft.at(1);
  if (!made.ok) return;
  const target = meant(message, draft.running) ?? workhorse(made.value, draft.running);
  if (target === undefined) return;
  const family = siblings(target, draft.running);
  if (family.length > 1) {
    enlarge(draft, made.value, family, replicas / family.length);
    const part = target.replace(/-\d+$/, "");
    reasons.push(
      replicas === family.length
        ? `There are ${replicas} of ${part}, as asked for.`
        : `The template names its ${family.length} of ${part} one by one; instead of ${replicas} like them, each gets ${scaleText(replicas / family.length)} times the size.`,
    );
    return;
  }
  const set = draft.set(target, "replicas", Math.min(MAX_REPLICAS, Math.max(1, replicas)));
  if (set !== undefined) reasons.push(`${target} runs ${set} ${set === 1 ? "time" : "times"}.`);
}

/** `agent-1`, `agent-2` …: machines that differ only in their number. */
function siblings(name: string, names: readonly string[]): string[] {
  const stem = /^(.+)-\d+$/.exec(name)?.[1];
  return stem === undefined ? [name] : names.filter((other) => other.replace(/-\d+$/, "") === stem && other !== stem);
}

function enlarge(draft: Draft, { resources }: Blueprint, names: readonly string[], factor: number): void {
  for (const { name, specs } of resources) {
    if (!names.includes(name)) continue;
    const { cpu, memory_mb } = specs as { cpu?: number; memory_mb?: number };
    if (cpu !== undefined) draft.set(name, "cpu", Math.min(MAX_CPU, Math.ceil(cpu * factor)));
    if (memory_mb !== undefined)
      draft.set(name, "memory_mb", Math.min(MAX_MEMORY_MB, Math.ceil((memory_mb * factor) / 128) * 128));
  }
}

function setMemory({ draft, reasons, scale }: Sized, { memoryGb }: Requirements, message: string): void {
  if (memoryGb === undefined) return;
  const targets = [meant(message, draft.running) ?? draft.running.find((name) => /app|db|pg|worker/.test(name))].filter(
    (name) => name !== undefined,
  );
  for (const name of targets) {
    // Scaling comes afterwards and multiplies it.
    draft.set(name, "memory_mb", Math.max(6, Math.round((memoryGb * 1024) / scale)));
    reasons.push(`${name} gets ${count(memoryGb)} GiB of memory.`);
  }
}

/** Words for parts of a system, and what resources that are such a part are called. */
const PARTS: readonly [RegExp, RegExp][] = [
  [
    /\b(databases?|db|postgres\w*|datenbank\w*|base de don\w+|base de dat\w+|banco de dados)\b/i,
    /^(db|pg|postgres|database|primary)/,
  ],
  [/\b(cache|redis|valkey)\b/i, /cache|redis|valkey/],
  [/\b(workers?|nodes?|knoten|noeuds|nodos|nodi)\b/i, /worker|agent/],
  [/\b(load.?balancers?|lb|proxy)\b/i, /^(lb|proxy|haproxy|edge)/],
  [/\b(apps?|application|web|backend|servers?)\b/i, /app|web|backend/],
];

/** The resource a message talks about, by its name or by what it is. */
export function meant(message: string, names: readonly string[]): string | undefined {
  const words = new Set(message.toLowerCase().split(/[^a-z0-9-]+/));
  const byName = names.filter((name) => words.has(name)).toSorted((a, b) => b.length - a.length)[0];
  if (byName !== undefined) return byName;
  for (const [said, called] of PARTS) {
    const found = said.test(message) ? names.find((name) => called.test(name)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is multiplied when nobody says what: the replicated part that does the work, not the quorum beside it. */
function workhorse({ resources }: Blueprint, running: readonly string[]): string | undefined {
  const able = resources.filter(
    ({ name }) => running.includes(name) && !/etcd|sentinel|control|lb|proxy|consul|zoo/.test(name),
  );
  const named = able.find(({ name }) => /app|worker|replica|web|node/.test(name));
  return (named ?? able.toSorted((a, b) => sizeOf(b, "replicas") - sizeOf(a, "replicas"))[0])?.name;
}

export function sizeOf({ specs }: Resource, key: "gpus" | "replicas"): number {
  const value = (specs as { gpus?: number; replicas?: number })[key];
  return value ?? (key === "replicas" ? 1 : 0);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
