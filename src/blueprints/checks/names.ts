import type { Draft, DraftResource } from "../draft.ts";
import { at, error, type Path, present, type Remark, type Where, warning } from "./remark.ts";

/** Names are given once, and no resource is called what a replica of another is called. */
export function* names(draft: Draft, where: Where): Generator<Remark> {
  yield* givenOnce(
    "resource",
    draft.resources.map((resource) => [at(resource, "name"), resource.name]),
    where,
  );
  yield* givenOnce(
    "secret",
    [...present(draft.secrets)].map(([i, { name }]) => [["secrets", i, "name"], name]),
    where,
  );
  yield* givenOnce(
    "output",
    [...present(draft.outputs)].map(([i, { name }]) => [["outputs", i, "name"], name]),
    where,
  );

  for (const resource of draft.resources) {
    const [, base, number] = /^(.+)-([1-9]\d*)$/.exec(resource.name ?? "") ?? [];
    const owner = base === undefined ? undefined : draft.byName.get(base);
    const replicas = owner?.specs.replicas ?? 1;
    if (owner !== undefined && runs(owner) && runs(resource) && replicas > 1 && Number(number) <= replicas) {
      yield error(
        at(resource, "name"),
        "name_of_replica",
        `"${resource.name}" is also what replica ${number} of "${base}" (${where(at(owner))}) is called.`,
        "Give one of them another name.",
      );
    }
  }

  for (const [index, ignored] of present(draft.metadata.audit_ignore)) {
    if (ignored.resource !== undefined && !draft.byName.has(ignored.resource)) {
      const path = ["metadata", "audit_ignore", index, "resource"];
      yield warning(path, "unknown_resource", `There is no resource "${ignored.resource}" whose finding could be accepted.`);
    }
  }
}

const runs = ({ type }: DraftResource): boolean => type === "compute" || type === "service";

function* givenOnce(what: string, named: [Path, string | undefined][], where: Where): Generator<Remark> {
  const first = new Map<string, Path>();
  for (const [path, name] of named) {
    if (name === undefined) continue;
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, path);
      continue;
    }
    const detail = `Two ${what}s are called "${name}": here and at ${where(earlier)}.`;
    yield error(path, "duplicate_name", detail, "Rename one of them.");
  }
}
