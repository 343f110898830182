import bundledTemplates from "../../dist/templates.json";
import { costBand } from "../blueprints/estimate-band.ts";
import type { Blueprint, Category, Complexity } from "../blueprints/schema.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Issue } from "../validation/issue.ts";
import { acceptTemplate } from "./accept.ts";
import type { Template } from "./schema.ts";
import { decodeSummary, decodeTemplate, encode, KEY_PREFIX, type StoredSummary } from "./stored.ts";
import { inListOrder, type Summary, summarize } from "./summary.ts";

/** The templates that come with the Worker, by id. The tests check each; nothing is checked again when it is used. */
export const bundled = bundledTemplates as unknown as Readonly<Record<string, Template>>;

/** A template with the blueprint it gives as it is. */
export interface Entry {
  id: string;
  template: Template;
  blueprint: Blueprint;
  /** What its author says, or else the band of what the blueprint is estimated to cost. */
  estimated_cost: string;
  source: Summary["source"];
  shadows?: true;
  updated_at?: string;
}

/** A custom template that is stored but cannot be read, and why. */
export interface Fault {
  id: string;
  reason: string;
}

export interface Filter {
  category?: Category | undefined;
  complexity?: Complexity | undefined;
}

/** KV itself promises a write everywhere within about this time, so a list this old is as fresh as KV's own. */
const INDEX_TTL_MS = 60_000;
/** An unknown id is looked for again after this time: it may have been written elsewhere. Bounds the cost of asking for nonsense. */
const MISS_TTL_MS = 5_000;
/** How long this isolate trusts its own write over an older list. */
const RECENT_MS = 5 * 60_000;

interface Index {
  loadedAt: number;
  /** Ids and times of writing: tells whether anything changed. */
  content: string;
  custom: Map<string, StoredSummary>;
  faults: Fault[];
}

/** A write of this isolate; without what was saved it was a deletion. */
interface Write {
  at: string;
  saved?: { summary: StoredSummary; entry: Entry };
}

/** Why nothing was written. KV takes one write a second to a key and refuses more. */
export type Refusal = { reason: "invalid"; issues: Issue[] } | { reason: "busy" };

/**
 * The templates: bundled ones, and custom ones from KV that may stand in front of them.
 *
 * What is stored is known from listing keys alone (the summaries are their metadata), kept for a minute; a value is read only
 * when a list says that it is there. So no read ever asks for a missing key, whose absence KV would remember for a minute.
 */
export class Catalogue {
  readonly #kv: KVNamespace;
  readonly #now: () => number;
  readonly #recent = new Map<string, Write>();
  /** Values found broken when read, by the time of their writing: their summaries look well. */
  readonly #broken = new Map<string, { updated_at: string; reason: string }>();
  readonly #logged = new Set<string>();
  #index: Index | undefined;
  #listing: readonly Summary[] | undefined;

  constructor(kv: KVNamespace, now: () => number = () => Date.now()) {
    this.#kv = kv;
    this.#now = now;
  }

  /** Every template in list order. The same array as before while nothing has changed. */
  async all(): Promise<readonly Summary[]> {
    const { custom } = await this.#load(INDEX_TTL_MS);
    this.#listing ??= [
      ...Object.entries(bundled)
        .filter(([id]) => !custom.has(id))
        .map(([id, template]): Summary => ({ id, ...summarize(template), source: "bundled" })),
      ...[...custom].map(([id, { format: _, ...summary }]): Summary => ({ id, ...summary, source: "custom", ...shadows(id) })),
    ].sort(inListOrder);
    return this.#listing;
  }

  async list({ category, complexity }: Filter = {}): Promise<Summary[]> {
    return (await this.all()).filter(
      (summary) =>
        (category === undefined || summary.category === category) &&
        (complexity === undefined || summary.complexity === complexity),
    );
  }

  /** Custom templates that had to be left out of the list, or (`fresh`) that would have to be now. */
  async faults({ fresh = false } = {}): Promise<readonly Fault[]> {
    return (await this.#load(fresh ? MISS_TTL_MS : INDEX_TTL_MS)).faults;
  }

  async get(id: string): Promise<Entry | undefined> {
    let index = await this.#load(INDEX_TTL_MS);
    if (!index.custom.has(id) && !isBundled(id)) index = await this.#load(MISS_TTL_MS);
    const summary = index.custom.get(id);
    return (summary === undefined ? undefined : await this.#read(id, summary)) ?? bundledEntry(id);
  }

  /** Saves a custom template, or says everything that is wrong with it. */
  async put(id: string, template: Template): Promise<Result<{ entry: Entry; created: boolean }, Refusal>> {
    const blueprint = acceptTemplate(id, template);
    if (!blueprint.ok) return fail({ reason: "invalid", issues: blueprint.error });
    const created = !stored(await this.#load(INDEX_TTL_MS), id);
    const updated_at = new Date(this.#now()).toISOString();
    const entry = customEntry(id, template, blueprint.value, updated_at);
    const { value, metadata } = encode(entry, updated_at);
    if (!(await written(this.#kv.put(KEY_PREFIX + id, value, { metadata })))) return fail({ reason: "busy" });
    this.#remember(id, { at: updated_at, saved: { summary: metadata, entry } });
    return ok({ entry, created });
  }

  /** Removes a custom template, readable or not. */
  async delete(id: string): Promise<"deleted" | "absent" | "busy"> {
    if (!stored(await this.#load(MISS_TTL_MS), id)) return "absent";
    if (!(await written(this.#kv.delete(KEY_PREFIX + id)))) return "busy";
    this.#remember(id, { at: new Date(this.#now()).toISOString() });
    return "deleted";
  }

  async #read(id: string, { updated_at }: StoredSummary): Promise<Entry | undefined> {
    const own = this.#recent.get(id);
    if (own?.saved !== undefined && own.at === updated_at) return own.saved.entry;
    const value = await this.#kv.get(KEY_PREFIX + id);
    // Deleted elsewhere since the list was made.
    if (value === null) return undefined;
    const record = decodeTemplate(value);
    if (!record.ok) return this.#leaveOut(id, updated_at, record.error);
    const { template } = record.value;
    const blueprint = acceptTemplate(id, template);
    if (!blueprint.ok) {
      const [issue] = blueprint.error;
      return this.#leaveOut(id, updated_at, `it is not valid in this version (${issue?.pointer}: ${issue?.detail})`);
    }
    return customEntry(id, template, blueprint.value, record.value.updated_at);
  }

  #leaveOut(id: string, updated_at: string, reason: string): undefined {
    this.#broken.set(id, { updated_at, reason });
    this.#index?.custom.delete(id);
    this.#index?.faults.push(this.#log({ id, reason }));
    this.#listing = undefined;
  }

  #remember(id: string, write: Write): void {
    this.#recent.set(id, write);
    if (this.#index !== undefined) {
      apply(this.#index, id, write);
      this.#index.content = "";
    }
    this.#listing = undefined;
  }

  async #load(maxAgeMs: number): Promise<Index> {
    const known = this.#index;
    if (known !== undefined && this.#now() - known.loadedAt < maxAgeMs) return known;
    const index: Index = { loadedAt: this.#now(), content: "", custom: new Map(), faults: [] };
    for await (const { name, metadata } of keys(this.#kv)) {
      const id = name.slice(KEY_PREFIX.length);
      const summary = decodeSummary(metadata);
      const broken = this.#broken.get(id);
      if (!summary.ok) index.faults.push({ id, reason: summary.error });
      else if (broken?.updated_at === summary.value.updated_at) index.faults.push({ id, reason: broken.reason });
      else index.custom.set(id, summary.value);
    }
    for (const [id, write] of this.#recent) {
      if (this.#now() - Date.parse(write.at) > RECENT_MS) this.#recent.delete(id);
      else apply(index, id, write);
    }
    for (const fault of index.faults) this.#log(fault);
    index.content = JSON.stringify([...index.custom].map(([id, { updated_at }]) => [id, updated_at]).sort());
    if (index.content !== known?.content) this.#listing = undefined;
    this.#index = index;
    return index;
  }

  /** Once an isolate and reason, not once a minute. */
  #log(fault: Fault): Fault {
    const line = JSON.stringify({ template_left_out: fault.id, reason: fault.reason });
    if (!this.#logged.has(line)) console.warn(line);
    this.#logged.add(line);
    return fault;
  }
}

/** Puts a write of this isolate over a list, unless the list knows a later one. ISO times in UTC compare as texts. */
function apply(index: Index, id: string, { at, saved }: Write): void {
  const listed = index.custom.get(id);
  if (listed !== undefined && listed.updated_at > at) return;
  if (saved === undefined) index.custom.delete(id);
  else index.custom.set(id, saved.summary);
  index.faults = index.faults.filter((fault) => fault.id !== id);
}

function stored({ custom, faults }: Index, id: string): boolean {
  return custom.has(id) || faults.some((fault) => fault.id === id);
}

/** False when KV refused the write because the last one to that key is less than a second ago. */
async function written(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("429")) return false;
    throw error;
  }
}

/** Every stored key with its metadata; one operation for each 1,000. */
async function* keys(kv: KVNamespace): AsyncGenerator<{ name: string; metadata?: unknown }> {
  let cursor: string | null = null;
  do {
    const page: KVNamespaceListResult<unknown> = await kv.list({ prefix: KEY_PREFIX, cursor });
    yield* page.keys;
    cursor = page.list_complete ? null : page.cursor;
  } while (cursor !== null);
}

const isBundled = (id: string): boolean => Object.hasOwn(bundled, id);
const shadows = (id: string): { shadows: true } | Record<string, never> => (isBundled(id) ? { shadows: true } : {});

function customEntry(id: string, template: Template, blueprint: Blueprint, updated_at: string): Entry {
  const estimated_cost = template.estimated_cost ?? costBand(blueprint);
  return { id, template, blueprint, estimated_cost, source: "custom", ...shadows(id), updated_at };
}

const bundledEntries = new Map<string, Entry>();

/** Made on first use and kept: the blueprint of a bundled template never changes. */
function bundledEntry(id: string): Entry | undefined {
  const known = bundledEntries.get(id);
  if (known !== undefined) return known;
  const template = isBundled(id) ? bundled[id] : undefined;
  if (template === undefined) return undefined;
  const blueprint = acceptTemplate(id, template);
  if (!blueprint.ok) throw new Error(`The bundled template ${id} is not valid: ${JSON.stringify(blueprint.error)}`);
  const { estimated_cost } = summarize(template);
  const entry: Entry = { id, template, blueprint: blueprint.value, estimated_cost, source: "bundled" };
  bundledEntries.set(id, entry);
  return entry;
}

const catalogues = new WeakMap<KVNamespace, Catalogue>();

/** The catalogue of a KV namespace; one an isolate. */
export function catalogueOf(kv: KVNamespace): Catalogue {
  let catalogue = catalogues.get(kv);
  if (catalogue === undefined) {
    catalogue = new Catalogue(kv);
    catalogues.set(kv, catalogue);
  }
  return catalogue;
}
