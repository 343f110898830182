import type { Draft, DraftResource } from "../draft.ts";
import { at, error, type Path, present, type Remark, suggest, warning } from "./remark.ts";

/** Secrets and parameters that texts refer to are there, and declared secrets are used. */
export function* secrets(draft: Draft): Generator<Remark> {
  const known = [...present(draft.secrets)].flatMap(([, { name }]) => (name === undefined ? [] : [name]));
  const declared = new Set(known);
  const used = new Set<string>();
  for (const { path, secret } of references(draft)) {
    used.add(secret);
    if (declared.has(secret)) continue;
    const add = `Add {"name": "${secret}", "generate": "password:32"} to secrets.`;
    yield error(path, "unknown_secret", `There is no secret "${secret}".`, suggest(secret, known, add));
  }
  for (const { path, text } of texts(draft)) {
    for (const [placeholder] of text.matchAll(/\$\{(?:param\.\w*|=[^}]*)\}/g)) {
      const hint = "Customise the template first: its answer has every parameter filled in.";
      yield error(path, "unfilled_parameter", `${placeholder.slice(0, MAX_SHOWN)} stands for a template's parameter.`, hint);
    }
  }
  for (const [index, { name }] of present(draft.secrets)) {
    if (draft.complete && name !== undefined && !used.has(name)) {
      const hint = `Use it in env as {"secret": "${name}"} or in a text as \${secret.${name}}, or remove it.`;
      yield warning(["secrets", index, "name"], "unused_secret", `Nothing uses the secret "${name}".`, hint);
    }
  }
}

const MAX_SHOWN = 60;

function* references(draft: Draft): Generator<{ path: Path; secret: string }> {
  for (const resource of draft.resources) {
    for (const [key, value] of Object.entries(resource.specs.env ?? {})) {
      if (typeof value === "object" && value.secret !== undefined)
        yield { path: at(resource, "specs", "env", key, "secret"), secret: value.secret };
    }
  }
  for (const { path, text } of texts(draft)) {
    for (const [, secret = ""] of text.matchAll(/\$\{secret\.([^}]*)\}/g)) yield { path, secret };
  }
}

/** Every text that may hold a reference. */
function* texts(draft: Draft): Generator<{ path: Path; text: string }> {
  for (const resource of draft.resources) yield* textsOf(resource);
  for (const [index, { value }] of present(draft.outputs)) {
    if (value !== undefined) yield { path: ["outputs", index, "value"], text: value };
  }
}

function* textsOf(resource: DraftResource): Generator<{ path: Path; text: string }> {
  const { env, files, command, entrypoint, bootstrap, labels, healthcheck } = resource.specs;
  for (const [key, value] of [...Object.entries(env ?? {})]) {
    if (typeof value === "string") yield { path: at(resource, "specs", "env", key), text: value };
  }
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (value !== undefined) yield { path: at(resource, "specs", "labels", key), text: value };
  }
  const lists: [PropertyKey[], readonly (string | undefined)[] | undefined][] = [
    [["command"], command],
    [["entrypoint"], entrypoint],
    [["healthcheck", "test"], healthcheck?.test],
    [["bootstrap", "commands"], bootstrap?.commands],
  ];
  for (const [inside, list] of lists) {
    for (const [index, text] of present(list)) yield { path: at(resource, "specs", ...inside, index), text };
  }
  const written: [PropertyKey[], typeof files][] = [
    [["files"], files],
    [["bootstrap", "files"], bootstrap?.files],
  ];
  for (const [inside, list] of written) {
    for (const [index, { content }] of present(list)) {
      if (content !== undefined) yield { path: at(resource, "specs", ...inside, index, "content"), text: content };
    }
  }
}
