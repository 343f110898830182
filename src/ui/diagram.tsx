import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Resource } from "../blueprints/schema.ts";
import { type Box, type Direction, type Drawing, drawingOf } from "./diagram-layout.ts";
import { count } from "./format.ts";
import { shapeOf, TYPE_ICONS } from "./icons.tsx";
import { Scrollable } from "./parts.tsx";
import type { OperationState } from "./progress.ts";
import { factsOf } from "./resource.ts";

/** Below this width boxes are put one under the other. */
const NARROW_PX = 620;
/** Letters of a name and of a line that a box has room for. */
const NAME_CHARACTERS = 18;
const NAME_BESIDE_REPLICAS = 14;
const WHAT_CHARACTERS = 23;
const LINE_CHARACTERS = 26;
/** A diagram is made smaller to fit, but not smaller than can be read; from there on it scrolls. */
const SMALLEST_SCALE = 0.55;
/** Colours of network dots; more networks begin again. */
const NETWORK_COLOURS = 6;

interface DiagramProps {
  name: string;
  resources: readonly Resource[];
  /** Where each resource is in a deployment. */
  states?: ReadonlyMap<string, OperationState>;
}

/** Resources as boxes, an arrow from each to what it needs, and the same as a list for those who cannot see it. */
export function Diagram({ name, resources, states }: DiagramProps) {
  const frame = useRef<HTMLDivElement>(null);
  const direction = useDirection(frame);
  const drawing = useMemo(() => drawingOf(resources, direction), [resources, direction]);
  const label = `Diagram of ${name}: ${count(resources.length, "resource")}`;
  return (
    <figure class="diagram" ref={frame}>
      <Scrollable class="canvas" label="Diagram">
        {drawing.boxes.length > 0 && <Picture drawing={drawing} label={label} states={states} />}
      </Scrollable>
      <figcaption>
        {drawing.networks.length > 0 && (
          <ul class="legend" aria-label="Networks">
            {drawing.networks.map(({ name: network, internal }, index) => (
              <li key={network}>
                <i class={`dot n${index % NETWORK_COLOURS}`} /> {network}
                {internal && <span class="faint"> internal</span>}
              </li>
            ))}
          </ul>
        )}
        <details>
          <summary>Diagram as a list</summary>
          <ul>
            {resources.map((resource) => (
              <li key={resource.name}>{sentenceOf(resource)}</li>
            ))}
          </ul>
        </details>
      </figcaption>
    </figure>
  );
}

interface PictureProps {
  drawing: Drawing;
  label: string;
  states: ReadonlyMap<string, OperationState> | undefined;
}

function Picture({ drawing: { width, height, boxes, arrows }, label, states }: PictureProps) {
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      style={{ minWidth: `${width * SMALLEST_SCALE}px` }}
    >
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
          <path d="M0 0.500 7.500 4 0 7.500z" />
        </marker>
      </defs>
      {arrows.map(({ from, to, path }) => (
        <path key={`${from} ${to}`} class="arrow" d={path} marker-end="url(#tip)" />
      ))}
      {boxes.map((box) => (
        <BoxView key={box.name} box={box} state={states?.get(box.name)} />
      ))}
    </svg>
  );
}

function BoxView({ box, state }: { box: Box; state: OperationState | undefined }) {
  const { name, type, replicas, lines, networks, x, y, width, height } = box;
  return (
    <g class={`box ${type} ${state ?? ""}`} transform={`translate(${x} ${y})`}>
      <title>{name}</title>
      {replicas > 1 && <rect class="behind" x="5" y="-5" width={width} height={height} rx="10" />}
      <rect class="front" width={width} height={height} rx="10" />
      <rect class="badge" x="10" y="11" width="26" height="26" rx="7" />
      <path class="shape" d={shapeOf(TYPE_ICONS[type])} transform="translate(15 16)" />
      <text class="name" x="46" y="23">
        {cut(name, replicas > 1 ? NAME_BESIDE_REPLICAS : NAME_CHARACTERS)}
      </text>
      <text class="what" x="46" y="39">
        {cut(lines[0], WHAT_CHARACTERS)}
      </text>
      <text class="size" x="12" y="60">
        {cut(lines[1], LINE_CHARACTERS)}
      </text>
      {replicas > 1 && (
        <text class="replicas" x={width - 11} y="23" text-anchor="end">
          ×{replicas}
        </text>
      )}
      {networks.map((network, index) => (
        <circle key={network} class={`n${network % NETWORK_COLOURS}`} cx={width - 14 - index * 11} cy="57" r="4" />
      ))}
    </g>
  );
}

function useDirection(frame: { current: HTMLElement | null }): Direction {
  const [direction, setDirection] = useState<Direction>(innerWidth < NARROW_PX ? "down" : "across");
  useEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setDirection(entry.contentRect.width < NARROW_PX ? "down" : "across");
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  return direction;
}

function sentenceOf(resource: Resource): string {
  const { name, type, provider, dependencies } = resource;
  const { what, size, replicas } = factsOf(resource);
  const facts = [type, what === type ? "" : what, size, replicas > 1 ? count(replicas, "replica") : ""].filter(
    (fact) => fact !== "",
  );
  const needs = dependencies.length === 0 ? "needs nothing" : `needs ${dependencies.join(", ")}`;
  return `${name}: ${facts.join(", ")} on ${provider}; ${needs}`;
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
