/** References to secrets, in a blueprint's own notation: `{"secret": name}` as a value, `${secret.name}` inside a text. */

/** The names of the secrets that a value refers to: `{"secret": name}`, or `${secret.name}` in a text. */
export function secretsIn(value: unknown): Set<string> {
  if (typeof value === "string") return new Set([...value.matchAll(REFERENCE)].map(([, name = ""]) => name));
  if (typeof value !== "object" || value === null) return new Set();
  const own = referenceOf(value);
  if (own !== undefined) return new Set([own]);
  return new Set(Object.values(value).flatMap((inner) => [...secretsIn(inner)]));
}

/** The same value with every reference replaced. Only for the moment of a provider's call. */
export function withSecrets<T>(value: T, secrets: ReadonlyMap<string, string>): T {
  return fill(value, secrets) as T;
}

function fill(value: unknown, secrets: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") {
    return value.replace(REFERENCE, (reference, name: string) => secrets.get(name) ?? reference);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, secrets));
  if (typeof value !== "object" || value === null) return value;
  const own = referenceOf(value);
  if (own !== undefined) return secrets.get(own) ?? value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, secrets)]));
}

const REFERENCE = /\$\{secret\.([a-z][a-z0-9_-]*)\}/g;

/** The name in `{"secret": name}`, which stands alone in its object. */
function referenceOf(value: object): string | undefined {
  const { secret } = value as { secret?: unknown };
  return typeof secret === "string" && Object.keys(value).length === 1 ? secret : undefined;
}
