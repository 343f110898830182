import type { Draft, DraftResource } from "../draft.ts";
import { familiarName, parseImage } from "../image.ts";
import { at, type Remark, warning } from "./remark.ts";

/** Things that vote: by what they are called, and how one of them is recognised. */
const VOTERS: readonly { what: string; isOne: (resource: DraftResource, image: string) => boolean }[] = [
  { what: "etcd members", isOne: (_, image) => /(^|\/)etcd$/.test(image) },
  { what: "ZooKeeper servers", isOne: (_, image) => /(^|\/)zookeeper$/.test(image) },
  {
    what: "Kafka controllers",
    isOne: ({ specs }, image) =>
      /(^|\/)(cp-)?kafka(-native)?$/.test(image) && /controller/.test(String(specs.env?.["KAFKA_PROCESS_ROLES"] ?? "")),
  },
  {
    what: "sentinels",
    isOne: ({ specs }, image) =>
      /(^|\/)(redis|valkey)(-sentinel)?$/.test(image) && /sentinel/.test([image, ...words(specs)].join(" ")),
  },
  {
    what: "Consul servers",
    isOne: ({ specs }, image) => /(^|\/)consul$/.test(image) && words(specs).includes("-server"),
  },
  {
    what: "k3s servers",
    isOne: ({ specs }, image) => (/(^|\/)k3s$/.test(image) ? words(specs).includes("server") : runsK3sServer(specs)),
  },
];

/**
 * An even number of voters survives no more failures than one fewer, and two survive none. Voters that share a kind and
 * their networks are taken for one cluster.
 */
export function* quorum(draft: Draft): Generator<Remark> {
  const clusters = new Map<string, { what: string; members: DraftResource[] }>();
  for (const resource of draft.resources) {
    if (resource.specs.run_once === true) continue;
    const parsed = resource.specs.image === undefined ? undefined : parseImage(resource.specs.image);
    const image = parsed?.ok ? familiarName(parsed.value) : "";
    const voter = VOTERS.find(({ isOne }) => isOne(resource, image));
    if (voter === undefined) continue;
    const networks = [...(resource.specs.networks ?? []), resource.specs.network].toSorted().join(",");
    const key = `${voter.what} ${networks}`;
    const cluster = clusters.get(key) ?? { what: voter.what, members: [] };
    cluster.members.push(resource);
    clusters.set(key, cluster);
  }
  for (const { what, members } of clusters.values()) {
    const votes = members.reduce((sum, { specs }) => sum + (specs.replicas ?? 1), 0);
    const [first] = members;
    if (first === undefined || votes % 2 === 1) continue;
    const survived = votes / 2 - 1;
    yield warning(
      members.length === 1 ? at(first, "specs", "replicas") : at(first),
      "even_quorum",
      `${votes} ${what} survive the loss of ${survived}, no more than ${votes - 1} would: an even vote has no majority.`,
      `Run ${votes - 1} or ${votes + 1}.`,
    );
  }
}

function words(specs: DraftResource["specs"]): string[] {
  return [...(specs.entrypoint ?? []), ...(specs.command ?? [])]
    .filter((word) => word !== undefined)
    .flatMap((word) => word.split(/\s+/));
}

/** A line that runs k3s, or a script that installs it, with `server` as an argument; or a configuration that starts a cluster. */
function runsK3sServer({ bootstrap }: DraftResource["specs"]): boolean {
  const isServer = (line: string | undefined): boolean =>
    line !== undefined && /k3s/i.test(line) && /[\s"'=]server([\s"']|$)|--cluster-init/.test(line);
  const startsCluster = (content: string | undefined): boolean =>
    content !== undefined && /^cluster-init: *true/m.test(content);
  return (bootstrap?.commands ?? []).some(isServer) || (bootstrap?.files ?? []).some((file) => startsCluster(file?.content));
}
