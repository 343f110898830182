import dagre from "@dagrejs/dagre";
import { type GraphNode, graphOf } from "../blueprints/graph.ts";
import type { Resource } from "../blueprints/schema.ts";
import { factsOf } from "./resource.ts";

/**
 * Where everything of a diagram stands, in pixels. Networks are no boxes: nearly everything is on one, and their lines would
 * hide who needs whom. A box names the networks it is on instead. Pure.
 */
export interface Drawing {
  width: number;
  height: number;
  boxes: Box[];
  arrows: Arrow[];
  networks: Network[];
}

export interface Box {
  name: string;
  type: Resource["type"];
  replicas: number;
  /** What it is, and how big. */
  lines: [string, string];
  /** Places in `networks`. */
  networks: number[];
  /** The upper left corner. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** From a resource to one it needs. */
export interface Arrow {
  from: string;
  to: string;
  /** An SVG path. */
  path: string;
}

export interface Network {
  name: string;
  internal: boolean;
}

const WIDTH = 196;
const HEIGHT = 74;
/** Storage is told in two lines, and is what many others share. */
const STORAGE_HEIGHT = 48;
/** Room for the shadows of replicas and for line ends. */
const MARGIN = 12;

export type Direction = "across" | "down";

export function drawingOf(resources: readonly Resource[], direction: Direction): Drawing {
  const networks = resources.filter(({ type }) => type === "network");
  const drawn = resources.filter(({ type }) => type !== "network");
  const needs = graphOf(resources as readonly GraphNode[]);
  const graph = new dagre.graphlib.Graph();
  const rankdir = direction === "across" ? "LR" : "TB";
  graph.setGraph({ rankdir, nodesep: 22, ranksep: 52, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(drawn.map(({ name }) => name));
  for (const { name, type } of drawn) graph.setNode(name, { width: WIDTH, height: heightOf(type) });
  for (const { name } of drawn) {
    for (const need of needs.get(name) ?? []) if (known.has(need)) graph.setEdge(name, need);
  }
  dagre.layout(graph);
  const boxes = drawn.map((resource): Box => {
    const { x = 0, y = 0 } = graph.node(resource.name);
    const { replicas, what, size } = factsOf(resource);
    const on = networksOf(resource);
    return {
      name: resource.name,
      type: resource.type,
      replicas,
      lines: resource.type === "storage" ? [[what, size].filter(Boolean).join(" · "), ""] : [what, size],
      networks: networks.flatMap(({ name }, index) => (on.has(name) ? [index] : [])),
      x: x - WIDTH / 2,
      y: y - heightOf(resource.type) / 2,
      width: WIDTH,
      height: heightOf(resource.type),
    };
  });
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Number.isFinite(width) ? width : 0,
    height: Number.isFinite(height) ? height : 0,
    boxes,
    arrows: graph.edges().map(({ v, w }) => ({ from: v, to: w, path: smooth(graph.edge(v, w)?.points ?? []) })),
    networks: networks.map(({ name, specs }) => ({ name, internal: "internal" in specs && specs.internal === true })),
  };
}

const heightOf = (type: Resource["type"]): number => (type === "storage" ? STORAGE_HEIGHT : HEIGHT);

function networksOf({ specs }: Resource): Set<string> {
  const { networks = [], network } = specs as { networks?: readonly string[]; network?: string };
  return new Set(network === undefined ? networks : [...networks, network]);
}

interface Point {
  x: number;
  y: number;
}

/** A path through the first and last point that bends at the ones between. */
function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  let path = `M${at(first)}`;
  for (const [index, point] of rest.slice(0, -1).entries()) {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${at(point)} ${at(end)}`;
  }
  return rest.length === 1 ? `${path}L${at(last)}` : path;
}

const at = ({ x, y }: Point): string => `${Math.round(x)},${Math.round(y)}`;
