import type { Draft, DraftResource } from "../draft.ts";
import { cyclesOf, type Graph } from "../graph.ts";
import { at, error, type Path, present, type Remark, suggest, warning } from "./remark.ts";

/** Every dependency is another resource, named once, and nothing waits for itself round a corner. */
export function* dependencies(draft: Draft, graph: Graph): Generator<Remark> {
  const known = [...draft.byName.keys()];
  for (const resource of draft.resources) {
    const seen = new Set<string>();
    for (const [index, name] of present(resource.dependencies)) {
      const path = at(resource, "dependencies", index);
      if (name === resource.name) {
        yield error(path, "self_dependency", `"${name}" depends on itself.`, "Leave it out.");
      } else if (!draft.byName.has(name)) {
        const others = known.filter((other) => other !== resource.name);
        yield error(path, "unknown_dependency", `There is no resource "${name}" to depend on.`, suggest(name, others));
      } else if (seen.has(name)) {
        yield warning(path, "duplicate_dependency", `"${name}" is named twice.`, "Once is enough; the second is ignored.");
      }
      seen.add(name);
    }
  }
  for (const cycle of cyclesOf(graph)) {
    const walked = [...cycle, cycle[0]].join(" → ");
    const hint = "Break the circle: leave out one of these dependencies.";
    yield error(closingEdge(draft, cycle), "dependency_cycle", `These wait for each other for ever: ${walked}.`, hint);
  }
}

/** Where the last resource of a cycle says that it waits for the first. */
function closingEdge(draft: Draft, cycle: readonly string[]): Path {
  const last = draft.byName.get(cycle.at(-1) ?? "");
  return last === undefined ? ["resources"] : waitsAt(last, cycle[0] ?? "");
}

function waitsAt(resource: DraftResource, name: string): Path {
  const { dependencies, specs } = resource;
  if (dependencies.includes(name)) return at(resource, "dependencies", dependencies.indexOf(name));
  if (specs.networks?.includes(name)) return at(resource, "specs", "networks", specs.networks.indexOf(name));
  if (specs.network === name) return at(resource, "specs", "network");
  const mount = specs.volumes?.findIndex((volume) => volume?.name === name) ?? -1;
  return mount < 0 ? at(resource) : at(resource, "specs", "volumes", mount);
}
