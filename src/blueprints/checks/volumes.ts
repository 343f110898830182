import type { Draft, DraftResource } from "../draft.ts";
import { familiarName, parseImage, tagVersion } from "../image.ts";
import { at, closeTo, error, type Path, present, type Remark, suggest, type Where, warning } from "./remark.ts";

/** Volumes name storage, every path is mounted once, and nothing hides what another thing put there. */
export function* volumes(draft: Draft, where: Where): Generator<Remark> {
  const storage = draft.resources.filter(({ type, name }) => type === "storage" && name !== undefined);
  const names = storage.map((volume) => volume.name ?? "");
  const near = closeTo(names);
  const used = new Set<string>();
  for (const resource of draft.resources) {
    for (const [index, { name }] of present(resource.specs.volumes)) {
      if (name === undefined) continue;
      used.add(name);
      yield* refersToStorage(draft, resource, name, at(resource, "specs", "volumes", index, "name"), { names, near }, where);
    }
    yield* sources(resource);
    yield* shared(resource);
    yield* mounts(resource, where);
    yield* postgresHome(resource);
  }
  for (const volume of storage) {
    const name = volume.name ?? "";
    const depended = draft.resources.some(({ dependencies }) => dependencies.includes(name));
    if (draft.complete && !used.has(name) && !depended) {
      const hint = "Name it in the volumes of a resource, or remove it.";
      yield warning(at(volume, "name"), "unused_storage", `Nothing mounts "${name}".`, hint);
    }
  }
}

function* refersToStorage(
  draft: Draft,
  resource: DraftResource,
  name: string,
  path: Path,
  { names, near }: { names: readonly string[]; near: (typed: string) => string | undefined },
  where: Where,
): Generator<Remark> {
  const known = draft.byName.get(name);
  if (known === undefined) {
    if (resource.provider === "proxmox") {
      const add = `Add a resource {"type": "storage", "name": "${name}", "provider": "proxmox", "specs": {"disk_gb": 10}}.`;
      yield error(
        path,
        "unknown_storage",
        `There is no storage "${name}", so the size of the disk is unknown.`,
        suggest(name, names, add),
      );
      return;
    }
    const meant = near(name);
    if (meant !== undefined) {
      yield warning(
        path,
        "unknown_storage",
        `There is no storage "${name}"; a new volume of that name is made.`,
        `Did you mean "${meant}"?`,
      );
    }
  } else if (known.type !== undefined && known.type !== "storage") {
    yield error(path, "not_storage", `"${name}" (${where(at(known))}) is of type ${known.type}, not storage.`);
  } else if (known.provider !== undefined && known.provider !== resource.provider) {
    const detail = `"${name}" is storage of ${known.provider}; this resource is on ${resource.provider}.`;
    yield error(path, "other_provider", detail, "Both have to be on one provider.");
  }
}

/** A mount has exactly one source. */
function* sources(resource: DraftResource): Generator<Remark> {
  for (const [index, volume] of present(resource.specs.volumes)) {
    const path = at(resource, "specs", "volumes", index);
    if (!("name" in volume) && !("host_path" in volume)) {
      yield error(
        path,
        "mount_without_source",
        "This mount says where, but not what.",
        'Add "name" (a volume) or "host_path".',
      );
    } else if (volume.name !== undefined && volume.host_path !== undefined) {
      yield error(path, "mount_with_two_sources", 'A mount has a "name" or a "host_path", not both.', 'Leave "host_path" out.');
    }
  }
}

/** Replicas have one volume between them; programs that are not made for that destroy each other's data. */
function* shared(resource: DraftResource): Generator<Remark> {
  const { replicas = 1, volumes: mounted, files } = resource.specs;
  if (replicas < 2) return;
  for (const [index, { name, target, read_only }] of present(mounted)) {
    // A volume that configuration files are put into is writable for that alone: all replicas get the same files.
    const holdsFiles = [...present(files)].some(([, { path }]) => isInside(path, target));
    if (name === undefined || read_only === true || holdsFiles) continue;
    const detail = `All ${replicas} replicas write to the one volume "${name}".`;
    const hint = "Make a resource of each, with a volume of its own, unless the program is made for shared files.";
    yield warning(at(resource, "specs", "volumes", index), "replicas_share_volume", detail, hint);
  }
}

/** Everything that is put at a path: volumes, tmpfs and files. */
function* mounts(resource: DraftResource, where: Where): Generator<Remark> {
  const { specs } = resource;
  const taken = new Map<string, Path>();
  const places: [string, Path][] = [
    ...[...present(specs.volumes)].map(([i, v]) => [v.target, at(resource, "specs", "volumes", i, "target")] as const),
    ...[...present(specs.tmpfs)].map(([i, t]) => [t.target, at(resource, "specs", "tmpfs", i, "target")] as const),
    ...[...present(specs.files)].map(([i, f]) => [f.path, at(resource, "specs", "files", i, "path")] as const),
    ...[...present(specs.bootstrap?.files)].map(
      ([i, f]) => [f.path, at(resource, "specs", "bootstrap", "files", i, "path")] as const,
    ),
  ].flatMap(([target, path]) => (target === undefined ? [] : [[normal(target), path]]));
  for (const [target, path] of places) {
    const earlier = taken.get(target);
    if (earlier !== undefined) yield error(path, "duplicate_mount", `${target} is taken already, at ${where(earlier)}.`);
    else taken.set(target, path);
    if (target === "/") yield error(path, "mount_over_root", "Nothing can be put over the root of the file system.");
  }
  for (const [index, file] of present(specs.files)) {
    const hiding = [...present(specs.tmpfs)].find(([, { target }]) => isInside(file.path, target));
    if (hiding !== undefined) {
      const path = at(resource, "specs", "files", index, "path");
      const detail = `${file.path} is inside the tmpfs ${hiding[1].target}, which is empty when the container starts.`;
      yield error(path, "file_hidden", detail, "Put the file elsewhere, or use a volume there.");
    }
  }
}

const normal = (path: string): string => path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");

function isInside(path: string | undefined, directory: string | undefined): boolean {
  return path !== undefined && directory !== undefined && normal(path).startsWith(`${normal(directory)}/`);
}

const FIRST_POSTGRES_WITH_NEW_HOME = 18;

/** The official image keeps its data one level higher since 18, and refuses to start on the old mount. */
function* postgresHome(resource: DraftResource): Generator<Remark> {
  const { image, env } = resource.specs;
  const parsed = image === undefined ? undefined : parseImage(image);
  if (!parsed?.ok || familiarName(parsed.value) !== "postgres" || env?.["PGDATA"] !== undefined) return;
  const [major] = tagVersion(parsed.value.tag);
  if (major === undefined || major < FIRST_POSTGRES_WITH_NEW_HOME) return;
  for (const [index, { target }] of present(resource.specs.volumes)) {
    if (target !== undefined && normal(target) === "/var/lib/postgresql/data") {
      const path = at(resource, "specs", "volumes", index, "target");
      const detail = `postgres ${major} refuses to start with a volume at /var/lib/postgresql/data.`;
      yield error(path, "postgres_mount", detail, "Mount it at /var/lib/postgresql.");
    }
  }
}
