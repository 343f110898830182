import type { Blueprint } from "../blueprints/schema.ts";
import { secretsIn, withSecrets } from "../blueprints/secrets.ts";
import type { ObservedObject } from "../providers/provider.ts";

export interface OutputValue {
  name: string;
  description?: string;
  /** Absent while something it refers to is unknown, or when it holds a secret that is not to be shown. */
  value?: string;
  /** Why there is no value. */
  missing?: string;
}

/** What outputs are made from. */
export interface OutputFacts {
  /** Where published ports of the target are reached. */
  host: string;
  observed: readonly ObservedObject[];
  /** Values of the secrets that may be shown. */
  secrets: ReadonlyMap<string, string>;
}

/** The outputs of a blueprint with every reference filled in. Pure. */
export function outputsOf(blueprint: Blueprint, facts: OutputFacts): OutputValue[] {
  return (blueprint.outputs ?? []).map(({ name, value, description }) => {
    const about = { name, ...(description === undefined ? {} : { description }) };
    if ([...secretsIn(value)].some((secret) => !facts.secrets.has(secret)))
      return { ...about, missing: "It holds a secret, which was shown already." };
    const missing: string[] = [];
    const text = value.replace(/\$\{(target\.host|[a-z0-9-]+\.ip|[a-z0-9-]+\.port\.\d+)\}/g, (reference, path: string) => {
      const found = lookUp(path, blueprint, facts);
      if (found === undefined) missing.push(reference);
      return found ?? reference;
    });
    if (missing.length > 0) return { ...about, missing: `Not known yet: ${missing.join(", ")}.` };
    return { ...about, value: withSecrets(text, facts.secrets) };
  });
}

function lookUp(path: string, { resources }: Blueprint, { host, observed }: OutputFacts): string | undefined {
  if (path === "target.host") return host;
  const [name, field, number] = path.split(".");
  if (field === "ip") return observed.find(({ resource }) => resource === name)?.ip;
  const specs = resources.find((resource) => resource.name === name)?.specs as
    | { ports?: { container: number; host?: number | undefined }[] | undefined }
    | undefined;
  return specs?.ports?.find(({ container }) => container === Number(number))?.host?.toString();
}
