import * as z from "zod";
import { PROVIDERS, RESOURCE_TYPES, secretSchema } from "../../blueprints/schema.ts";
import { specs } from "../../blueprints/specs.ts";

/** The blueprint schema as a model reads it: TypeScript-like, made from the one schema, a tenth of its JSON Schema's size. */

interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

let text: string | undefined;

/** Made on first use and kept. */
export function compactSchema(): string {
  text ??= [
    "type Blueprint = {",
    '  version: "1.0", name: DnsLabel, description?: string, resources: Resource[],',
    `  secrets?: ${typeOf(jsonSchema(secretSchema))}[],`,
    "  outputs?: {name: string, value: string, description?: string}[] }",
    `type Resource = { type: ${union(RESOURCE_TYPES)}, name: DnsLabel, provider: ${union(PROVIDERS)}, specs: Specs, dependencies: DnsLabel[] }`,
    `Specs of service and compute on docker: ${typeOf(jsonSchema(specs.service.docker))}`,
    `Specs of compute on proxmox: ${typeOf(jsonSchema(specs.compute.proxmox))}`,
    `Specs of service on proxmox: ${typeOf(jsonSchema(specs.service.proxmox))}`,
    `Specs of network on docker: ${typeOf(jsonSchema(specs.network.docker))}; on proxmox: ${typeOf(jsonSchema(specs.network.proxmox))}`,
    `Specs of storage on docker: ${typeOf(jsonSchema(specs.storage.docker))}; on proxmox: ${typeOf(jsonSchema(specs.storage.proxmox))}`,
    "Specs on fake: any of the above.",
  ].join("\n");
  return text;
}

/**
 * The shape a structured answer is held to: the outline alone. Upstreams compile it into a grammar, and the whole schema (43 KB)
 * is more than most take; what the outline leaves open, validation finds.
 */
export const ANSWER_FORMAT = {
  name: "blueprint",
  schema: {
    type: "object",
    properties: {
      template_id: { type: "string" },
      scale_factor: { type: "number" },
      parameters: { type: "object" },
      version: { type: "string", enum: ["1.0"] },
      name: { type: "string" },
      description: { type: "string" },
      resources: {
        type: "array",
        items: {
          type: "object",
          properties: {
            type: { type: "string", enum: RESOURCE_TYPES },
            name: { type: "string" },
            provider: { type: "string", enum: PROVIDERS },
            specs: { type: "object" },
            dependencies: { type: "array", items: { type: "string" } },
          },
          required: ["type", "name", "provider", "specs", "dependencies"],
        },
      },
      secrets: { type: "array", items: { type: "object" } },
      outputs: { type: "array", items: { type: "object" } },
    },
    required: ["name"],
  },
};

const jsonSchema = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: "input" }) as JsonSchema;

const union = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join("|");

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum);
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join("|");
  if (schema.type === "array") return `${schema.items === undefined ? "unknown" : grouped(typeOf(schema.items))}[]`;
  if (schema.properties !== undefined) {
    const required = new Set(schema.required);
    return `{${Object.entries(schema.properties)
      .map(([key, value]) => `${key}${required.has(key) ? "" : "?"}: ${typeOf(value)}`)
      .join(", ")}}`;
  }
  if (typeof schema.additionalProperties === "object") return `{[name]: ${typeOf(schema.additionalProperties)}}`;
  return schema.type === "integer" ? "int" : (schema.type ?? "unknown");
}

const grouped = (type: string): string => (type.includes("|") && !type.startsWith("{") ? `(${type})` : type);
