/**
 * The known word closest to what was typed, or `undefined` when nothing is close enough to suggest.
 * Distance counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment);
 * up to a third of the longer word may differ. A longer or shorter form (`environment`, `env`) is close too.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  let form: string | undefined;
  const typed = word.toLowerCase();
  for (const candidate of known) {
    const limit = Math.max(1, Math.floor(Math.max(typed.length, candidate.length) / 3));
    // The distance is at least the difference in length.
    const apart = Math.abs(typed.length - candidate.length);
    const found =
      apart > limit || apart >= (best?.distance ?? Number.POSITIVE_INFINITY)
        ? Number.POSITIVE_INFINITY
        : distance(typed, candidate.toLowerCase());
    if (found <= limit && (best === undefined || found < best.distance)) best = { candidate, distance: found };
    if (form === undefined && areForms(typed, candidate.toLowerCase())) form = candidate;
  }
  return best?.candidate ?? form;
}

const SHORTEST_FORM = 3;

function areForms(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= SHORTEST_FORM && (a.startsWith(b) || b.startsWith(a));
}

function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = a[row - 1] === b[column - 1] ? 0 : 1;
      let value = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + substitution);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) value = Math.min(value, at(beforeLast, column - 2) + 1);
      current.push(value);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

const at = (row: number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
