import * as z from "zod";
import { nameSchema, secretNameSchema, specs } from "./specs.ts";

/** The one schema of a blueprint: its types, its validation, the published JSON Schema and the API document come from here. */

export const MAX_RESOURCES = 200;
/** Size of a blueprint as JSON, in bytes. */
export const MAX_BLUEPRINT_BYTES = 256 * 1024;

export const PROVIDERS = ["proxmox", "docker", "fake"] as const;
export type ProviderName = (typeof PROVIDERS)[number];
export const RESOURCE_TYPES = ["compute", "network", "storage", "service"] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** The eight categories, in the order they are listed. */
export const CATEGORIES = ["web", "database", "microservices", "data", "ml", "security", "networking", "monitoring"] as const;
export const COMPLEXITIES = ["simple", "medium", "advanced"] as const;
export const categorySchema = z.enum(CATEGORIES);
export const complexitySchema = z.enum(COMPLEXITIES);

const dependencies = z
  .array(nameSchema)
  .max(MAX_RESOURCES)
  .default([])
  .describe("Resources that are created, started and healthy before this one starts.");

function resource<T extends ResourceType, P extends ProviderName, S extends z.ZodType>(type: T, provider: P, specsSchema: S) {
  return z.strictObject({
    type: z.literal(type),
    name: nameSchema,
    provider: z.literal(provider),
    specs: specsSchema,
    dependencies,
  });
}

function byProvider<T extends ResourceType, D extends z.ZodType, P extends z.ZodType, F extends z.ZodType>(
  type: T,
  of: { docker: D; proxmox: P; fake: F },
) {
  return z.discriminatedUnion("provider", [
    resource(type, "docker", of.docker),
    resource(type, "proxmox", of.proxmox),
    resource(type, "fake", of.fake),
  ]);
}

export const resourceSchema = z
  .discriminatedUnion("type", [
    byProvider("compute", specs.compute),
    byProvider("network", specs.network),
    byProvider("storage", specs.storage),
    byProvider("service", specs.service),
  ])
  .meta({ id: "Resource" });

/** How a secret is made: a recipe and, where it has one, a length. */
const recipe = z
  .string()
  .regex(
    /^((password|hex|base64|alnum):([1-9]\d{0,2})|fernet|uuid)$/,
    "Expected password:N, hex:N, base64:N, alnum:N (N up to 999), fernet or uuid.",
  )
  .describe("password:N and alnum:N are N characters; hex:N and base64:N encode N random bytes; fernet is a Fernet key.");

export const secretSchema = z.strictObject({
  name: secretNameSchema,
  generate: recipe.optional().describe("Made at deployment; without it the secret has to be given."),
  description: z.string().max(500).optional(),
});

export const outputSchema = z.strictObject({
  name: secretNameSchema,
  value: z
    .string()
    .max(2000)
    .describe("Text with references: ${target.host}, ${RESOURCE.ip}, ${RESOURCE.port.CONTAINER_PORT}, ${secret.NAME}."),
  description: z.string().max(500).optional(),
});

/** Accepts a risk by rule, resource and reason; the audit reports it as suppressed instead of open. */
const auditIgnore = z.strictObject({
  rule: z.string().max(20),
  resource: nameSchema.optional(),
  reason: z.string().min(10, "Say why in at least 10 characters.").max(500),
  expires: z.iso.date().optional(),
  approved_by: z.string().max(200).optional(),
});

const metadataSchema = z.looseObject({
  template: z.string().max(63).optional(),
  category: categorySchema.optional(),
  complexity: complexitySchema.optional(),
  audit_ignore: z.array(auditIgnore).max(200).optional(),
});

export const blueprintSchema = z
  .strictObject({
    $schema: z.string().max(500).optional(),
    version: z.literal("1.0"),
    name: nameSchema,
    description: z.string().max(2000).default(""),
    resources: z.array(resourceSchema).min(1, "A blueprint has at least one resource.").max(MAX_RESOURCES),
    secrets: z.array(secretSchema).max(100).optional(),
    outputs: z.array(outputSchema).max(100).optional(),
    metadata: metadataSchema.optional(),
  })
  .meta({
    id: "Blueprint",
    title: "AI-CDN blueprint 1.0",
    description: "Infrastructure as a list of resources and what each depends on.",
  });

export type Blueprint = z.output<typeof blueprintSchema>;
export type BlueprintInput = z.input<typeof blueprintSchema>;
export type Resource = Blueprint["resources"][number];
export type Secret = z.infer<typeof secretSchema>;
export type Output = z.infer<typeof outputSchema>;
export type Category = z.infer<typeof categorySchema>;
export type Complexity = z.infer<typeof complexitySchema>;

/** Where the published JSON Schema lives; documents may name it in `$schema`. */
export const BLUEPRINT_SCHEMA_PATH = "/schemas/blueprint/1.0.json";

/** The JSON Schema (2020-12) of a blueprint as a person writes it. */
export function blueprintJsonSchema($id: string): object {
  const { $schema, $defs = {} } = z.toJSONSchema(blueprintSchema, { io: "input" });
  const { Blueprint: root, ...parts } = $defs;
  return { $schema, $id, ...root, $defs: parts };
}
