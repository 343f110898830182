/**
 * Writes YAML that every parser reads the same way (1.1 or 1.2): block style, plain scalars only where no version takes them for
 * something else, literal blocks for text of several lines, everything else quoted as JSON (YAML 1.2 §1.3: JSON is a subset).
 */

export type Yaml = string | number | boolean | readonly Yaml[] | YamlMap | Commented;
export interface YamlMap {
  readonly [key: string]: Yaml | undefined;
}

/** A value with lines above it that say what it cannot. */
export class Commented {
  readonly comments: readonly string[];
  readonly value: Exclude<Yaml, Commented>;

  constructor(comments: readonly string[], value: Exclude<Yaml, Commented>) {
    this.comments = comments;
    this.value = value;
  }
}

const INDENT = "  ";
const MAX_FLOW_WIDTH = 100;
/** A block this long is set apart by blank lines. */
const LONG_BLOCK = 4;

/** A document with comment lines on top; its sections, and long entries in them, are set apart. Keys that are `undefined` are left out. */
export function toYaml(document: YamlMap, header: readonly string[] = []): string {
  const sections = entries(document).map(([key, value]) => section(key, value).join("\n"));
  return `${[...(header.length > 0 ? [commentLines(header, "").join("\n")] : []), ...sections].join("\n\n")}\n`;
}

function section(key: string, value: Yaml): string[] {
  const { comments, value: inner } = uncommented(value);
  if (!isMap(inner) || entries(inner).length === 0) return entry(key, value, "");
  const blocks = entries(inner).map(([name, item]) => entry(name, item, INDENT));
  const apart = blocks.some((block) => block.length >= LONG_BLOCK);
  const lines = blocks.flatMap((block, index) => (apart && index > 0 ? ["", ...block] : block));
  return [...commentLines(comments, ""), `${scalar(key)}:`, ...lines];
}

function entry(key: string, value: Yaml, indent: string): string[] {
  const { comments, value: inner } = uncommented(value);
  return [...commentLines(comments, indent), ...after(`${indent}${scalar(key)}:`, inner, indent)];
}

/** A value behind `key:` or `-`: on the same line where it fits, below it otherwise. */
function after(start: string, value: Exclude<Yaml, Commented>, indent: string): string[] {
  if (typeof value === "string" && isLiteral(value))
    return [`${start} ${literalHeader(value)}`, ...literalLines(value, indent + INDENT)];
  if (typeof value !== "object") return [`${start} ${scalar(value)}`];
  if (isMap(value)) {
    const inside = entries(value);
    if (inside.length === 0) return [`${start} {}`];
    return [start, ...inside.flatMap(([key, item]) => entry(key, item, indent + INDENT))];
  }
  const flow = flowList(value);
  if (flow !== undefined && start.length + flow.length < MAX_FLOW_WIDTH) return [`${start} ${flow}`];
  return [start, ...value.flatMap((item) => listItem(item, indent + INDENT))];
}

function listItem(item: Yaml, indent: string): string[] {
  const { comments, value } = uncommented(item);
  const lead = commentLines(comments, indent);
  if (!isMap(value) || entries(value).length === 0) return [...lead, ...after(`${indent}-`, value, indent)];
  const [first = "", ...rest] = entries(value).flatMap(([key, inner]) => entry(key, inner, indent + INDENT));
  return [...lead, `${indent}- ${first.trimStart()}`, ...rest];
}

/** A list of plain values on one line; texts are quoted there, because commas and brackets mean something. */
function flowList(list: readonly Yaml[]): string | undefined {
  if (list.some((item) => typeof item === "object" || (typeof item === "string" && item.includes("\n")))) return undefined;
  return `[${list.map((item) => (typeof item === "string" ? quoted(item) : String(item))).join(", ")}]`;
}

/** Words and paths that no version of YAML takes for a number, a date, a boolean, null or a marker. */
const PLAIN = /^[A-Za-z_/][\w./@+-]*(?:[ :][\w./@+-]+)*$/;
/** Some parsers of 1.1 take `e0` for a number. */
const AMBIGUOUS = /^(true|false|yes|no|on|off|y|n|null|e[-+]?\d+)$/i;

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !AMBIGUOUS.test(value) ? value : quoted(value);
}

/** JSON, with the characters escaped that YAML takes for line ends or refuses (YAML 1.2 §5.1). */
function quoted(text: string): string {
  const code = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text.toWellFormed()).replace(/[\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/gu, code);
}

/**
 * Text of several lines that a literal block holds exactly: no character that has to be escaped, no line end but LF, no more
 * than one LF at the end, and nothing that would be taken for indentation.
 */
function isLiteral(text: string): boolean {
  if (!text.includes("\n") || text.startsWith("\n") || text.endsWith("\n\n")) return false;
  const hasSpecial = /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/u.test(text);
  return !hasSpecial && !/^[ \t]|\n\t|\n[ \t]+(\n|$)/.test(text);
}

const literalHeader = (text: string): string => (text.endsWith("\n") ? "|" : "|-");

function literalLines(text: string, indent: string): string[] {
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  return lines.map((line) => (line === "" ? "" : indent + line));
}

/** One comment may be long or of several lines: each of its lines becomes one. */
function commentLines(comments: readonly string[], indent: string): string[] {
  return comments.flatMap(printableLines).map((line) => `${indent}# ${line}`.trimEnd());
}

/** The lines of a text, without characters that would end a comment or hide what it says. */
export function printableLines(text: string): string[] {
  return text
    .split(/\r\n|[\n\r\u0085\u2028\u2029]/)
    .map((line) => line.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff\ufffe\uffff]/gu, " "));
}

function uncommented(value: Yaml): { comments: readonly string[]; value: Exclude<Yaml, Commented> } {
  return value instanceof Commented ? value : { comments: [], value };
}

function isMap(value: Exclude<Yaml, Commented>): value is YamlMap {
  return typeof value === "object" && !Array.isArray(value);
}

function entries(map: YamlMap): [string, Yaml][] {
  return Object.entries(map).filter((pair): pair is [string, Yaml] => pair[1] !== undefined);
}
