import { fail, ok, type Result } from "../result.ts";

/** An image reference taken apart. `registry` and `repository` are full: `nginx` is `docker.io` and `library/nginx`. */
export interface ImageReference {
  registry: string;
  repository: string;
  tag?: string;
  digest?: string;
}

const DEFAULT_REGISTRY = "docker.io";
const MAX_NAME_LENGTH = 255;
const REGISTRY =
  /^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(:\d+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const SHA256 = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads an image reference by the grammar registries and engines share (distribution/reference), or says in a sentence
 * what is wrong with it.
 */
export function parseImage(text: string): Result<ImageReference, string> {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && (!DIGEST.test(digest) || (digest.startsWith("sha256:") && !SHA256.test(digest)))) {
    return fail(`"${digest}" is not a digest; one is sha256: and 64 hexadecimal digits.`);
  }
  const tagged = at < 0 ? text : text.slice(0, at);
  const colon = tagged.lastIndexOf(":");
  const hasTag = colon > tagged.lastIndexOf("/");
  const tag = hasTag ? tagged.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) {
    return fail(`"${tag}" is not a tag; one is 1 to 128 letters, digits, '_', '.' and '-', not starting with '.' or '-'.`);
  }
  const name = hasTag ? tagged.slice(0, colon) : tagged;
  const parts = name.split("/");
  const first = parts[0] ?? "";
  const hasRegistry = parts.length > 1 && (/[.:A-Z]/.test(first) || first === "localhost");
  const registry = hasRegistry ? first : DEFAULT_REGISTRY;
  if (hasRegistry && !REGISTRY.test(first)) return fail(`"${first}" is not a registry's host name.`);
  const path = hasRegistry ? parts.slice(1) : parts;
  const wrong = path.find((part) => !PATH_COMPONENT.test(part));
  if (wrong !== undefined) {
    if (wrong === "") return fail(`"${name}" has an empty part between its slashes.`);
    if (PATH_COMPONENT.test(wrong.toLowerCase())) return fail(`"${wrong}" must be in lower case: ${wrong.toLowerCase()}.`);
    return fail(
      `"${wrong}" is not part of an image's name: lower-case letters and digits, with '.', '_', '__' or '-' between them.`,
    );
  }
  if (name.length > MAX_NAME_LENGTH) return fail(`The name is longer than ${MAX_NAME_LENGTH} characters.`);
  if (/^[0-9a-f]{64}$/.test(name)) return fail("64 hexadecimal digits are an image's id, not its name.");
  const official = registry === DEFAULT_REGISTRY && path.length === 1;
  return ok({
    registry: registry === "index.docker.io" ? DEFAULT_REGISTRY : registry,
    repository: official ? `library/${path[0]}` : path.join("/"),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  });
}

/** The repository as people write it: `postgres`, `valkey/valkey`, `quay.io/coreos/etcd`. */
export function familiarName({ registry, repository }: ImageReference): string {
  if (registry !== DEFAULT_REGISTRY) return `${registry}/${repository}`;
  return repository.startsWith("library/") ? repository.slice("library/".length) : repository;
}

/** The leading numbers of a tag: `18.6-alpine` → [18, 6], `v3.6.14` → [3, 6, 14], `latest` → []. */
export function tagVersion(tag: string | undefined): number[] {
  const digits = /^v?(\d+(?:\.\d+)*)/.exec(tag ?? "")?.[1];
  return digits === undefined ? [] : digits.split(".").map(Number);
}
