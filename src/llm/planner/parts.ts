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

const REMOVAL =
  /(?<![\p{L}\p{N}-])(?:no|without|remove|drop|delete|take out|get rid of|ohne|entferne|sans|supprime|sin|quita|elimina|sem|remova|senza|rimuovi|zonder|verwijder)\s+(?:(?:the|a|an|any|my|its|den|die|das|einen?|le|la|les|el|los|las|un|una|une|o|os|as|il|lo|i|gli|de|het|een)\s+)?([\p{L}\p{N}]+(?:[ -][\p{L}\p{N}]+)?)(?=\s*(?:[,.;:!?)]|$)|\s+(?:and|but|or|please|with|for|on|und|aber|et|mais|y|pero|e|mas|ma|en|maar)(?![\p{L}\p{N}]))/giu;

/** What a message wants gone (`no load balancer`, `without the backup`), and the message without those words. */
export function removals(message: string): { unwanted: string[]; rest: string } {
  return {
    unwanted: [...message.matchAll(REMOVAL)].map(([, what]) => what ?? ""),
    rest: message.replace(REMOVAL, " "),
  };
}

/** `agent-1`, `agent-2` …: parts that differ only in their number. */
export function siblings(name: string, names: readonly string[]): string[] {
  const stem = /^(.+)-\d+$/.exec(name)?.[1];
  return stem === undefined ? [name] : names.filter((other) => other.replace(/-\d+$/, "") === stem && other !== stem);
}
