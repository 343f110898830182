import { pointer } from "../../validation/issue.ts";
import { nearest } from "../../validation/nearest.ts";
import type { Draft, DraftResource } from "../draft.ts";

export type Path = readonly PropertyKey[];

/** What a check says about one place. An error means it cannot be deployed; a warning, that it is likely a mistake. */
export interface Remark {
  severity: "error" | "warning";
  path: Path;
  code: string;
  detail: string;
  hint?: Hint;
}

/** What to do about it. A function where finding that out is costly: of a thousand remarks, few are shown. */
export type Hint = string | (() => string | undefined);

/** Looks at a draft and says what is wrong with it; never at two remarks' cost where one says it. */
export type Check = (draft: Draft, where: Where) => Iterable<Remark>;

/** Writes a path as the pointer the reader of the whole document needs. */
export type Where = (path: Path) => string;

export const whereFrom =
  (base: Path): Where =>
  (path) =>
    pointer([...base, ...path]);

export function error(path: Path, code: string, detail: string, hint?: Hint): Remark {
  return { severity: "error", path, code, detail, ...(hint === undefined ? {} : { hint }) };
}

export function warning(path: Path, code: string, detail: string, hint?: Hint): Remark {
  return { severity: "warning", path, code, detail, ...(hint === undefined ? {} : { hint }) };
}

/** The path of something inside a resource. */
export function at({ index }: DraftResource, ...inside: PropertyKey[]): Path {
  return ["resources", index, ...inside];
}

/** The items of a list that could be read, each with its place. */
export function* present<T>(list: readonly (T | undefined)[] | undefined): Generator<[number, T]> {
  for (const [index, item] of (list ?? []).entries()) if (item !== undefined) yield [index, item];
}

/** "Did you mean …?", the few there are, or what to do when there are none or too many to list. */
export function suggest(typed: string, known: readonly string[], otherwise?: string): () => string | undefined {
  return () => suggestion(typed, known, otherwise);
}

function suggestion(typed: string, known: readonly string[], otherwise?: string): string | undefined {
  const meant = nearest(typed, known);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  if (otherwise !== undefined) return otherwise;
  return known.length > 0 && known.length <= MAX_LISTED ? `There are: ${known.join(", ")}.` : undefined;
}

const MAX_LISTED = 12;

/** Finds the nearest of some words at once, where saying anything depends on it; gives up after so many look-ups. */
export function closeTo(known: readonly string[]): (typed: string) => string | undefined {
  let left = MAX_LOOKUPS;
  return (typed) => (left-- > 0 ? nearest(typed, known) : undefined);
}

const MAX_LOOKUPS = 200;

export const quantity = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
