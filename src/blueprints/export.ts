import { toCompose } from "./export/compose.ts";
import { toJson } from "./export/json.ts";
import { toMermaid } from "./export/mermaid.ts";
import { toTerraform } from "./export/terraform.ts";
import type { Blueprint } from "./schema.ts";

export const EXPORT_FORMATS = ["compose", "terraform", "mermaid", "json"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportedFile {
  filename: string;
  contentType: string;
  text: string;
}

/** Neither HCL nor Mermaid has a registered media type. */
const WRITERS: Record<ExportFormat, { write: (blueprint: Blueprint) => string; suffix: string; contentType: string }> = {
  compose: { write: toCompose, suffix: "compose.yaml", contentType: "application/yaml" },
  terraform: { write: toTerraform, suffix: "tf", contentType: "text/plain; charset=utf-8" },
  mermaid: { write: toMermaid, suffix: "mmd", contentType: "text/plain; charset=utf-8" },
  json: { write: toJson, suffix: "blueprint.json", contentType: "application/json" },
};

/** A valid blueprint as a file of another tool. What the format cannot hold is said in comments in it. */
export function exportBlueprint(blueprint: Blueprint, format: ExportFormat): ExportedFile {
  const { write, suffix, contentType } = WRITERS[format];
  return { filename: `${blueprint.name}.${suffix}`, contentType, text: write(blueprint) };
}
