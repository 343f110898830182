import type { Context } from "hono";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { Problem } from "./problem.ts";

/** Largest request body, in bytes. A blueprint may be 256 KiB; the rest is room for history and options. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Deepest nesting of lists and objects in a body: far beyond any request, and safe for everything that walks it by recursion. */
const MAX_BODY_DEPTH = 500;

/**
 * The request's body as JSON, whatever its Content-Type says (`curl -d` sends a form type). An empty body is `undefined`.
 * Throws a Problem: 413 over 1 MiB (by the declared length, or as soon as that much has arrived), 400 for bad JSON, bad UTF-8 or
 * nesting beyond 500 levels.
 */
export async function readJson(c: Context): Promise<unknown> {
  const text = await readText(c);
  if (text.trim() === "") return undefined;
  if (isTooDeep(text)) {
    throw new Problem("invalid-json", `Lists and objects in the body are nested deeper than ${MAX_BODY_DEPTH} levels.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("invalid-json", `The body is not valid JSON${describe(text)}.`);
  }
}

async function readText(c: Context): Promise<string> {
  const tooLarge = () => new Problem("too-large", `The body is larger than ${MAX_BODY_BYTES} bytes (1 MiB).`);
  if (Number(c.req.header("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const body = c.req.raw.body;
  if (body === null) return "";
  // One decoder for the whole body: a character may be split between two chunks.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let bytes = 0;
  let text = "";
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new Problem("invalid-json", "The body is not valid UTF-8 text.");
    throw error;
  }
}

/** Counts brackets outside of strings: one pass, and it needs no valid JSON. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let place = 0; place < text.length; place++) {
    const character = text[place];
    if (quoted) {
      if (character === "\\") place++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "[" || character === "{") {
      depth++;
      if (depth > MAX_BODY_DEPTH) return true;
    } else if (character === "]" || character === "}") depth--;
  }
  return false;
}

/** Where and why a text stops being JSON. The runtime's own message names no place in short texts and quotes what was sent. */
function describe(text: string): string {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return "";
  const lines = text.slice(0, first.offset).split("\n");
  const reason = printParseErrorCode(first.error).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return ` at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}:${reason}`;
}
