import type { Blueprint } from "../schema.ts";
import type { FakeSpecs } from "../specs.ts";
import { attribute, type BodyItem, block, comments, type Expression, gap, literal, map, text, toHcl } from "./hcl.ts";
import { recipeCommand } from "./parts.ts";
import {
  addressOf,
  type Context,
  contextOf,
  DOCKER_HOST,
  PLACES,
  replicasOf,
  type VariableWords,
} from "./terraform/context.ts";
import { dockerResources } from "./terraform/docker.ts";
import { proxmoxResources } from "./terraform/proxmox.ts";

/** Versions whose documentation these resources were written by. */
const PROVIDERS = {
  docker: { source: "kreuzwerker/docker", version: "3.6.2" },
  proxmox: { source: "bpg/proxmox", version: "0.111.1" },
} as const;

/** `postcondition` came with 1.2, `replace_triggered_by` too. */
const REQUIRED_VERSION = ">= 1.2";

/**
 * A Terraform configuration of the same infrastructure, formatted as `terraform fmt` does. Secrets and what belongs to one
 * cluster are variables; what the providers cannot hold is said in comments where it would stand.
 */
export function toTerraform(blueprint: Blueprint): string {
  const context = contextOf(blueprint);
  const docker = dockerResources(context);
  const proxmox = proxmoxResources(context);
  const resources = [...docker, ...proxmox];
  const used = { docker: docker.some(isBlock), proxmox: proxmox.some(isBlock) };
  const results = outputs(context);
  return toHcl([
    ...header(blueprint),
    gap,
    settings(used),
    ...providerBlocks(used),
    ...variables(context, toHcl([...resources, ...results])),
    gap,
    ...resources,
    ...results,
  ]);
}

const isBlock = ({ kind }: BodyItem): boolean => kind === "block";

function header({ name, description, metadata }: Blueprint): BodyItem[] {
  const from = Object.keys(metadata ?? {}).length === 0 ? [] : [`metadata: ${JSON.stringify(metadata)}`];
  return comments([description === "" ? name : description, ...from]);
}

function settings(used: Record<keyof typeof PROVIDERS, boolean>): BodyItem {
  const required = (["docker", "proxmox"] as const)
    .filter((name) => used[name])
    .flatMap((name) =>
      attribute(name, map(Object.entries(PROVIDERS[name]).map(([key, value]) => [key, text(value)] as const))),
    );
  return block(
    "terraform",
    [],
    [...attribute("required_version", text(REQUIRED_VERSION)), block("required_providers", [], required)],
  );
}

function providerBlocks(used: Record<keyof typeof PROVIDERS, boolean>): BodyItem[] {
  return [
    ...(used.docker
      ? [...comments(["The engine is the one DOCKER_HOST names, or the local one."]), block("provider", ["docker"], [])]
      : []),
    ...(used.proxmox
      ? [
          ...comments(["The cluster and its token come from PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN."]),
          block("provider", ["proxmox"], []),
        ]
      : []),
  ];
}

/** Secrets, and what the blueprint leaves to the place it is deployed to: declared where the text uses them. */
function variables(context: Context, uses: string): BodyItem[] {
  const isUsed = (name: string): boolean => new RegExp(`\\bvar\\.${name}\\b`).test(uses);
  const all = (context.blueprint.secrets ?? []).map((secret) => ({
    ...secret,
    variable: context.variables.get(secret.name) ?? secret.name,
  }));
  const unused = all.filter((secret) => !isUsed(secret.variable)).map(({ name }) => `secret ${name}: no setting here uses it`);
  const secrets = all
    .filter((secret) => isUsed(secret.variable))
    .map(({ name, variable: called, generate, description }) =>
      variable(called, {
        description: [
          description ?? `Secret ${name}`,
          ...(generate === undefined ? [] : [`to make one: ${recipeCommand(generate)}`]),
        ].join("; "),
        type: "string",
        sensitive: true,
      }),
    );
  const places = Object.entries(PLACES).filter(([name]) => isUsed(name));
  return [
    ...(unused.length > 0 ? [gap, ...comments(unused), gap] : []),
    ...secrets,
    ...places.map(([name, words]) => variable(name, words)),
    ...[...context.templates].map(([template, name]) =>
      variable(name, { description: `VMID of the template ${template}`, type: "number" }),
    ),
  ];
}

function variable(name: string, words: VariableWords): BodyItem {
  return block(
    "variable",
    [name],
    [
      ...attribute("description", text(words.description)),
      ...attribute("type", literal(words.type)),
      ...attribute("default", words.default === undefined ? undefined : text(words.default)),
      ...attribute("sensitive", words.sensitive === true ? literal(true) : undefined),
    ],
  );
}

function outputs(context: Context): BodyItem[] {
  return (context.blueprint.outputs ?? []).map(({ name, value, description }) =>
    block(
      "output",
      [name],
      [
        ...attribute("description", description === undefined ? undefined : text(description)),
        ...attribute("value", text(resolved(value, context))),
        ...attribute("sensitive", value.includes("${secret.") ? literal(true) : undefined),
      ],
    ),
  );
}

/** An output's text with its references turned into Terraform's. */
function resolved(value: string, context: Context): (string | Expression)[] {
  const parts = value.split(/(\$\{[^}]*\})/).filter((part) => part !== "");
  return parts.map((part) => {
    const reference = /^\$\{(.*)\}$/.exec(part)?.[1];
    return reference === undefined ? part : (referred(reference, context) ?? part);
  });
}

function referred(reference: string, context: Context): Expression | string | undefined {
  if (reference === "target.host") return literal(`var.${DOCKER_HOST}`);
  if (reference.startsWith("secret.")) return literal(`var.${context.variables.get(reference.slice("secret.".length)) ?? ""}`);
  const [, name = "", port] = /^([^.]+)\.(?:ip|port\.(\d+))$/.exec(reference) ?? [];
  const specs = context.byName.get(name)?.specs as FakeSpecs | undefined;
  if (port !== undefined) {
    const host = specs?.ports?.find(({ container }) => container === Number(port))?.host;
    return host === undefined ? undefined : String(host);
  }
  if (specs?.ip !== undefined && specs.ip !== "dhcp") return specs.ip.split("/")[0];
  const address = addressOf(name, context);
  if (address === undefined || specs === undefined) return undefined;
  const one = replicasOf({ specs }) > 1 ? `${address}[0]` : address;
  if (address.startsWith("docker_container.")) return literal(`${one}.network_data[0].ip_address`);
  // The first interface a guest agent reports is the loopback.
  return literal(
    address.startsWith("proxmox_virtual_environment_vm.") ? `${one}.ipv4_addresses[1][0]` : `values(${one}.ipv4)[0]`,
  );
}
