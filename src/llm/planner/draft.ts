import type { Blueprint, ProviderName } from "../../blueprints/schema.ts";
import type { Result } from "../../result.ts";
import { instantiate } from "../../templates/instantiate.ts";
import type { Customization, Parameter, Template } from "../../templates/schema.ts";
import type { Issue } from "../../validation/issue.ts";

type Size = "replicas" | "memory_mb" | "disk_gb" | "gpus" | "cpu";
type Json = Record<string, unknown>;

/**
 * A template with changes to its sizes. They are made before its placeholders are filled in, so that settings derived from a
 * size follow it; a size that is a parameter is changed through the parameter, within the parameter's limits.
 */
export class Draft {
  readonly id: string;
  readonly #template: Template;
  #resources: Json[];
  #parameters: Record<string, string | number | boolean> = {};

  constructor(id: string, template: Template) {
    this.id = id;
    this.#template = template;
    this.#resources = structuredClone(template.blueprint["resources"]) as Json[];
  }

  /** Names of the resources that have a size of this kind (or, for replicas, could have one). */
  having(size: Size): string[] {
    return this.#resources
      .filter((resource) => specsOf(resource)[size] !== undefined)
      .map((resource) => String(resource["name"]));
  }

  /** Names of what runs: services and computes. */
  get running(): string[] {
    return this.#resources
      .filter(({ type, specs }) => (type === "service" || type === "compute") && (specs as Json)["run_once"] !== true)
      .map(({ name }) => String(name));
  }

  /** Sets a size, and says what it came to; `undefined` when there is nothing to set it on or the blueprint cannot bear it. */
  set(name: string, size: Size, value: number): number | undefined {
    const before = { resources: structuredClone(this.#resources), parameters: { ...this.#parameters } };
    const came = this.#put(name, size, value);
    if (came === undefined || this.at(1).ok) return came;
    this.#resources = before.resources;
    this.#parameters = before.parameters;
    return undefined;
  }

  #put(name: string, size: Size, value: number): number | undefined {
    const resource = this.#resources.find((candidate) => candidate["name"] === name);
    if (resource === undefined) return undefined;
    const parameter = /^\$\{param\.(\w+)\}$/.exec(String(specsOf(resource)[size]))?.[1];
    const declared = parameter === undefined ? undefined : this.#template.parameters?.[parameter];
    if (parameter === undefined || declared === undefined) {
      resource["specs"] = { ...specsOf(resource), [size]: value };
      return value;
    }
    const fitted = within(declared, value);
    this.#parameters[parameter] = fitted;
    return fitted;
  }

  /** Sets a parameter where the template has it. */
  parameter(name: string, value: string | number): boolean {
    const declared = this.#template.parameters?.[name];
    if (declared === undefined) return false;
    this.#parameters[name] = typeof value === "number" ? within(declared, value) : value;
    return true;
  }

  /** The blueprint at a scale. */
  at(scale: number, rest: { name?: string; provider?: ProviderName } = {}): Result<Blueprint, Issue[]> {
    const template = { ...this.#template, blueprint: { ...this.#template.blueprint, resources: this.#resources } };
    const parameters = Object.keys(this.#parameters).length === 0 ? {} : { parameters: { ...this.#parameters } };
    const wanted: Customization = { ...rest, ...parameters, ...(scale === 1 ? {} : { scale_factor: scale }) };
    return instantiate(this.id, template, wanted);
  }
}

function within({ minimum = -Infinity, maximum = Infinity, type }: Parameter, value: number): number {
  const bounded = Math.min(maximum, Math.max(minimum, value));
  return type === "integer" ? Math.ceil(bounded) : bounded;
}

const specsOf = (resource: Json): Json => (resource["specs"] ?? {}) as Json;
