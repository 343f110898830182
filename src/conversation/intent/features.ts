import { needsIn } from "../../llm/planner/needs.ts";
import { conceptsOf } from "./concepts.ts";

/** How a message looks to the intent model: hashed words, pairs of neighbours, and pieces of words, which survive typing mistakes. */

/** Slots features are hashed into. */
export const BUCKETS = 3072;
/** Longer messages say what they want at their beginning. */
const MAX_WORDS = 60;

const TEMPLATE =
  /\b(simple[ -]web[ -]app|redis[ -]cluster|ha[ -]web[ -]app|postgres[ -]ha|observability[ -]stack|api[ -]gateway|microservices[ -]k8s|data[ -]pipeline|ml[ -]training|zero[ -]trust[ -]network)\b/g;

/** The slots a message falls into, each once. */
export function featuresOf(message: string): number[] {
  const text = message
    .normalize("NFKD")
    .replace(/[\p{M}'’]/gu, "")
    .toLowerCase()
    .replace(TEMPLATE, " ŧ ")
    .replace(/\d+(?:[.,]\d+)*/g, " 0 ");
  const words = (text.match(/[\p{L}0]+/gu) ?? []).slice(0, MAX_WORDS);
  const features = new Set<string>();
  if (/[?¿]/.test(message)) features.add("?");
  if (message.includes("!")) features.add("!");
  features.add(`length ${words.length < 8 ? words.length : words.length < 16 ? 8 : 16}`);
  for (const [index, word] of words.entries()) {
    features.add(`w ${word}`);
    features.add(`p ${words[index - 1] ?? "^"} ${word}`);
    const padded = `<${word}>`;
    for (let size = 3; size <= 5; size++) {
      for (let at = 0; at + size <= padded.length; at++) features.add(`c ${padded.slice(at, at + size)}`);
    }
  }
  const concepts = conceptsOf(words);
  for (const [index, concept] of concepts.entries()) {
    features.add(`k ${concept}`);
    features.add(`kk ${concepts[index - 1] ?? "^"} ${concept}`);
  }
  const kinds = [...new Set(concepts)].toSorted();
  for (const kind of kinds) for (const other of kinds) if (kind < other) features.add(`ks ${kind} ${other}`);
  features.add(`k1 ${concepts[0] ?? ""} ${text.includes("ŧ")}`);
  if (kinds.length === 0) features.add("k none");
  features.add(
    `needs ${[...needsIn(text).values()].some((weight) => weight >= 2)} ${kinds.includes("change")} ${kinds.includes("question")}`,
  );
  const [first = "", second = ""] = words;
  features.add(`f ${first}`);
  features.add(`f ${first} ${second}`);
  features.add(`l ${words.at(-1) ?? ""}`);
  return [...new Set([...features].map(slot))];
}

/** FNV-1a, 32 bits. */
function slot(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
