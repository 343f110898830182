import MiniSearch, { type Query, type SearchOptions } from "minisearch";
import * as z from "zod";
import { type Summary, summarySchema } from "./summary.ts";

/** Full-text search over summaries: prefixes, typos, field weights and the short names people use. */

export const FIELDS = ["id", "name", "description", "category", "tags"] as const;

export const resultSchema = summarySchema
  .extend({
    score: z.number().describe("Relevance (BM25+); higher is better, comparable within one answer."),
    matched: z.record(z.string(), z.array(z.enum(FIELDS))).describe("The words found, each with the fields it stands in."),
  })
  .meta({ id: "TemplateSearchResult" });
export type SearchResult = z.output<typeof resultSchema>;

/** What else a word may be called. Several words in one text belong together. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  pg: ["postgres"],
  postgresql: ["postgres"],
  psql: ["postgres"],
  db: ["database"],
  sql: ["database", "postgres"],
  k8s: ["kubernetes"],
  kube: ["kubernetes"],
  kubernetes: ["k8s"],
  lb: ["load balancer"],
  loadbalancer: ["load balancer"],
  ha: ["high availability", "failover"],
  failover: ["ha"],
  mq: ["kafka", "queue", "messaging"],
  queue: ["kafka", "messaging"],
  broker: ["kafka"],
  rabbitmq: ["kafka"],
  otel: ["opentelemetry", "tracing", "observability"],
  o11y: ["observability"],
  tracing: ["traces", "observability"],
  traces: ["tracing", "observability"],
  logging: ["logs", "observability"],
  apm: ["tracing", "observability"],
  monitoring: ["observability"],
  alerts: ["observability"],
  alerting: ["observability"],
  elk: ["observability"],
  dashboards: ["grafana"],
  etl: ["pipeline"],
  elt: ["etl", "pipeline"],
  redis: ["valkey"],
  valkey: ["redis"],
  nosql: ["redis"],
  kv: ["redis"],
  cache: ["redis"],
  caching: ["cache", "redis"],
  ai: ["ml"],
  llm: ["ml"],
  ml: ["machine learning"],
  nvidia: ["gpu"],
  cuda: ["gpu"],
  tls: ["mtls"],
  ssl: ["mtls", "tls"],
  certificate: ["mtls"],
  certificates: ["mtls"],
  pki: ["mtls"],
  mesh: ["istio"],
  website: ["web"],
  auth: ["identity", "security"],
  sso: ["identity", "security"],
};

/** Words that say nothing about a template. */
const STOP_WORDS = new Set("a an and are as at for from i in is it me my need of on or that the to want we with".split(" "));

/** Share of a word's letters that may differ. */
const FUZZY = 0.25;
/** A typo in a shorter word makes another word of it. */
const SHORTEST_FUZZY = 4;

interface Index {
  search: MiniSearch<Summary>;
  options: SearchOptions;
}

const indexes = new WeakMap<readonly Summary[], Index>();

/**
 * The templates that match, best first: all words of the query, or any of them when none has all.
 * The index is kept as long as the array of summaries is.
 */
export function searchTemplates(summaries: readonly Summary[], text: string, limit: number): SearchResult[] {
  const words = wordsOf(text);
  if (words.length === 0) return [];
  const { search, options } = indexOf(summaries);
  const queries = words.map(wordQuery);
  const all = search.search({ combineWith: "AND", queries }, options);
  const found = all.length > 0 ? all : search.search({ combineWith: "OR", queries }, options);
  const byId = new Map(summaries.map((summary) => [summary.id, summary]));
  return found.slice(0, limit).flatMap(({ id, score, match }) => {
    const summary = byId.get(id as string);
    const matched = match as SearchResult["matched"];
    return summary === undefined ? [] : [{ ...summary, score: Number(score.toPrecision(6)), matched }];
  });
}

function indexOf(summaries: readonly Summary[]): Index {
  const known = indexes.get(summaries);
  if (known !== undefined) return known;
  const vocabulary = new Set<string>();
  const search = new MiniSearch<Summary>({
    fields: [...FIELDS],
    processTerm: (term) => {
      const word = term.toLowerCase();
      vocabulary.add(word);
      return word;
    },
  });
  search.addAll(summaries);
  const options: SearchOptions = {
    processTerm: (term) => term.toLowerCase(),
    boost: { name: 4, id: 3, tags: 2 },
    prefix: true,
    // A word that is known is no typo of another: "tracing" is not "training".
    fuzzy: (term) => term.length >= SHORTEST_FUZZY && !vocabulary.has(term) && !Object.hasOwn(SYNONYMS, term) && FUZZY,
  };
  const index = { search, options };
  indexes.set(summaries, index);
  return index;
}

function wordsOf(text: string): string[] {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  return telling.length > 0 ? telling : words;
}

/** A word or any of its synonyms. */
function wordQuery(word: string): Query {
  const synonyms = Object.hasOwn(SYNONYMS, word) ? (SYNONYMS[word] ?? []) : [];
  if (synonyms.length === 0) return word;
  const exact = synonyms.map((synonym): Query => ({ queries: [synonym], combineWith: "AND", prefix: false, fuzzy: false }));
  return { combineWith: "OR", queries: [word, ...exact] };
}
