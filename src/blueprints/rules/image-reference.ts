/** The parts of an image reference, with Docker Hub's short names written out: `nginx:1.30` is `docker.io` / `library/nginx`. */
export interface ImageReference {
  registry: string;
  /** Path within the registry. */
  repository: string;
  tag?: string;
  digest?: string;
  /** As people write it: without `docker.io/` and `library/`. */
  name: string;
}

const DOCKER_HUB = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Follows the reference grammar of distribution: the first part is a registry if it has a dot, a port, or is localhost. */
export function parseImage(reference: string): ImageReference {
  const [beforeDigest = "", digest] = reference.split("@");
  const slash = beforeDigest.lastIndexOf("/");
  const colon = beforeDigest.indexOf(":", slash + 1);
  const path = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon);
  const tag = colon === -1 ? undefined : beforeDigest.slice(colon + 1);
  const [first = "", ...rest] = path.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const given = hasRegistry ? first : "docker.io";
  const registry = DOCKER_HUB.has(given) ? "docker.io" : given;
  const short = hasRegistry ? rest.join("/") : path;
  const repository = registry === "docker.io" && !short.includes("/") ? `library/${short}` : short;
  return {
    registry,
    repository,
    ...(tag === undefined || tag === "" ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    name: registry === "docker.io" ? repository.replace(/^library\//, "") : `${registry}/${repository}`,
  };
}
