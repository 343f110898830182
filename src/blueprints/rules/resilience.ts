import { isShellLess } from "../checks/images.ts";
import { quorum } from "../checks/quorum.ts";
import { draftOf } from "../draft.ts";
import { cis, cwe, kics, ksv } from "./references.ts";
import { at, type Change, each, type Found, type Rule, type Subject } from "./rule.ts";

/** What keeps a deployment up, and keeps one resource from taking the others down. */

/** Far more processes than a service has, far fewer than exhaust a host. */
const AMPLE_PIDS = 2048;
const RESTARTS = 5;

export const resilienceRules: readonly Rule[] = [
  {
    id: "AIC-R01",
    severity: "medium",
    title: "Memory is not limited",
    why: "One resource that leaks takes the memory of all others, and the kernel then ends whichever it likes.",
    fix: "Set memory_mb.",
    references: [kics("bb9ac4f7-e13b-423d-a010-c74a1bfbe492"), cis("5.11"), ksv("0018"), cwe(770)],
    check: each("containers", (workload) => limit(workload, "memory_mb", "memory")),
  },
  {
    id: "AIC-R02",
    severity: "low",
    title: "CPU is not limited",
    why: "One busy resource slows all others on the host.",
    fix: "Set cpu.",
    references: [kics("6b610c50-99fb-4ef0-a5f3-e312fd945bc3"), cis("5.12"), ksv("0011"), cwe(770)],
    check: each("containers", (workload) => limit(workload, "cpu", "CPU")),
  },
  {
    id: "AIC-R03",
    severity: "medium",
    title: "Processes are not limited",
    why: "A fork bomb, or a leak of processes, takes the whole host down.",
    fix: "Set pids, a few hundred for most services.",
    references: [kics("221e0658-cb2a-44e3-b08a-db96a341d6fa"), cis("5.29"), cwe(770)],
    check: each("containers", (workload) =>
      workload.specs.pids === undefined
        ? {
            path: at(workload, "pids"),
            detail: `${workload.name} may start any number of processes.`,
            changes: [{ path: at(workload, "pids"), to: AMPLE_PIDS, why: "Far above what a service starts." }],
          }
        : undefined,
    ),
  },
  {
    id: "AIC-R04",
    severity: "medium",
    title: "No health check",
    why: "Those that depend on it start when it is created, not when it works, and nobody notices when it hangs.",
    fix: "Add a healthcheck that asks the service itself.",
    references: [kics("698ed579-b239-4f8f-a388-baa4bcb13ef8"), cis("5.27")],
    check: each("containers", (workload) => {
      const { known, image } = workload;
      const { healthcheck, run_once, command, entrypoint, files } = workload.specs;
      if (run_once === true || (healthcheck !== undefined && healthcheck.test[0] !== "NONE")) return undefined;
      const path = at(workload, "healthcheck");
      if (image !== undefined && isShellLess(image)) {
        return {
          path,
          severity: "info",
          detail: `${workload.name}'s image has nothing to check itself with; probe it from outside.`,
        };
      }
      const asShipped = command === undefined && entrypoint === undefined && files === undefined && healthcheck === undefined;
      const changes: Change[] =
        asShipped && known?.healthcheck !== undefined
          ? [
              {
                path,
                to: { test: [...known.healthcheck], interval_s: 10, retries: 6, start_period_s: 30 },
                why: "The image's own client asks it.",
              },
            ]
          : [];
      return { path, detail: `${workload.name} has no health check.`, changes };
    }),
  },
  {
    id: "AIC-R05",
    severity: "low",
    title: "Restart policy is missing or without end",
    why: "Without one a crash is for good; one that retries for ever hides a service that never comes up.",
    fix: 'Set restart to "unless-stopped" or "on-failure:5".',
    references: [kics("2fc99041-ddad-49d5-853f-e35e70a48391"), cis("5.15")],
    check: each("containers", (workload) => {
      const { restart, run_once } = workload.specs;
      if (run_once === true || restart === "unless-stopped" || restart === "always" || restart?.startsWith("on-failure:"))
        return undefined;
      const path = at(workload, "restart");
      if (restart === "on-failure") {
        const to = `on-failure:${RESTARTS}`;
        return {
          path,
          detail: `${workload.name} is restarted without end.`,
          changes: [{ path, to, why: "After five failures somebody should look." }],
        };
      }
      const changes =
        restart === undefined ? [{ path, to: "unless-stopped", why: "A service that ends is started again." }] : [];
      return { path, detail: `${workload.name} stays down when it ends.`, changes };
    }),
  },
  {
    id: "AIC-R07",
    severity: "high",
    title: "Data is not on a volume",
    why: "What is written inside a container is gone when it is replaced, which every update does.",
    fix: "Mount a storage resource where the image keeps its data.",
    references: [],
    check: each("containers", (workload) => {
      const { known } = workload;
      const { volumes = [], command = [], entrypoint = [], run_once } = workload.specs;
      if (known?.data === undefined || run_once === true) return undefined;
      if (known.dataWhen !== undefined && !known.dataWhen.test([...entrypoint, ...command].join(" "))) return undefined;
      const targets = volumes.map(({ target }) => target.replace(/\/+$/, ""));
      const path = at(workload, "volumes");
      const holds = (data: string) =>
        targets.some((target) => data === target || data.startsWith(`${target}/`) || target.startsWith(`${data}/`));
      if (known.data.some(holds)) return undefined;
      // Other paths may have been configured; then any volume counts.
      if (targets.length > 0 && known.data.length > 1) return undefined;
      return { path, detail: `${workload.name} keeps data in ${known.data[0]}, which is on no volume.` };
    }),
  },
  {
    id: "AIC-R08",
    severity: "high",
    title: "Quorum has an even number of members",
    why: "An even number survives no more failures than one fewer, and can split into halves that both stop.",
    fix: "Run 3 or 5 members.",
    references: [{ name: "etcd FAQ: why an odd number of members", url: "https://etcd.io/docs/latest/faq/" }],
    *check({ blueprint }) {
      for (const { path, detail, hint } of quorum(draftOf(blueprint))) {
        const resource = blueprint.resources[Number(path[1])]?.name;
        const said = hint === undefined ? detail : `${detail} ${hint}`;
        yield { ...(resource === undefined ? {} : { resource }), path, detail: said };
      }
    },
  },
  {
    id: "AIC-R09",
    severity: "info",
    title: "Nothing in the blueprint backs the data up",
    why: "A volume survives an update; it does not survive a lost disk, a mistaken deletion or an attacker.",
    fix: "Add a backup job, archive the write-ahead log, or see that the host's own backup covers the volumes.",
    references: [],
    *check({ blueprint, containers }) {
      const saved = /backup|snapshot|wal[-_]?g|wal_s3_bucket|restic|borg|pg_?dump|barman/i;
      if (
        saved.test(
          JSON.stringify([
            blueprint.resources.map(({ name }) => name),
            containers.map(({ specs }) => [specs.image, specs.command, Object.keys(specs.env ?? {})]),
          ]),
        )
      )
        return;
      const store = containers.find(({ known, specs }) => known?.store === true && (specs.volumes ?? []).length > 0);
      if (store !== undefined)
        yield {
          resource: store.name,
          path: at(store, "volumes"),
          detail: `${store.name}'s data is backed up by nothing in this blueprint.`,
        };
    },
  },
];

function limit(workload: Subject, key: "cpu" | "memory_mb", what: string): Omit<Found, "resource"> | undefined {
  if (workload.specs[key] !== undefined) return undefined;
  const to = workload.known?.limits?.[key];
  const path = at(workload, key);
  return {
    path,
    detail: `${workload.name} may use all ${what} of its host.`,
    changes: to === undefined ? [] : [{ path, to, why: "Carries an ordinary load of this image." }],
  };
}
