/** Words worth putting right: common in requests, decisive for the answer, and near to no other word. */
const WORDS =
  "users|available|availability|highly|redundant|failover|kubernetes|postgres|postgresql|database|monitoring|prometheus|grafana|microservices|application|website|visitors|customers|replicas|gateway|pipeline|proxmox|docker|concurrent|monthly|budget|memory".split(
    "|",
  );

/** Shorter words lose too much with a letter. */
const MIN_LETTERS_WITHOUT_ONE = 6;

/** Every way to write a word with two neighbours swapped or a letter left out, to the word. */
const SLIPS: ReadonlyMap<string, string> = new Map(
  WORDS.flatMap((word) => slipsOf(word).map((slip): [string, string] => [slip, word])).filter(
    ([slip]) => !WORDS.includes(slip),
  ),
);

/** The text with such slips in it put right. Give it `plain` text. */
export function spelled(text: string): string {
  return text.replace(/[a-z]{5,}/g, (word) => SLIPS.get(word) ?? word);
}

function slipsOf(word: string): string[] {
  const letters = [...word];
  // The first letter is hardly ever missed, and the last makes the plural.
  const inner = letters.slice(1, -1).map((_, index) => index + 1);
  const swapped = letters
    .slice(1)
    .map((letter, index) => word.slice(0, index) + letter + letters[index] + word.slice(index + 2));
  const shortened = word.length < MIN_LETTERS_WITHOUT_ONE ? [] : inner.map((at) => word.slice(0, at) + word.slice(at + 1));
  return [...swapped, ...shortened];
}
