/**
 * Writes HCL the way `terraform fmt` leaves it: two spaces a level, the `=` of neighbouring one-line attributes in one column,
 * one blank line around blocks.
 */

/** An expression, ready to be written: made by `text`, `literal`, `list`, `map` and the like. One or more lines. */
export interface Expression {
  lines: readonly string[];
}

export type BodyItem =
  | { kind: "attribute"; name: string; value: Expression }
  | { kind: "block"; type: string; labels: readonly string[]; body: readonly BodyItem[] }
  | { kind: "comment"; text: string }
  | { kind: "gap" };

export function attribute(name: string, value: Expression | undefined): BodyItem[] {
  return value === undefined ? [] : [{ kind: "attribute", name, value }];
}

export function block(type: string, labels: readonly string[], body: readonly BodyItem[]): BodyItem {
  return { kind: "block", type, labels, body };
}

/** A comment; a text of several lines becomes several. */
export function comments(lines: readonly string[]): BodyItem[] {
  return lines
    .flatMap((line) => line.split(/\r\n|[\n\r\u0085\u2028\u2029]/))
    .map((text) => ({ kind: "comment", text: text.replace(/[\p{C}]/gu, " ") }));
}

export const gap: BodyItem = { kind: "gap" };

/** Numbers, true, false and references to other things. */
export function literal(value: number | boolean | string): Expression {
  return { lines: [String(value)] };
}

/** A quoted text. `${` and `%{` start templates in HCL and are doubled; `parts` that are expressions are put in as such. */
export function text(parts: string | readonly (string | Expression)[]): Expression {
  const [only] = parts;
  if (typeof only === "object" && parts.length === 1) return only;
  const inside = (typeof parts === "string" ? [parts] : parts).map((part) =>
    typeof part === "string" ? escaped(part) : `\${${part.lines.join("")}}`,
  );
  return { lines: [`"${inside.join("")}"`] };
}

function escaped(value: string): string {
  return value
    .toWellFormed()
    .replace(/["\\]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\ufeff]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replace(/[$%]\{/g, (start) => `${start[0]}${start}`);
}

/** Text of several lines as a heredoc, where it ends in a line end and every character can stand in one; quoted otherwise. */
export function longText(parts: readonly (string | Expression)[]): Expression {
  const whole = parts.map((part) => (typeof part === "string" ? part : "x")).join("");
  const plain =
    whole.endsWith("\n") && whole.indexOf("\n") !== whole.length - 1 && !/(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/u.test(whole);
  if (!plain) return text(parts);
  const written = parts
    .map((part) =>
      typeof part === "string" ? part.replace(/[$%]\{/g, (start) => `${start[0]}${start}`) : `\${${part.lines.join("")}}`,
    )
    .join("");
  const lines = written.slice(0, -1).split("\n");
  let marker = "EOT";
  while (lines.some((line) => line.trim() === marker)) marker += "_";
  return { lines: [`<<${marker}`, ...lines.map((line) => VERBATIM + line), `${VERBATIM}${marker}`] };
}

/** Marks a line that must not be indented: heredocs are taken as they stand. */
const VERBATIM = "\0";

export function list(items: readonly Expression[]): Expression {
  const flat = `[${items.map(({ lines }) => lines.join("")).join(", ")}]`;
  if (items.every(({ lines }) => lines.length === 1) && flat.length <= MAX_LIST_WIDTH) return { lines: [flat] };
  return { lines: ["[", ...items.flatMap(({ lines }) => indented([...lines.slice(0, -1), `${lines.at(-1) ?? ""},`])), "]"] };
}

const MAX_LIST_WIDTH = 90;

export function map(entries: readonly (readonly [string, Expression])[]): Expression {
  if (entries.length === 0) return { lines: ["{}"] };
  const body = entries.flatMap(([key, value]) =>
    attribute(/^[A-Za-z_][\w-]*$/.test(key) ? key : (text(key).lines[0] ?? ""), value),
  );
  return { lines: ["{", ...indented(bodyLines(body)), "}"] };
}

/** The whole file. */
export function toHcl(items: readonly BodyItem[]): string {
  return `${bodyLines(items).join("\n").replaceAll(VERBATIM, "")}\n`;
}

function bodyLines(items: readonly BodyItem[]): string[] {
  const lines: string[] = [];
  const separate = (): void => {
    if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  };
  let afterBlock = false;
  for (const [index, item] of items.entries()) {
    const startsBlock = leadsToBlock(items, index) && items[index - 1]?.kind !== "comment";
    if (item.kind === "gap" || afterBlock || startsBlock) separate();
    afterBlock = item.kind === "block";
    if (item.kind === "comment") lines.push(`# ${item.text}`.trimEnd());
    else if (item.kind === "block") lines.push(...blockLines(item));
    else if (item.kind === "attribute")
      lines.push(attributeStart(items, index, item.name) + (item.value.lines[0] ?? ""), ...item.value.lines.slice(1));
  }
  return lines;
}

/** Whether a block follows, with nothing but comments before it: the comments belong to it. */
function leadsToBlock(items: readonly BodyItem[], index: number): boolean {
  const next = items.slice(index).find(({ kind }) => kind !== "comment");
  return next?.kind === "block";
}

function blockLines({ type, labels, body }: Extract<BodyItem, { kind: "block" }>): string[] {
  const head = [type, ...labels.map((name) => `"${name}"`)].join(" ");
  if (body.length === 0) return [`${head} {}`];
  return [`${head} {`, ...indented(bodyLines(body)), "}"];
}

/** `terraform fmt` lines up the `=` of attributes that directly follow each other, except those with brackets over several lines. */
function attributeStart(items: readonly BodyItem[], index: number, name: string): string {
  const isAligned = (item: BodyItem | undefined): item is Extract<BodyItem, { kind: "attribute" }> =>
    item?.kind === "attribute" && (item.value.lines.length === 1 || (item.value.lines[0] ?? "").startsWith("<<"));
  if (!isAligned(items[index])) return `${name} = `;
  let first = index;
  while (isAligned(items[first - 1])) first--;
  let width = 0;
  for (let at = first; ; at++) {
    const item = items[at];
    if (!isAligned(item)) break;
    width = Math.max(width, item.name.length);
  }
  return `${name.padEnd(width)} = `;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" || line.startsWith(VERBATIM) ? line : `  ${line}`));
}
