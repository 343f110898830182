import * as z from "zod";
import type { Blueprint } from "../schema.ts";
import { type Parts, partsOf, type Workload } from "../workload.ts";
import { type Image, type KnownImage, knownImage, readImage } from "./known-images.ts";

export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;
export const severitySchema = z.enum(SEVERITIES);
export type Severity = (typeof SEVERITIES)[number];

export const referenceSchema = z.object({ name: z.string(), url: z.string().optional() });
export type Reference = z.infer<typeof referenceSchema>;

/** A safe mechanical change: what to set at a path inside the blueprint. A path ending in an index beyond the end appends. */
export interface Change {
  path: readonly (string | number)[];
  to: unknown;
  why: string;
}

/** One place where a rule does not hold. Never holds a value that may be secret. */
export interface Found {
  resource?: string;
  path: readonly PropertyKey[];
  detail: string;
  /** Where this place is worse or better than the rule's own severity. */
  severity?: Severity;
  /** Set only where the change cannot break what works. */
  changes?: readonly Change[];
}

/** A workload with its image read, and what is known of that image. */
export interface Subject extends Workload {
  image: Image | undefined;
  known: KnownImage | undefined;
}

/** What a rule looks at. */
export interface Scene extends Parts {
  blueprint: Blueprint;
  workloads: Subject[];
  /** Docker containers, also rehearsed ones. */
  containers: Subject[];
  /** Everything made from an image whose reference can be read; validation says when it cannot. */
  images: (Subject & { image: Image })[];
  /** Virtual machines and system containers. */
  machines: Subject[];
}

/** One audit rule: pure, and about one thing. */
export interface Rule {
  /** `AIC-` and a letter for the area: Containers, Resilience, Network, Images, Secrets, Proxmox, Audit. */
  id: `AIC-${string}`;
  severity: Severity;
  title: string;
  why: string;
  fix: string;
  references: readonly Reference[];
  check(scene: Scene): Iterable<Found>;
}

export function sceneOf(blueprint: Blueprint): Scene {
  const parts = partsOf(blueprint);
  const workloads = parts.workloads.map((workload): Subject => {
    const image = readImage(workload.specs.image);
    return { ...workload, image, known: image && knownImage(image.name) };
  });
  return {
    ...parts,
    blueprint,
    workloads,
    containers: workloads.filter(({ kind }) => kind === "container"),
    images: workloads.filter((workload): workload is Scene["images"][number] => workload.image !== undefined),
    machines: workloads.filter(({ kind }) => kind === "machine"),
  };
}

/** Path of something in a resource's specs. */
export const at = ({ index }: { index: number }, ...rest: (string | number)[]): (string | number)[] => [
  "resources",
  index,
  "specs",
  ...rest,
];

/** A check that looks at one workload at a time and finds at most one thing. */
export function each<K extends "containers" | "images" | "machines" | "workloads">(
  of: K,
  find: (subject: Scene[K][number], scene: Scene) => Omit<Found, "resource"> | undefined,
): Rule["check"] {
  return function* check(scene) {
    for (const subject of scene[of]) {
      const found = find(subject as Scene[K][number], scene);
      if (found !== undefined) yield { resource: subject.name, ...found };
    }
  };
}
