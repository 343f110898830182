import { fail, ok, type Result } from "../result.ts";

/**
 * JSON as models write it: comments and trailing commas are forgiven, nothing else. The error says what stopped the parser,
 * without quoting the text.
 */
export function parseLoosely(text: string): Result<unknown, string> {
  const strict = parse(text);
  if (strict.ok) return strict;
  const loose = parse(withoutExtras(text));
  return loose.ok ? loose : strict;
}

function parse(text: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const place = /at position (\d+)/.exec(message)?.[1];
    return fail(place === undefined ? "The JSON is not complete." : `The JSON cannot be parsed at character ${place}.`);
  }
}

/** Strings, which stay; comments, and commas before a closing bracket, which go. */
const TOKENS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[}\]])/g;

function withoutExtras(text: string): string {
  return text.replace(TOKENS, (token) => (token.startsWith('"') ? token : ""));
}
