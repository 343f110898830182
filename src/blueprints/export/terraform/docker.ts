import { attribute, type BodyItem, block, comments, type Expression, gap, list, literal, text } from "../hcl.ts";
import { type Container, duration, envText } from "../parts.ts";
import { addressOf, type Context, fileWithSecrets, identifier, replicaName, replicasOf, withSecrets } from "./context.ts";

/** What containers refer to, worked out once. */
interface Names {
  networks: ReadonlySet<string>;
  images: ReadonlyMap<string, string>;
}

/** Networks, volumes, images and containers for the provider kreuzwerker/docker. */
export function dockerResources(context: Context): BodyItem[] {
  const names: Names = { networks: networkNames(context), images: imageNames(context.containers) };
  return [
    ...networks(context, names),
    ...volumes(context),
    ...images(names),
    ...context.containers.flatMap((container) => containerBlock(container, context, names)),
  ];
}

/** Networks of containers: those on Docker, and those of a rehearsal that containers are on. */
function networkNames({ blueprint, containers }: Context): Set<string> {
  const joined = new Set(containers.flatMap(({ specs }) => specs.networks ?? []));
  const mine = blueprint.resources.filter(
    ({ type, provider, name }) => type === "network" && (provider === "docker" || (provider === "fake" && joined.has(name))),
  );
  return new Set(mine.map(({ name }) => name));
}

function networks(context: Context, { networks: mine }: Names): BodyItem[] {
  return context.blueprint.resources.flatMap((resource) => {
    if (resource.type !== "network" || !mine.has(resource.name)) return [];
    const { internal, subnet, gateway, ...rest } = resource.specs as { internal?: boolean; subnet?: string; gateway?: string };
    return [
      ...comments(
        Object.entries(rest).map(([key, value]) => `${key}: ${JSON.stringify(value)} (docker_network has nothing like it)`),
      ),
      block(
        "resource",
        ["docker_network", identifier(resource.name)],
        [
          ...attribute("name", text(`${context.blueprint.name}-${resource.name}`)),
          ...attribute("internal", internal === undefined ? undefined : literal(internal)),
          ...(subnet === undefined
            ? []
            : [
                block(
                  "ipam_config",
                  [],
                  [
                    ...attribute("subnet", text(subnet)),
                    ...attribute("gateway", gateway === undefined ? undefined : text(gateway)),
                  ],
                ),
              ]),
        ],
      ),
    ];
  });
}

/** Volume resources of Docker, and volumes that are only named by a mount. */
function volumes({ blueprint, containers, byName }: Context): BodyItem[] {
  const mounted = containers.flatMap(({ specs }) =>
    (specs.volumes ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
  );
  const declared = blueprint.resources
    .filter(({ type, provider }) => type === "storage" && provider === "docker")
    .map(({ name }) => name);
  return [...new Set([...declared, ...mounted])].flatMap((name) => {
    const { disk_gb: size } = (byName.get(name)?.specs ?? {}) as { disk_gb?: number };
    return [
      ...comments(size === undefined ? [] : [`disk_gb: ${size} (the local driver sets no limit on a volume)`]),
      block("resource", ["docker_volume", identifier(name)], attribute("name", text(`${blueprint.name}-${name}`))),
    ];
  });
}

/** One resource for each image, called after it. */
function images({ images: names }: Names): BodyItem[] {
  return [...names].map(([image, name]) =>
    block("resource", ["docker_image", name], [...attribute("name", text(image)), ...attribute("keep_locally", literal(true))]),
  );
}

function imageNames(containers: readonly Container[]): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { specs } of containers) {
    if (names.has(specs.image)) continue;
    const plain = identifier(
      specs.image
        .slice(specs.image.lastIndexOf("/") + 1)
        .replace(/@sha256:.*$/, "")
        .replace(/[^A-Za-z0-9]+/g, "_"),
    );
    let name = plain;
    for (let number = 2; taken.has(name); number++) name = `${plain}_${number}`;
    taken.add(name);
    names.set(specs.image, name);
  }
  return names;
}

function containerBlock(container: Container, context: Context, names: Names): BodyItem[] {
  const { resource, specs } = container;
  const { blueprint } = context;
  const replicas = replicasOf(container);
  const words = (list_: readonly string[] | undefined): Expression | undefined =>
    list_ === undefined || list_.length === 0 ? undefined : list(list_.map((word) => withSecrets(word, context)));
  const numbered = (value: number | undefined): Expression | undefined => (value === undefined ? undefined : literal(value));
  const flag = (value: boolean | undefined): Expression | undefined => (value === undefined ? undefined : literal(value));
  const env = Object.entries(specs.env ?? {}).map(([key, value]) => withSecrets(`${key}=${envText(value)}`, context));
  const [policy, retries] = (specs.restart ?? "no").split(":");
  const image = names.images.get(specs.image) ?? "";
  const body: BodyItem[] = [
    ...attribute("count", replicas > 1 ? literal(replicas) : undefined),
    ...attribute("name", replicaName(resource.name, replicas, `${blueprint.name}-`)),
    ...attribute("hostname", context.apart.has(resource.name) ? replicaName(resource.name, replicas) : undefined),
    ...attribute("image", literal(`docker_image.${image}.image_id`)),
    ...attribute("entrypoint", words(specs.entrypoint)),
    ...attribute("command", words(specs.command)),
    ...attribute("env", env.length > 0 ? list(env) : undefined),
    ...attribute("user", specs.user === undefined ? undefined : withSecrets(specs.user, context)),
    gap,
    ...attribute("cpus", specs.cpu === undefined ? undefined : text(String(specs.cpu))),
    ...attribute("memory", numbered(specs.memory_mb)),
    ...attribute("shm_size", numbered(specs.shm_mb)),
    ...attribute("gpus", (specs.gpus ?? 0) > 0 ? text("all") : undefined),
    ...attribute("privileged", flag(specs.privileged)),
    ...attribute("read_only", specs.read_only === true && hasFiles(container) ? undefined : flag(specs.read_only)),
    ...attribute("security_opts", specs.no_new_privileges === true ? list([text("no-new-privileges:true")]) : undefined),
    gap,
    ...attribute("restart", specs.restart === undefined ? undefined : text(policy ?? "no")),
    ...attribute("max_retry_count", retries === undefined ? undefined : literal(Number(retries))),
    ...attribute("stop_timeout", numbered(specs.stop_grace_s)),
    ...attribute("destroy_grace_seconds", numbered(specs.stop_grace_s)),
    ...startAttributes(container),
    ...attribute("depends_on", waitsFor(container, context)),
    ...nestedBlocks(container, context, names),
  ];
  return [...comments(notes(container)), block("resource", ["docker_container", identifier(resource.name)], trimmed(body))];
}

/** Gaps only between things. */
function trimmed(body: readonly BodyItem[]): BodyItem[] {
  return body.filter(
    (item, index) =>
      item.kind !== "gap" ||
      (index > 0 && body[index - 1]?.kind !== "gap" && body.slice(index).some(({ kind }) => kind !== "gap")),
  );
}

/** A job is waited for until it ends; a container with a health check until it is healthy. */
function startAttributes({ specs }: Container): BodyItem[] {
  if (specs.run_once === true) return [...attribute("attach", literal(true)), ...attribute("must_run", literal(false))];
  const check = specs.healthcheck;
  if (check === undefined || check.test[0] === "NONE") return [];
  const patience = (check.start_period_s ?? 0) + (check.interval_s ?? 30) * ((check.retries ?? 3) + 1) + 60;
  return [...attribute("wait", literal(true)), ...attribute("wait_timeout", literal(Math.ceil(patience)))];
}

function waitsFor({ resource }: Container, context: Context): Expression | undefined {
  const addresses = resource.dependencies.flatMap((name) => addressOf(name, context) ?? []);
  return addresses.length === 0 ? undefined : list(addresses.map(literal));
}

function nestedBlocks(container: Container, context: Context, { networks: own }: Names): BodyItem[] {
  const { resource, specs } = container;
  const aliases = [
    text(resource.name),
    ...(context.apart.has(resource.name) ? [replicaName(resource.name, replicasOf(container))] : []),
  ];
  const quoted = (list_: readonly string[] | undefined): Expression | undefined =>
    list_ === undefined || list_.length === 0 ? undefined : list(list_.map((name) => text(name)));
  const capabilities = [...attribute("add", quoted(specs.cap_add)), ...attribute("drop", quoted(specs.cap_drop))];
  return [
    ...(capabilities.length > 0 ? [block("capabilities", [], capabilities)] : []),
    ...(specs.ports ?? []).flatMap(({ container: internal, host, host_ip, protocol }) =>
      host === undefined
        ? []
        : [
            block(
              "ports",
              [],
              [
                ...attribute("internal", literal(internal)),
                ...attribute("external", literal(host)),
                ...attribute("ip", host_ip === undefined ? undefined : text(host_ip)),
                ...attribute("protocol", protocol === undefined ? undefined : text(protocol)),
              ],
            ),
          ],
    ),
    ...(specs.networks ?? []).map((name) =>
      block(
        "networks_advanced",
        [],
        [
          ...attribute("name", own.has(name) ? literal(`docker_network.${identifier(name)}.name`) : text(name)),
          ...attribute("aliases", list(aliases)),
        ],
      ),
    ),
    ...(specs.volumes ?? []).map(({ name, host_path, target, read_only }) =>
      block(
        "volumes",
        [],
        [
          ...attribute("volume_name", name === undefined ? undefined : literal(`docker_volume.${identifier(name)}.name`)),
          ...attribute("host_path", host_path === undefined ? undefined : withSecrets(host_path, context)),
          ...attribute("container_path", withSecrets(target, context)),
          ...attribute("read_only", read_only === undefined ? undefined : literal(read_only)),
        ],
      ),
    ),
    ...(specs.tmpfs ?? []).map(({ target, size_mb }) =>
      block(
        "mounts",
        [],
        [
          ...attribute("type", text("tmpfs")),
          ...attribute("target", withSecrets(target, context)),
          ...(size_mb === undefined
            ? []
            : [block("tmpfs_options", [], attribute("size_bytes", literal(size_mb * 1024 * 1024)))]),
        ],
      ),
    ),
    ...(specs.files ?? []).flatMap(({ path, content, mode, uid, gid }) =>
      content === ""
        ? []
        : [
            ...comments(
              uid === undefined && gid === undefined ? [] : [`owner ${uid ?? 0}:${gid ?? 0} (the provider uploads as root)`],
            ),
            block(
              "upload",
              [],
              [
                ...attribute("file", withSecrets(path, context)),
                ...attribute("permissions", mode === undefined ? undefined : text(mode.padStart(4, "0"))),
                ...attribute("content", fileWithSecrets(content, context)),
              ],
            ),
          ],
    ),
    ...healthcheck(container, context),
    ...Object.entries(specs.labels ?? {}).map(([label, value]) =>
      block("labels", [], [...attribute("label", text(label)), ...attribute("value", withSecrets(value, context))]),
    ),
    ...(specs.run_once === true ? [block("lifecycle", [], [block("postcondition", [], jobSucceeded(resource.name))])] : []),
  ];
}

function jobSucceeded(name: string): BodyItem[] {
  return [
    ...attribute("condition", literal("self.exit_code == 0")),
    ...attribute("error_message", text(`The job ${name} failed; see its container's logs.`)),
  ];
}

function healthcheck({ specs }: Container, context: Context): BodyItem[] {
  const { healthcheck: check } = specs;
  if (check === undefined) return [];
  const time = (seconds: number | undefined): Expression | undefined =>
    seconds === undefined ? undefined : text(duration(seconds));
  return [
    block(
      "healthcheck",
      [],
      [
        ...attribute("test", list(check.test.map((word) => withSecrets(word, context)))),
        ...attribute("interval", time(check.interval_s)),
        ...attribute("timeout", time(check.timeout_s)),
        ...attribute("retries", check.retries === undefined ? undefined : literal(check.retries)),
        ...attribute("start_period", time(check.start_period_s)),
      ],
    ),
  ];
}

const hasFiles = ({ specs }: Container): boolean => (specs.files ?? []).length > 0;

/** What a container says and docker_container cannot hold. */
function notes(container: Container): string[] {
  const { specs, extras } = container;
  return [
    ...extras.map((extra) => `${extra} (docker_container has nothing like it)`),
    ...(specs.pids === undefined ? [] : [`pids: ${specs.pids} (docker_container has nothing like it)`]),
    ...(specs.disk_gb === undefined ? [] : [`disk_gb: ${specs.disk_gb} (Docker sets no limit on a container's disk)`]),
    ...((specs.gpus ?? 0) > 0 ? [`gpus: ${specs.gpus} (the provider can only hand over all of them)`] : []),
    ...(specs.read_only === true && hasFiles(container)
      ? ["read_only: true (left out: files cannot be put into a read-only container)"]
      : []),
    ...(specs.files ?? []).flatMap(({ path, content }) =>
      content === "" ? [`an empty file at ${path} (the provider uploads no empty files)`] : [],
    ),
    ...(specs.ports ?? []).flatMap(({ container: port, host }) =>
      host === undefined ? [`port ${port} is reachable on its networks and not published`] : [],
    ),
  ];
}
