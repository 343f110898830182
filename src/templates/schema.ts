import * as z from "zod";
import { MAX_SCALE_FACTOR, MIN_SCALE_FACTOR } from "../blueprints/scale.ts";
import { categorySchema, complexitySchema, PROVIDERS } from "../blueprints/schema.ts";
import { nameSchema } from "../blueprints/specs.ts";

/**
 * A template is a record about a blueprint plus the blueprint itself, whose texts may hold placeholders:
 *
 * - `${param.NAME}`: a parameter. A text that is nothing but one placeholder takes the parameter's type; an item of a list, such
 *   as a command line, stays a text.
 * - `${= EXPRESSION}`: arithmetic over `param.NAME`, `self.cpu|memory_mb|disk_gb|replicas|gpus` of the resource it stands in and
 *   `resource.NAME.…` of another, after scaling: `${= floor(self.memory_mb * 0.75)}`. Numbers, `+ - * /`, parentheses,
 *   `floor ceil round min max`. So a cache size or a heap follows the memory it is derived from.
 *
 * `${secret.NAME}` and the references of outputs are left for the deployment; any other `${…}` is not ours (shells use it).
 */

/** One parameter, as a JSON Schema property with a default that works. */
export const parameterSchema = z
  .strictObject({
    type: z.enum(["string", "integer", "number", "boolean"]),
    title: z.string().max(100).optional(),
    description: z.string().max(500),
    default: z.union([z.string(), z.number(), z.boolean()]),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    multipleOf: z.number().positive().optional(),
    minLength: z.int().min(0).optional(),
    maxLength: z.int().min(0).optional(),
    pattern: z.string().max(200).optional(),
    examples: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  })
  .meta({ id: "TemplateParameter" });
export type Parameter = z.infer<typeof parameterSchema>;

const parameterName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "A parameter's name is lower-case letters, digits and '_'.");

/** How to see that a deployment of it works. */
const smokeTest = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    name: z.string().max(200),
    resource: nameSchema,
    port: z.int().min(1).max(65_535).describe("Port of the container."),
    path: z.string().max(500),
    expect_status: z.int().min(100).max(599),
    expect_body: z.string().max(500).optional().describe("Text the body holds."),
  }),
  z.strictObject({ kind: z.literal("tcp"), name: z.string().max(200), resource: nameSchema, port: z.int().min(1).max(65_535) }),
  z.strictObject({
    kind: z.literal("exec"),
    name: z.string().max(200),
    resource: nameSchema,
    command: z.array(z.string().max(4000)).min(1),
    expect_output: z.string().max(500).optional().describe("Text the output holds."),
  }),
]);

const requirements = z.strictObject({
  cpu: z.number().positive(),
  memory_mb: z.int().positive(),
  disk_gb: z.number().positive(),
  gpus: z.int().min(1).optional(),
  notes: z.array(z.string().max(300)).optional(),
});

/** What the author of a custom template sends; a bundled one says more about itself. */
export const templateSchema = z
  .strictObject({
    name: z.string().min(1).max(100).describe("Title a person reads."),
    category: categorySchema,
    complexity: complexitySchema,
    description: z.string().min(1).max(2000),
    estimated_cost: z
      .string()
      .regex(/^\$\d+-\d+\/month$/, "Expected a range such as $100-200/month.")
      .optional(),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/, "Expected a version such as 1.2.0.")
      .optional(),
    tags: z.array(z.string().min(1).max(40)).max(30).optional(),
    providers: z
      .array(z.enum(PROVIDERS))
      .min(1)
      .optional()
      .describe("Where it can run; every resource's own provider when left out."),
    limitations: z.array(z.string().max(500)).max(20).optional(),
    requirements: requirements.optional(),
    parameters: z.record(parameterName, parameterSchema).optional().describe("JSON Schema properties."),
    post_deploy: z.array(z.string().max(1000)).max(20).optional().describe("What to do once it runs."),
    smoke_tests: z.array(smokeTest).max(20).optional(),
    docs: z
      .array(z.strictObject({ title: z.string().max(100), url: z.url() }))
      .max(20)
      .optional(),
    blueprint: z.record(z.string(), z.unknown()).describe("The blueprint; its texts may hold placeholders."),
  })
  .meta({ id: "Template" });

export type Template = z.output<typeof templateSchema>;

/** What a person may change when a blueprint is made from a template. */
export const customizationSchema = z
  .strictObject({
    name: nameSchema.optional(),
    description: z.string().max(2000).optional(),
    scale_factor: z
      .number()
      .min(MIN_SCALE_FACTOR)
      .max(MAX_SCALE_FACTOR)
      .optional()
      .describe("Multiplies cpu and memory_mb of every compute and service."),
    provider: z.enum(PROVIDERS).optional().describe("Puts every resource on this provider; fake rehearses any template."),
    parameters: z
      .record(z.string().max(40), z.union([z.string().max(4000), z.number(), z.boolean()]))
      .optional()
      .describe("Values for the template's parameters."),
  })
  .meta({ id: "Customization" });

export type Customization = z.output<typeof customizationSchema>;

/** Ids share a path segment with `categories` and `search`. */
export const RESERVED_IDS: readonly string[] = ["categories", "search"];
