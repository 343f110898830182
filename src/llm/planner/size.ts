import type { Blueprint, Resource } from "../../blueprints/schema.ts";
import type { Choice } from "./choose.ts";
import { Draft } from "./draft.ts";
import { count, dailyUsersAt, loadInWords, peakLoad } from "./load.ts";
import { meant, removals, siblings } from "./parts.ts";
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
export function size(choice: Choice, requirements: Requirements, request: string, main: boolean): Sized {
  const message = removals(request).rest;
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
  setEach(sized, requirements, message);
  setCache(sized, requirements);
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

/** A cache keeps its data in memory: of each member's, this share is for data. */
const CACHE_DATA_SHARE = 0.7;

/** Makes room in memory for what a cache is to hold; every replica holds all of it. */
function setCache(sized: Sized, { dataGb, memoryGb }: Requirements): void {
  const { draft, reasons, scale, choice } = sized;
  if (dataGb === undefined || memoryGb !== undefined || !choice.profile.core.includes("cache")) return;
  const target = meant("cache", draft.running);
  const made = draft.at(1);
  if (target === undefined || !made.ok) return;
  const wanted = Math.min(MAX_MEMORY_MB, Math.ceil((dataGb * 1024) / CACHE_DATA_SHARE / 128) * 128);
  const family = siblings(target, draft.running);
  const has = made.value.resources.find(({ name }) => name === target)?.specs as { memory_mb?: number } | undefined;
  if ((has?.memory_mb ?? 0) * scale >= wanted) return;
  for (const name of family) draft.set(name, "memory_mb", Math.ceil(wanted / scale));
  reasons.push(`${family.join(", ")} hold ${count(dataGb)} GB in memory, so each gets ${count(wanted / 1024)} GiB.`);
}

export function diskOf(resource: Resource): number {
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
  reasons.push(
    set === undefined
      ? `${target} cannot run ${replicas} times; it stays as it is.`
      : `${target} runs ${set} ${set === 1 ? "time" : "times"}.`,
  );
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

/** Sets the sizes that the message names for one part; parts that differ only in their number are of one size. */
function setEach({ draft, reasons, scale, choice }: Sized, requirements: Requirements, message: string): void {
  const { cpus, memoryGb, replicas } = requirements;
  const target = meant(message, draft.running) ?? draft.running.find((name) => /app|db|pg|valkey|worker|agent|gpu/.test(name));
  if (target === undefined) return;
  const family = siblings(target, draft.running);
  // Members that share the load make up for those the template has not; members that each hold everything cannot.
  const shares = family.length > 1 && choice.profile.requestsPerSecond !== undefined && replicas !== undefined;
  // Scaling comes afterwards and multiplies it.
  const factor = (shares ? Math.max(1, replicas / family.length) : 1) / scale;
  const who = `${family.join(", ")} ${family.length === 1 ? "gets" : "get"}`;
  const told = (size: "cpu" | "memory_mb", value: number, words: string) => {
    const set = family.map((name) => draft.set(name, size, value)).every((fitted) => fitted !== undefined);
    reasons.push(set ? `${who} ${words}.` : `${family.join(", ")} cannot have ${words}; that size stays as it is.`);
  };
  const each = family.length === 1 ? "" : " each";
  if (cpus !== undefined)
    told("cpu", Math.min(MAX_CPU, Math.max(0.1, roundCpu(cpus * factor))), `${count(cpus * factor * scale)} vCPU${each}`);
  if (memoryGb !== undefined) {
    const mb = Math.min(MAX_MEMORY_MB, Math.max(6, Math.round(memoryGb * 1024 * factor)));
    told("memory_mb", mb, `${count(memoryGb * factor * scale)} GiB of memory${each}`);
  }
}

/** Whole vCPUs from one up: machines have no others. */
const roundCpu = (cpus: number): number => (cpus >= 1 ? Math.ceil(cpus) : cpus);

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
