import { type Audit, auditRules, type Finding } from "./audit.ts";
import type { Severity } from "./rules/rule.ts";

/** The audit as SARIF 2.1.0 (OASIS), the form code scanners and editors read. */

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};

/** Scores on the scale of CVSS, by which GitHub sorts findings into its own severities. */
const SECURITY_SEVERITY: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
  info: "0.0",
};

export interface SarifOptions {
  /** Version of the auditor. */
  version: string;
  /** Where the blueprint is, relative to the repository root. */
  uri?: string;
}

/**
 * One run that declares every rule, so that a reader sees what ran and found nothing. Accepted findings are results with a
 * suppression. A finding's place is a logical location, its JSON pointer, since the blueprint's own text is not known.
 */
export function sarif(audit: Audit, { version, uri = "blueprint.json" }: SarifOptions): object {
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "AI-CDN audit", semanticVersion: version, rules: auditRules.map(descriptor) } },
        artifacts: [{ location: { uri }, mimeType: "application/json" }],
        results: audit.findings.map((finding) => result(finding, uri)),
        columnKind: "utf16CodeUnits",
        properties: { score: audit.score, summary: audit.summary, passed: audit.passed, fail_on: audit.fail_on },
      },
    ],
  };
}

function descriptor({ id, severity, title, why, fix, references }: (typeof auditRules)[number]): object {
  const [helpUri] = references.flatMap(({ url }) => (url === undefined ? [] : [url]));
  return {
    id,
    name: title.replaceAll(/(?:^|[^A-Za-z]+)([A-Za-z])/g, (_, letter: string) => letter.toUpperCase()).replaceAll("'", ""),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${fix}${references.map(({ name }) => `\n- ${name}`).join("")}` },
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { "security-severity": SECURITY_SEVERITY[severity], tags: ["security", ...references.map(({ name }) => name)] },
  };
}

function result(finding: Finding, uri: string): object {
  const { id, severity, detail, fix, resource, pointer, suppressed } = finding;
  return {
    ruleId: id,
    ruleIndex: auditRules.findIndex((rule) => rule.id === id),
    level: LEVELS[severity],
    message: { text: `${detail} ${fix}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri, index: 0 }, region: { startLine: 1 } },
        logicalLocations: [
          { fullyQualifiedName: pointer, kind: "member", ...(resource === undefined ? {} : { name: resource }) },
        ],
      },
    ],
    partialFingerprints: { "findingPlace/v1": fingerprint(`${id}\n${resource ?? ""}\n${pointer}`) },
    properties: { severity, pointer },
    suppressions: suppressed === undefined ? [] : [{ kind: "inSource", status: "accepted", justification: suppressed.reason }],
  };
}

/** FNV-1a (64 bit) as hexadecimal: tells findings of two runs apart, and keeps nothing secret. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
