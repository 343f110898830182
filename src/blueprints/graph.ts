/** What the graph needs to know about a resource; a whole one has it, and so does one that was only partly readable. */
export interface GraphNode {
  name: string;
  type?: string | undefined;
  dependencies: readonly (string | undefined)[];
  specs: object;
}

/** Where specs name networks and storage. */
interface Referring {
  networks?: readonly (string | undefined)[];
  network?: string;
  volumes?: readonly ({ name?: string | undefined } | undefined)[];
}

/** For each resource, by name and in the order given: the names it waits for, each once. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * Who waits for whom: the declared dependencies, and the network and storage resources that `specs` names.
 * Names without a resource and a resource's own name are left out; of two resources with one name the first counts.
 */
export function graphOf(nodes: readonly GraphNode[]): Graph {
  const types = new Map<string, string | undefined>();
  for (const node of nodes) if (!types.has(node.name)) types.set(node.name, node.type);
  const graph = new Map<string, string[]>();
  for (const node of nodes) {
    if (graph.has(node.name)) continue;
    const names = [...node.dependencies, ...implied(node, types)];
    const known = names.filter((name) => name !== undefined && name !== node.name && types.has(name)) as string[];
    graph.set(node.name, [...new Set(known)]);
  }
  return graph;
}

function implied(node: GraphNode, types: ReadonlyMap<string, string | undefined>): string[] {
  const { networks = [], network, volumes = [] }: Referring = node.specs;
  const of = (type: string) => (name: string | undefined) => name !== undefined && types.get(name) === type;
  return [
    ...[...networks, network].filter(of("network")),
    ...volumes.map((mount) => mount?.name).filter(of("storage")),
  ] as string[];
}

/**
 * The order in which resources can start: each wave needs only those before it (Kahn's algorithm). Inside a wave the
 * order given is kept. Resources on a cycle, and what waits for them, are in no wave.
 */
export function wavesOf(graph: Graph): string[][] {
  const order = new Map([...graph.keys()].map((name, index) => [name, index]));
  const waiting = new Map([...graph].map(([name, needs]) => [name, needs.length]));
  const dependants = reverse(graph);
  const waves: string[][] = [];
  let wave = [...graph.keys()].filter((name) => waiting.get(name) === 0);
  while (wave.length > 0) {
    waves.push(wave);
    const next: string[] = [];
    for (const name of wave) {
      for (const dependant of dependants.get(name) ?? []) {
        const left = (waiting.get(dependant) ?? 0) - 1;
        waiting.set(dependant, left);
        if (left === 0) next.push(dependant);
      }
    }
    wave = next.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  }
  return waves;
}

/** The same graph the other way round: for each resource, who waits for it. */
export function reverse(graph: Graph): Map<string, string[]> {
  const dependants = new Map<string, string[]>([...graph.keys()].map((name) => [name, []]));
  for (const [name, needs] of graph) for (const need of needs) dependants.get(need)?.push(name);
  return dependants;
}

/** A blueprint that is one big knot has thousands of cycles; nobody reads more than this. */
const MAX_CYCLES = 50;

/**
 * The cycles of a graph, each once, as the path walked: `["web", "api", "db"]` is web → api → db → web.
 * There is one for every edge that closes a cycle in a depth-first walk: without those edges the graph has none.
 */
export function cyclesOf(graph: Graph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  for (const start of graph.keys()) {
    if (done.has(start)) continue;
    // An explicit stack: a chain of dependencies may be longer than the call stack is deep.
    const path: { name: string; next: number }[] = [{ name: start, next: 0 }];
    const position = new Map([[start, 0]]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = graph.get(top.name)?.[top.next++];
      if (need === undefined) {
        done.add(top.name);
        position.delete(top.name);
        path.pop();
        continue;
      }
      const seen = position.get(need);
      if (seen !== undefined) {
        found.push(path.slice(seen).map(({ name }) => name));
        if (found.length === MAX_CYCLES) return found;
      } else if (!done.has(need)) {
        position.set(need, path.length);
        path.push({ name: need, next: 0 });
      }
    }
  }
  return found;
}
