import type { Resource } from "../blueprints/schema.ts";

/** Line drawings on a grid of 16, in the colour of the text around them. Decoration: the words beside them say it. */

const SHAPES = {
  send: "M8 13V3M3.500 7.500 8 3l4.500 4.500",
  stop: "M4.500 4.500h7v7h-7z",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  check: "M3 8.500 6.500 12 13 4.500",
  cross: "M4 4l8 8M12 4l-8 8",
  download: "M8 2.500v8M4.500 7.500 8 11l3.500-3.500M3 13.500h10",
  retry: "M13 8a5 5 0 1 1-1.500-3.500L13 6M13 2.500V6H9.500",
  edit: "M3 13l.8-3.200L11 2.600 13.400 5l-7.200 7.200z",
  search: "M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM10.400 10.400 14 14",
  warning: "M8 2 14.500 13.500h-13zM8 6.500v3.200M8 11.700v.1",
  arrow: "M3 8h10M9 4l4 4-4 4",
  back: "M13 8H3M7 4 3 8l4 4",
  compute: "M3 3h10v4H3zM3 9h10v4H3zM5.500 5v.01M5.500 11v.01",
  service: "M8 1.800 13.800 5v6L8 14.200 2.200 11V5zM2.200 5 8 8.200 13.800 5M8 8.200v6",
  storage:
    "M8 6.200c3 0 5-.9 5-2.100S11 2 8 2 3 2.900 3 4.100s2 2.100 5 2.100zM3 4.100v7.800C3 13.100 5 14 8 14s5-.9 5-2.100V4.100M3 8c0 1.200 2 2.100 5 2.100S13 9.200 13 8",
  network: "M8 5.500v2.500M4 10.500V8h8v2.500M6 2h4v3.500H6zM2 10.500h4V14H2zM10 10.500h4V14h-4z",
  spark: "M8 1.800 9.600 6.400 14.200 8 9.600 9.600 8 14.200 6.400 9.600 1.800 8 6.400 6.400z",
  plus: "M8 3v10M3 8h10",
} as const;

export type IconName = keyof typeof SHAPES;

export const TYPE_ICONS: Record<Resource["type"], IconName> = {
  compute: "compute",
  service: "service",
  storage: "storage",
  network: "network",
};

export const shapeOf = (name: IconName): string => SHAPES[name];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M10 10.500 22 16 10 21.500" />
      <circle cx="9.500" cy="10" r="3.200" />
      <circle cx="22.500" cy="16" r="3.200" />
      <circle cx="9.500" cy="22" r="3.200" />
    </svg>
  );
}
