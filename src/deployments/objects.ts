import { createHash } from "node:crypto";
import type { Blueprint, Resource } from "../blueprints/schema.ts";
import { secretsIn } from "../blueprints/secrets.ts";
import type { DesiredObject } from "../providers/provider.ts";
import { type SecretVersions, versionOf } from "./secrets.ts";

/**
 * Every object a blueprint stands for: one for a network or a storage, `replicas` for a compute or a service. An object is also
 * made from the versions of the secrets it refers to: another value is another object.
 */
export function objectsOf(blueprint: Blueprint, secrets: SecretVersions = {}): DesiredObject[] {
  const resources = new Map(blueprint.resources.map((resource) => [resource.name, resource]));
  return blueprint.resources.flatMap((resource) => {
    const specs = resource.specs as Readonly<Record<string, unknown>>;
    const referred = referredNames(resource).flatMap((name) => keysOf(resources.get(name)));
    const dependencies = resource.dependencies.flatMap((name) => keysOf(resources.get(name)));
    const versions = Object.fromEntries([...secretsIn(specs)].map((name) => [name, versionOf(secrets, name)]));
    const made = { type: resource.type, provider: resource.provider, specs: madeFrom(specs) };
    const hash = hashOf(Object.keys(versions).length === 0 ? made : { ...made, secrets: versions });
    const isPassive = (key: string) => key.startsWith("network/") || key.startsWith("storage/");
    return namesOf(resource).map((name) => ({
      key: `${resource.type}/${name}`,
      name,
      resource: resource.name,
      type: resource.type,
      provider: resource.provider,
      specs,
      secrets: versions,
      hash,
      needs: unique([...referred, ...dependencies].filter(isPassive)),
      after: unique(dependencies.filter((key) => !isPassive(key))),
    }));
  });
}

/** `replicas` says how many objects there are, not what one is made from: scaling touches none that stays. */
function madeFrom({ replicas: _count, ...specs }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return specs;
}

function namesOf(resource: Resource): string[] {
  if (resource.type === "network" || resource.type === "storage") return [resource.name];
  return Array.from({ length: resource.specs.replicas ?? 1 }, (_, index) => `${resource.name}-${index + 1}`);
}

function keysOf(resource: Resource | undefined): string[] {
  return resource === undefined ? [] : namesOf(resource).map((name) => `${resource.type}/${name}`);
}

/** Networks and volumes that specs refer to by name; a name that is no resource is somebody else's and is left alone. */
function referredNames(resource: Resource): string[] {
  if (resource.type === "network" || resource.type === "storage") return [];
  const { networks, network, volumes } = resource.specs as {
    networks?: string[];
    network?: string;
    volumes?: { name?: string | undefined }[];
  };
  const volumeNames = (volumes ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
  return [...(networks ?? []), ...(network === undefined ? [] : [network]), ...volumeNames];
}

const unique = (keys: string[]): string[] => [...new Set(keys)];

/** SHA-256 (hex) of a value's canonical JSON: keys sorted, so that order of writing does not matter. */
export function hashOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(value)))
    .digest("hex");
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]));
}
