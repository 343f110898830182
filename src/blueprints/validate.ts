import * as z from "zod";
import { check } from "../validation/check.ts";
import { type Issue, issueSchema, pointer } from "../validation/issue.ts";
import { containers } from "./checks/containers.ts";
import { dependencies } from "./checks/dependencies.ts";
import { images } from "./checks/images.ts";
import { machines } from "./checks/machines.ts";
import { names } from "./checks/names.ts";
import { networks } from "./checks/networks.ts";
import { outputs } from "./checks/outputs.ts";
import { ports } from "./checks/ports.ts";
import { quorum } from "./checks/quorum.ts";
import { type Path, type Remark, type Where, whereFrom } from "./checks/remark.ts";
import { secrets } from "./checks/secrets.ts";
import { volumes } from "./checks/volumes.ts";
import { presume, SYNONYMS } from "./dialects.ts";
import { type Draft, draftOf, salvage } from "./draft.ts";
import { type Graph, type GraphNode, graphOf, wavesOf } from "./graph.ts";
import { type Blueprint, blueprintSchema, MAX_BLUEPRINT_BYTES } from "./schema.ts";

export const validationSchema = z
  .object({
    valid: z.boolean().describe("It can be deployed: there are no errors."),
    errors: z.array(issueSchema),
    warnings: z.array(issueSchema).describe("What is likely a mistake but can be deployed."),
    blueprint: blueprintSchema.optional().describe("The blueprint with every default filled in; given when it is valid."),
    waves: z
      .array(z.array(z.string()))
      .optional()
      .describe("Names of resources in start order; those of a wave start side by side."),
  })
  .meta({ id: "Validation" });

export type Validation =
  | { valid: true; errors: []; warnings: Issue[]; blueprint: Blueprint; waves: string[][] }
  | { valid: false; errors: Issue[]; warnings: Issue[] };

/** A document of 256 KiB can hold a hundred thousand problems; the rest is counted. */
const MAX_ISSUES = 500;
/** Deeper than any blueprint; far less deep than the call stack. */
const MAX_DEPTH = 64;

/**
 * Judges a document as a blueprint: every problem at once, in shape and in meaning, each with where it is and what to do.
 * Meaning is judged in the parts that have the right shape even when others do not.
 * @param at Where the blueprint stands in what was sent; pointers start there.
 */
export function validate(value: unknown, at: Path = []): Validation {
  const tooMuch = beyondLimits(value, at);
  if (tooMuch !== undefined) return { valid: false, errors: [tooMuch], warnings: [] };
  const parsed = check(blueprintSchema, value, { at, synonyms: SYNONYMS });
  const shape = parsed.ok ? [] : withPresumed(parsed.error, value, at);
  const draft = parsed.ok ? draftOf(parsed.value) : salvage(presume(value));
  const graph = graphOf(nodes(draft));
  const where = whereFrom(at);
  const remarks = [...judge(draft, graph, where)];
  const said = (severity: Remark["severity"]): Remark[] => remarks.filter((remark) => remark.severity === severity);
  const errors = shortened(shape, said("error"), at, where);
  const warnings = shortened([], said("warning"), at, where);
  if (!parsed.ok || errors.length > 0) return { valid: false, errors, warnings };
  return { valid: true, errors: [], warnings, blueprint: normalise(parsed.value), waves: wavesOf(graph) };
}

/** A misspelt type keeps the rest of its resource from being parsed: that is done as if it were spelt right. */
function withPresumed(issues: Issue[], value: unknown, at: Path): Issue[] {
  const presumed = presume(value);
  const again = presumed === value ? undefined : check(blueprintSchema, presumed, { at, synonyms: SYNONYMS });
  if (again === undefined || again.ok) return issues;
  const known = new Set(issues.map(({ pointer, code }) => `${pointer} ${code}`));
  return [...issues, ...again.error.filter(({ pointer, code }) => !known.has(`${pointer} ${code}`))];
}

function* judge(draft: Draft, graph: Graph, where: Where): Generator<Remark> {
  yield* names(draft, where);
  yield* dependencies(draft, graph);
  yield* networks(draft, where);
  yield* volumes(draft, where);
  yield* ports(draft, where);
  yield* secrets(draft);
  yield* outputs(draft);
  yield* images(draft);
  yield* containers(draft);
  yield* machines(draft);
  yield* quorum(draft);
}

/** The same blueprint without what says nothing twice: a dependency or a network named again. */
export function normalise(blueprint: Blueprint): Blueprint {
  return {
    ...blueprint,
    resources: blueprint.resources.map((resource) => {
      const { specs } = resource;
      const joined = "networks" in specs && specs.networks !== undefined ? { networks: [...new Set(specs.networks)] } : {};
      return {
        ...resource,
        specs: { ...specs, ...joined },
        dependencies: [...new Set(resource.dependencies)],
      } as typeof resource;
    }),
  };
}

function nodes(draft: Draft): GraphNode[] {
  return draft.resources.flatMap((resource) => (resource.name === undefined ? [] : [{ ...resource, name: resource.name }]));
}

function issue({ path, code, detail, hint }: Remark, where: Where): Issue {
  const said = typeof hint === "function" ? hint() : hint;
  return { pointer: where(path), code, detail, ...(said === undefined ? {} : { hint: said }) };
}

/** The first problems, and how many more there are. */
function shortened(shape: Issue[], remarks: Remark[], at: Path, where: Where): Issue[] {
  const first = shape.slice(0, MAX_ISSUES);
  const shown = [...first, ...remarks.slice(0, MAX_ISSUES - first.length).map((remark) => issue(remark, where))];
  const more = shape.length + remarks.length - shown.length;
  if (more === 0) return shown;
  return [
    ...shown,
    { pointer: pointer(at), code: "more_problems", detail: `There are ${more} more problems; these come first.` },
  ];
}

/** Size and depth come first: nothing is judged that is beyond them. */
function beyondLimits(value: unknown, at: Path): Issue | undefined {
  if (depthOf(value) > MAX_DEPTH) {
    return { pointer: pointer(at), code: "too_deep", detail: `Lists and objects are nested deeper than ${MAX_DEPTH} levels.` };
  }
  const bytes = new TextEncoder().encode(JSON.stringify(value) ?? "").length;
  if (bytes <= MAX_BLUEPRINT_BYTES) return undefined;
  return {
    pointer: pointer(at),
    code: "too_large",
    detail: `The blueprint is ${bytes} bytes of JSON; at most ${MAX_BLUEPRINT_BYTES} (256 KiB) are taken.`,
    hint: "Split it into several blueprints, or move large files into an image.",
  };
}

/** Without recursion: the depth is what is not known yet. Stops counting past the limit. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  let depth = 0;
  while (level.length > 0 && depth <= MAX_DEPTH) {
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    depth++;
  }
  return depth;
}
