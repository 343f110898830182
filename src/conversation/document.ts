import { JsonProgress } from "./json-progress.ts";

/**
 * Finds JSON documents in a text that arrives in pieces, and the resources inside them as soon as each is complete.
 * However the text is cut into pieces, the findings are the same (prose may be cut differently).
 */
export type Finding =
  /** Text outside any document. */
  | { type: "prose"; text: string }
  /** One complete element of the document's `resources`, as JSON text; `index` counts from 0 within its document. */
  | { type: "resource"; json: string; index: number }
  /** A whole document. `source` is how it is shown when it turns out to be mere text: with its fence. */
  | { type: "document"; json: string; source: string }
  /** The text ended inside a document, or the document grew over the limit. */
  | { type: "broken"; json: string; source: string };

/** Longest document that is read, in characters: twice a blueprint's 256 KiB, for indentation. */
const MAX_DOCUMENT = 512 * 1024;

const JSON_FENCE = /^\s*```[ \t]*(?:json[c5]?|blueprint)?[ \t]*$/i;
const FENCE_WITH_BODY = /^\s*```[ \t]*(?:json[c5]?|blueprint)?\s*(?=\{)/i;
/** `{` opens a JSON object only before a key, a comment or its own end; `{name}` in prose does not. */
const OBJECT = /^\s*\{\s*(?:["}]|\/[/*])/;
const MAYBE_OBJECT = /^\s*\{\s*\/?$/;
const MAYBE_FENCE = /^\s*(`{0,2}$|```)/;

export class DocumentScanner {
  /** The start of a line, held back while it may open a document or a fence. */
  #held = "";
  /** Whether the current line is already known to be prose. */
  #inProse = false;
  /** Inside a fence of some other language. */
  #inCode = false;
  /** An opening JSON fence with its line break, while its body has not begun. */
  #fence = "";
  #document: JsonProgress | undefined;
  /** After a fenced document: its closing fence is not shown. */
  #closing = false;

  /** What the next piece of text brings to light. */
  push(text: string): Finding[] {
    const findings: Finding[] = [];
    let rest = text;
    while (rest !== "") {
      rest = this.#document === undefined ? this.#text(rest, findings) : this.#json(this.#document, rest, findings);
    }
    return joinProse(findings);
  }

  /** What is left when the text is over. */
  end(): Finding[] {
    const left = this.#fence + this.#held;
    const document = this.#document;
    this.#held = "";
    if (document !== undefined) return [{ type: "broken", json: document.text, source: this.#fence + document.text }];
    if (left === "" || (this.#closing && /^\s*`*\s*$/.test(left))) return [];
    return [{ type: "prose", text: left }];
  }

  #json(document: JsonProgress, text: string, findings: Finding[]): string {
    const { used, resources } = document.push(text);
    for (const json of resources) findings.push({ type: "resource", json, index: document.resourceCount++ });
    const fenced = this.#fence.includes("```");
    const source = this.#fence + document.text + (fenced ? "\n```\n" : "");
    if (document.complete) findings.push({ type: "document", json: document.text, source });
    else if (document.text.length > MAX_DOCUMENT) findings.push({ type: "broken", json: document.text, source });
    else return "";
    this.#closing = fenced;
    this.#document = undefined;
    this.#fence = "";
    return text.slice(used);
  }

  #text(text: string, findings: Finding[]): string {
    const end = text.indexOf("\n") + 1;
    const piece = end === 0 ? text : text.slice(0, end);
    if (this.#inProse) {
      findings.push({ type: "prose", text: piece });
      this.#inProse = end === 0;
      return text.slice(piece.length);
    }
    const line = this.#held + piece;
    const opening = this.#opening(line);
    if (opening !== undefined) {
      this.#fence += line.slice(0, opening);
      this.#held = "";
      this.#closing = false;
      this.#document = new JsonProgress();
      return line.slice(opening) + text.slice(piece.length);
    }
    this.#held = "";
    if (end === 0) this.#partialLine(line, findings);
    else this.#wholeLine(line, findings);
    return text.slice(piece.length);
  }

  /** Where in a line (perhaps not yet whole) a document begins, if it does. */
  #opening(line: string): number | undefined {
    if (this.#inCode) return undefined;
    const fence = this.#fence === "" ? FENCE_WITH_BODY.exec(line) : null;
    const start = fence === null ? 0 : fence[0].length;
    return OBJECT.test(line.slice(start)) ? start + line.slice(start).search(/\{/) : undefined;
  }

  #partialLine(line: string, findings: Finding[]): void {
    const undecided = /^\s*$/.test(line) || MAYBE_FENCE.test(line) || (!this.#inCode && MAYBE_OBJECT.test(line));
    if (undecided) {
      this.#held = line;
      return;
    }
    this.#prose(line, findings);
    this.#inProse = true;
  }

  #wholeLine(line: string, findings: Finding[]): void {
    const fenceLine = /^\s*```/.test(line);
    if (this.#closing && /^\s*(```\s*)?$/.test(line)) {
      this.#closing = !fenceLine;
      return;
    }
    if (!this.#inCode && this.#fence === "" && JSON_FENCE.test(line.trimEnd())) {
      this.#fence = line;
      return;
    }
    // A JSON object may begin on a later line of the fence than its brace's.
    if ((this.#fence !== "" && /^\s*$/.test(line)) || (!this.#inCode && MAYBE_OBJECT.test(line))) {
      this.#held = line;
      return;
    }
    if (this.#fence !== "") {
      this.#inCode = !fenceLine;
      this.#prose(line, findings);
      return;
    }
    if (fenceLine) this.#inCode = !this.#inCode;
    this.#prose(line, findings);
  }

  /** Shows a line, with the fence that was held back before it. */
  #prose(line: string, findings: Finding[]): void {
    if (this.#fence !== "") this.#inCode = this.#inCode || !/^\s*```/.test(line);
    findings.push({ type: "prose", text: this.#fence + line });
    this.#fence = "";
    this.#closing = false;
  }
}

function joinProse(findings: Finding[]): Finding[] {
  const joined: Finding[] = [];
  for (const finding of findings) {
    const last = joined.at(-1);
    if (finding.type === "prose" && last?.type === "prose") last.text += finding.text;
    else joined.push(finding);
  }
  return joined;
}
