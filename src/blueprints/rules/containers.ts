import { cis, cwe, kics, ksv } from "./references.ts";
import { at, type Change, each, type Found, type Rule } from "./rule.ts";

/** How far a container is kept from its host and from its neighbours. */

const RUNTIME_SOCKETS = /\/(docker|containerd|podman|crio|cri-dockerd|dockershim)(\/[\w.-]+)?\.sock$/;
const SENSITIVE_PATHS = ["/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root", "/run", "/sys", "/usr", "/var"];
const DANGEROUS_CAPABILITIES = new Set([
  "ALL",
  "BPF",
  "DAC_READ_SEARCH",
  "MAC_ADMIN",
  "NET_ADMIN",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_MODULE",
  "SYS_PTRACE",
  "SYS_RAWIO",
  "SYS_TIME",
]);

/** A path as the kernel walks it: one slash between names, `.` and `..` resolved; the root is empty. */
function walked(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(`/${name}`);
  }
  return names.join("");
}

const isRuntimeSocket = (path: string): boolean => RUNTIME_SOCKETS.test(walked(path));
const isSensitive = (path: string): boolean => {
  const clean = walked(path);
  return clean === "" || SENSITIVE_PATHS.some((sensitive) => clean === sensitive || clean.startsWith(`${sensitive}/`));
};

/** Host mounts that fit a test, each with its place. */
function hostMounts(
  fits: (path: string) => boolean,
  describe: (path: string, readOnly: boolean) => Partial<Found>,
): Rule["check"] {
  return function* check({ containers }) {
    for (const workload of containers) {
      for (const [place, { host_path, read_only = false }] of (workload.specs.volumes ?? []).entries()) {
        if (host_path === undefined || !fits(host_path)) continue;
        yield {
          resource: workload.name,
          path: at(workload, "volumes", place, "host_path"),
          detail: "",
          ...describe(host_path, read_only),
        };
      }
    }
  };
}

export const containerRules: readonly Rule[] = [
  {
    id: "AIC-C01",
    severity: "critical",
    title: "Container runs privileged",
    why: "A privileged container has every capability and every device of the host: whoever takes it over owns the host.",
    fix: "Remove privileged; add the single capabilities it needs with cap_add.",
    references: [kics("ae5b6871-7f45-42e0-bb4c-ab300c4d2026"), cis("5.5"), ksv("0017"), cwe(250)],
    check: each("containers", (workload) =>
      workload.specs.privileged === true
        ? { path: at(workload, "privileged"), detail: `${workload.name} runs with full access to its host.` }
        : undefined,
    ),
  },
  {
    id: "AIC-C02",
    severity: "critical",
    title: "Container engine's socket is mounted",
    why: "The engine's socket lets its holder start a privileged container: it is root on the host, read-only mounts included.",
    fix: "Give the service a configuration file instead of discovery, or put a filtering socket proxy in between.",
    references: [kics("d6355c88-1e8d-49e9-b2f2-f8a1ca12c75b"), cis("5.32"), ksv("0006"), cwe(250)],
    check: hostMounts(isRuntimeSocket, (path) => ({ detail: `${path} hands the host to the container.` })),
  },
  {
    id: "AIC-C03",
    severity: "high",
    title: "Sensitive directory of the host is mounted",
    why: "System directories hold credentials, kernel interfaces and programs that the host trusts; writing there takes the host over.",
    fix: "Use a named volume, or mount the one file or subdirectory that is needed, read_only.",
    references: [kics("1c1325ff-831d-43a1-973e-839ae57dfcc0"), cis("5.6"), ksv("0023"), cwe(668)],
    check: hostMounts(
      (path) => isSensitive(path) && !isRuntimeSocket(path),
      (path, readOnly) => ({
        detail: `${path} of the host is mounted ${readOnly ? "read-only" : "writable"}.`,
        severity: readOnly ? "high" : "critical",
      }),
    ),
  },
  {
    id: "AIC-C04",
    severity: "medium",
    title: "Path of the host is mounted",
    why: "A host path ties the container to what lies on one host, with that host's owners and permissions; it is not created, moved or removed with the deployment.",
    fix: "Use a named volume for data and files for configuration.",
    references: [cwe(668)],
    check: hostMounts(
      (path) => !isSensitive(path) && !isRuntimeSocket(path),
      (path) => ({ detail: `${path} of the host is mounted.` }),
    ),
  },
  {
    id: "AIC-C05",
    severity: "medium",
    title: "Linux capabilities are not dropped",
    why: "Docker gives every container fourteen capabilities; few services need one, and each helps an intruder.",
    fix: 'Set cap_drop ["ALL"] and add back with cap_add what the image needs.',
    references: [kics("ce76b7d0-9e77-464d-b86f-c5c48e03e22d"), cis("5.4"), ksv("0003"), cwe(250)],
    check: each("containers", (workload) => {
      const { cap_drop, cap_add, privileged, user } = workload.specs;
      if (privileged === true || cap_drop?.includes("ALL")) return undefined;
      const known = workload.known?.capabilities;
      const needed = known !== undefined && isUnprivileged(user) ? [] : known;
      const why = needed === undefined || needed.length === 0 ? "It needs none." : `It needs ${needed.join(", ")} to start.`;
      const changes: Change[] | undefined = needed && [
        { path: at(workload, "cap_drop"), to: ["ALL"], why },
        ...(needed.length > 0
          ? [{ path: at(workload, "cap_add"), to: [...new Set([...(cap_add ?? []), ...needed])], why }]
          : []),
      ];
      return {
        path: at(workload, "cap_drop"),
        detail: `${workload.name} keeps the default capabilities.`,
        ...(changes === undefined ? {} : { changes }),
      };
    }),
  },
  {
    id: "AIC-C06",
    severity: "high",
    title: "Dangerous Linux capability is added",
    why: "These capabilities reach beyond the container: loading kernel modules, reading any file, tracing or reconfiguring the host.",
    fix: "Remove it from cap_add; where only one operation needs it, move that operation out of the container.",
    references: [cis("5.4"), ksv("0022"), cwe(250)],
    *check({ containers }) {
      for (const workload of containers) {
        for (const [place, capability] of (workload.specs.cap_add ?? []).entries()) {
          if (!DANGEROUS_CAPABILITIES.has(capability.replace(/^CAP_/, ""))) continue;
          yield {
            resource: workload.name,
            path: at(workload, "cap_add", place),
            detail: `${capability} is added to ${workload.name}.`,
          };
        }
      }
    },
  },
  {
    id: "AIC-C07",
    severity: "medium",
    title: "Processes may gain privileges",
    why: "Without no_new_privileges a set-user-id program inside the image can make an ordinary process root.",
    fix: "Set no_new_privileges to true.",
    references: [kics("27fcc7d6-c49b-46e0-98f1-6c082a6a2750"), cis("5.26"), ksv("0001"), cwe(250)],
    check: each("containers", (workload) => {
      if (workload.specs.no_new_privileges === true) return undefined;
      const known = workload.known?.capabilities !== undefined;
      const path = at(workload, "no_new_privileges");
      const changes = known ? [{ path, to: true, why: "The image uses no set-user-id program." }] : [];
      return { path, detail: `${workload.name} does not set no_new_privileges.`, changes };
    }),
  },
  {
    id: "AIC-C13",
    severity: "medium",
    title: "Container runs as root",
    why: "Root in a container is root to the kernel: an escape starts with all rights, and so does a write to a mounted volume.",
    fix: "Set user to a uid:gid the image supports, or use an image that does not run as root.",
    references: [cis("4.1"), ksv("0012"), cwe(250)],
    check: each("containers", (workload) => {
      const { user } = workload.specs;
      if (isUnprivileged(user)) return undefined;
      if (user === undefined && workload.known?.unprivileged === true) return undefined;
      const detail =
        user === undefined
          ? `${workload.name} sets no user, and its image is not known to run as another than root.`
          : `${workload.name} runs as root.`;
      return { path: at(workload, "user"), detail };
    }),
  },
  {
    id: "AIC-C14",
    severity: "low",
    title: "Container's file system is writable",
    why: "Where a service cannot write to its own image, an intruder cannot leave programs or change configuration there.",
    fix: "Set read_only, with tmpfs or volumes at the paths it writes to.",
    references: [cis("5.13"), ksv("0014"), cwe(732)],
    check: each("containers", (workload) =>
      workload.specs.read_only === true || workload.specs.run_once === true
        ? undefined
        : { path: at(workload, "read_only"), detail: `${workload.name} can write to its own file system.` },
    ),
  },
  {
    id: "AIC-C17",
    severity: "info",
    title: "Volume is written by several resources",
    why: "Several writers of one volume can corrupt each other's files, and one that is taken over reaches the others.",
    fix: "Mount it read_only where it is only read, or give each its own volume.",
    references: [kics("8c978947-0ff6-485c-b0c2-0bfca6026466")],
    *check({ containers }) {
      const mounts = containers.flatMap((workload) =>
        (workload.specs.volumes ?? []).flatMap(({ name, read_only }, place) =>
          name === undefined || read_only === true || workload.specs.run_once === true ? [] : [{ name, workload, place }],
        ),
      );
      for (const [name, writers] of Map.groupBy(mounts, (mount) => mount.name)) {
        const others = new Set(writers.map(({ workload }) => workload.name));
        if (others.size < 2) continue;
        for (const { workload, place } of writers) {
          yield {
            resource: workload.name,
            path: at(workload, "volumes", place),
            detail: `${name} is written by ${[...others].join(", ")}.`,
          };
        }
      }
    },
  },
];

/** A user that is set, and is not root by name or number. */
function isUnprivileged(user: string | undefined): boolean {
  const name = user?.split(":")[0];
  return name !== undefined && name !== "" && name !== "root" && !/^[+-]?0+$/.test(name);
}
