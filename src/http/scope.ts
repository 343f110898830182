/** What a caller may do. `chat` and `deploy` include `read`; `admin` includes everything. */
export const SCOPES = ["read", "chat", "deploy", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export const EVERY_SCOPE: ReadonlySet<Scope> = new Set(SCOPES);

/** All that a list of scopes grants. */
export function grant(scopes: readonly Scope[]): ReadonlySet<Scope> {
  if (scopes.includes("admin")) return EVERY_SCOPE;
  return new Set<Scope>(scopes.length > 0 ? ["read", ...scopes] : []);
}

/** Somebody known, and what they may do. */
export interface Caller {
  name: string;
  scopes: ReadonlySet<Scope>;
}
