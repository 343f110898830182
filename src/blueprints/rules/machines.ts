import { at, each, type Rule } from "./rule.ts";

/** Proxmox machines. */

const CONTAINER_ENGINE = /\b(get\.docker\.com|docker-ce|docker\.io|dockerd|containerd|podman|k3s|rke2|kubeadm)\b/;
const DATA_WORDS = /\b(postgres(ql)?|mysql|mariadb|mongod?b?|etcd|minio|seaweedfs|nfs-kernel-server|ceph|k3s server)\b/i;

const bootstrapText = (specs: { bootstrap?: { commands?: string[] | undefined } | undefined }): string =>
  (specs.bootstrap?.commands ?? []).join("\n");

export const machineRules: readonly Rule[] = [
  {
    id: "AIC-P04",
    severity: "medium",
    title: "Container engine inside a system container",
    why: "It needs nesting and keyctl, which open the host's kernel to what runs inside; an update of either side breaks it.",
    fix: 'Use kind "vm" for machines that run containers.',
    references: [{ name: "Proxmox VE: Linux Container", url: "https://pve.proxmox.com/pve-docs/chapter-pct.html" }],
    check: each("machines", (workload) =>
      workload.specs.kind === "lxc" && CONTAINER_ENGINE.test(bootstrapText(workload.specs))
        ? { path: at(workload, "kind"), detail: `${workload.name} is a system container and installs a container engine.` }
        : undefined,
    ),
  },
  {
    id: "AIC-P05",
    severity: "low",
    title: "Machine with data can be removed by mistake",
    why: "Without protection one wrong call removes the machine together with its disks.",
    fix: "Set protection.",
    references: [{ name: "Proxmox VE: qm, protection", url: "https://pve.proxmox.com/pve-docs/qm.1.html" }],
    check: each("machines", (workload) => {
      const { protection, volumes = [], kind } = workload.specs;
      const keepsData = volumes.length > 0 || DATA_WORDS.test(bootstrapText(workload.specs));
      if (protection === true || !keepsData) return undefined;
      return {
        path: at(workload, "protection"),
        detail: `${workload.name} (${kind ?? "vm"}) keeps data and is not protected.`,
      };
    }),
  },
  {
    id: "AIC-P06",
    severity: "info",
    title: "GPU without a cluster mapping",
    why: "A raw device address names another device on the next node, or after the next card is added.",
    fix: "Set gpu_mapping to the cluster's PCI mapping.",
    references: [{ name: "Proxmox VE: resource mapping", url: "https://pve.proxmox.com/pve-docs/chapter-qm.html" }],
    check: each("machines", (workload) =>
      (workload.specs.gpus ?? 0) > 0 && workload.specs.gpu_mapping === undefined
        ? { path: at(workload, "gpu_mapping"), detail: `${workload.name} asks for GPUs and names no mapping.` }
        : undefined,
    ),
  },
  {
    id: "AIC-P08",
    severity: "low",
    title: "Script from the network is run unseen",
    why: "What a URL serves today is run as root, whatever it serves; nothing shows that it is what was reviewed.",
    fix: "Download a pinned version, check its digest, then run it.",
    references: [{ name: "CWE-494", url: "https://cwe.mitre.org/data/definitions/494.html" }],
    *check({ machines }) {
      for (const workload of machines) {
        for (const [place, command] of (workload.specs.bootstrap?.commands ?? []).entries()) {
          if (!/\b(curl|wget)\b[^\n;&|]{0,999}\|[^\n;&|]{0,199}\b(ba|da|z)?sh\b/.test(command)) continue;
          yield {
            resource: workload.name,
            path: at(workload, "bootstrap", "commands", place),
            detail: `${workload.name} pipes a download into a shell.`,
          };
        }
      }
    },
  },
];
