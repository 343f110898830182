import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DocumentScanner, type Finding } from "../../src/conversation/document.ts";

/** The findings in a text that arrives in these pieces; neighbouring prose is one. */
function scan(pieces: readonly string[]): Finding[] {
  const scanner = new DocumentScanner();
  const joined: Finding[] = [];
  for (const finding of [...pieces.flatMap((piece) => scanner.push(piece)), ...scanner.end()]) {
    const last = joined.at(-1);
    if (finding.type === "prose" && last?.type === "prose")
      joined[joined.length - 1] = { ...last, text: last.text + finding.text };
    else joined.push(finding);
  }
  return joined;
}

const documents = (findings: readonly Finding[]): unknown[] =>
  findings.flatMap((finding) => (finding.type === "document" ? [JSON.parse(finding.json)] : []));
const resources = (findings: readonly Finding[]): unknown[] =>
  findings.flatMap((finding) => (finding.type === "resource" ? [JSON.parse(finding.json)] : []));
const prose = (findings: readonly Finding[]): string =>
  findings.flatMap((finding) => (finding.type === "prose" ? [finding.text] : [])).join("");

const BLUEPRINT = {
  name: "shop {a}",
  nested: { resources: [{ no: 1 }] },
  resources: [
    { name: "web", specs: { env: { A: 'quote " and } and ] and \\', resources: [{ inner: true }] } }, dependencies: ["db"] },
    { name: "db", specs: {}, dependencies: [] },
  ],
  outputs: [{ name: "url" }],
};
const PRETTY = JSON.stringify(BLUEPRINT, null, 2);

const ANSWERS: Record<string, string> = {
  "bare JSON": PRETTY,
  "JSON in a fence between words": `Here it is:\n\n\`\`\`json\n${PRETTY}\n\`\`\`\n\nThat is all.\n`,
  "a fence without a language": `Here:\n\`\`\`\n${PRETTY}\n\`\`\``,
  "a fence that is never closed": `Here:\n\`\`\`json\n${PRETTY}`,
  "a shell fence before it": `Run:\n\`\`\`sh\n{ echo "hi"; }\n{"resources": [{"name": "no"}]}\n\`\`\`\nand\n\`\`\`json\n${PRETTY}\n\`\`\`\n`,
  "braces in prose": `{placeholder} and {{ this }}\n${PRETTY}\nend {x}`,
  "a brace alone on its line": `Look:\n\`\`\`json\n{\n\n  "resources": [\n{"name":"a"}]}\n\`\`\``,
};

describe("however the answer is cut into pieces", () => {
  test.each(Object.entries(ANSWERS))("%s gives the same findings", (_, answer) => {
    const whole = scan([answer]);
    expect(scan([...answer])).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(answer.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), answer.length];
        const pieces = at.slice(1).map((end, index) => answer.slice(at[index], end));
        expect(scan(pieces)).toEqual(whole);
      }),
    );
  });

  test("nothing of any text is lost or made up: what is not in a document is prose", () => {
    const parts = fc.array(
      fc.constantFrom("{", "}", '"', "`", "```", "```json", "\n", " ", "[", "]", "a", '{"a":1}', '"resources":[', ",", "\\"),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(parts, (pieces) => {
        const whole = scan([pieces.join("")]);
        expect(scan(pieces)).toEqual(whole);
        const kept = whole
          .map((finding) => (finding.type === "prose" ? finding.text : finding.type === "resource" ? "" : finding.source))
          .join("");
        const bare = (text: string) => text.replace(/[\s`]/g, "");
        expect(bare(kept).replaceAll("json", "")).toBe(bare(pieces.join("")).replaceAll("json", ""));
      }),
      { numRuns: 500 },
    );
  });
});

test("the document and each of its resources are found, and only its own", () => {
  for (const answer of [ANSWERS["bare JSON"], ANSWERS["JSON in a fence between words"], ANSWERS["braces in prose"]]) {
    const findings = scan([answer ?? ""]);
    expect(documents(findings)).toEqual([BLUEPRINT]);
    expect(resources(findings)).toEqual(BLUEPRINT.resources);
  }
});

test("a resource is found as soon as its last brace has arrived", () => {
  const scanner = new DocumentScanner();
  expect(scanner.push('{"resources":[{"name":"a"')).toEqual([]);
  expect(scanner.push("}")).toEqual([{ type: "resource", json: '{"name":"a"}', index: 0 }]);
});

test("resources inside a wrapping blueprint are found", () => {
  const findings = scan([JSON.stringify({ template_id: "x", blueprint: BLUEPRINT })]);
  expect(resources(findings)).toEqual(BLUEPRINT.resources);
});

test("the fence around a document is not prose, and prose around it stays as it was", () => {
  expect(prose(scan([ANSWERS["JSON in a fence between words"] ?? ""]))).toBe("Here it is:\n\n\nThat is all.\n");
});

test("code in other fences stays prose", () => {
  const findings = scan([ANSWERS["a shell fence before it"] ?? ""]);
  expect(prose(findings)).toContain('{"resources": [{"name": "no"}]}');
  expect(documents(findings)).toEqual([BLUEPRINT]);
});

test("several documents are found one by one", () => {
  expect(documents(scan(['```json\n{"a":1}\n```\nor\n```json\n{"b":2}\n```\n']))).toEqual([{ a: 1 }, { b: 2 }]);
});

test("a document that ends too early is broken, with what there was of it", () => {
  expect(scan(['```json\n{"resources":[{"name":"a"},{"na'])).toMatchObject([
    { type: "resource", json: '{"name":"a"}' },
    { type: "broken", json: '{"resources":[{"name":"a"},{"na' },
  ]);
});

test("a document over the limit is given up, and what follows is read again", () => {
  const scanner = new DocumentScanner();
  const findings = scanner.push(`{"a": "${"x".repeat(600 * 1024)}`);
  expect(findings.map(({ type }) => type)).toEqual(["broken"]);
  expect(scanner.push('\n{"b":1}').map(({ type }) => type)).toContain("document");
});
