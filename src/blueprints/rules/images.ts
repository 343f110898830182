import { tagVersion } from "../image.ts";
import { cis, cwe, ksv } from "./references.ts";
import { at, type Change, each, type Found, type Rule, type Scene } from "./rule.ts";

/** Where images come from and whether the same one comes next time. */

/** Tags that point at another image tomorrow. */
const FLOATING =
  /^(latest|stable|mainline|lts|edge|main|master|nightly|dev|devel|develop|rolling|alpine|slim|current|release)$/i;

const PUBLIC_REGISTRIES = new Set([
  "docker.io",
  "ghcr.io",
  "quay.io",
  "gcr.io",
  "registry.k8s.io",
  "mcr.microsoft.com",
  "public.ecr.aws",
  "docker.elastic.co",
  "nvcr.io",
  "registry.gitlab.com",
  "registry.access.redhat.com",
]);

/** Images that get no security fixes any more, by the start of their name, and what to use instead. */
const ABANDONED: readonly { name: RegExp; because: string; instead: string }[] = [
  {
    name: /^(quay\.io\/)?minio\/minio$/,
    because: "MinIO stopped publishing images in October 2025; CVE-2025-62506 was never fixed in one",
    instead: "chrislusf/seaweedfs",
  },
  {
    name: /^bitnami(legacy)?\//,
    because: "Bitnami's free images were withdrawn; what is left is not updated",
    instead: "the project's own image",
  },
  { name: /^grafana\/promtail$/, because: "Promtail is at its end of life", instead: "grafana/alloy" },
  { name: /^centos$/, because: "CentOS Linux is at its end of life", instead: "almalinux or rockylinux" },
  { name: /^openjdk$/, because: "the openjdk image is deprecated", instead: "eclipse-temurin" },
];

export const imageRules: readonly Rule[] = [
  {
    id: "AIC-I01",
    severity: "high",
    title: "Image tag is missing or floats",
    why: "What runs depends on the day it is pulled: a deployment cannot be repeated, and a rollback gets the new image again.",
    fix: "Pin a version tag, or a digest.",
    references: [cis("5.28"), ksv("0013")],
    check: each("images", (workload) => {
      const { image } = workload;
      if (image.digest !== undefined || (image.tag !== undefined && !FLOATING.test(image.tag))) return undefined;
      const { tag, name } = image;
      const path = at(workload, "image");
      const pinned = pin(workload);
      const detail =
        tag === undefined ? `${name} has no tag, which means latest.` : `${name}:${tag} is another image tomorrow.`;
      const changes: Change[] =
        pinned === undefined ? [] : [{ path, to: pinned, why: "The version this catalogue was checked with." }];
      return { path, detail, changes };
    }),
  },
  {
    id: "AIC-I02",
    severity: "info",
    title: "Image is not pinned by digest",
    why: "A tag can be moved by whoever owns it; a digest cannot.",
    fix: "Append the digest: name:tag@sha256:…",
    references: [cwe(494)],
    check: each("images", (workload) => {
      const { digest, name } = workload.image;
      return digest === undefined ? { path: at(workload, "image"), detail: `${name} is pinned by no digest.` } : undefined;
    }),
  },
  {
    id: "AIC-I03",
    severity: "low",
    title: "Registry is not well known",
    why: "Whoever runs the registry decides what runs on your host; over plain HTTP, so does everyone on the way.",
    fix: "Use a registry you trust, over TLS; if it is your own, accept the finding with that as the reason.",
    references: [cis("4.2"), cwe(829)],
    check: each("images", (workload) => {
      const { registry } = workload.image;
      if (PUBLIC_REGISTRIES.has(registry) || registry.endsWith(".pkg.dev")) return undefined;
      const plain = /^(localhost|\d+(\.\d+){3})(:\d+)?$/.test(registry) || /:(80|5000)$/.test(registry);
      const found: Omit<Found, "resource"> = {
        path: at(workload, "image"),
        detail: plain ? `${registry} is reached over plain HTTP.` : `${registry} is not one of the well-known registries.`,
      };
      return plain ? { ...found, severity: "medium" } : found;
    }),
  },
  {
    id: "AIC-I04",
    severity: "high",
    title: "Image is abandoned",
    why: "An image that is not rebuilt keeps every hole that is found in it.",
    fix: "Move to the named replacement.",
    references: [cwe(1104), cis("4.2")],
    check: each("images", (workload) => {
      const { name, tag } = workload.image;
      const found = ABANDONED.find((abandoned) => abandoned.name.test(name));
      const path = at(workload, "image");
      if (found !== undefined) return { path, detail: `${name}: ${found.because}. Use ${found.instead}.` };
      if (name === "kong" && isNewerThan(tag, 3, 9)) {
        return {
          path,
          detail: "No open-source image of Kong was published after 3.9: this one does not exist or is not free.",
        };
      }
      return undefined;
    }),
  },
];

function isNewerThan(tag: string | undefined, major: number, minor: number): boolean {
  const [tagMajor = 0, tagMinor = 0] = tagVersion(tag);
  return tagMajor > major || (tagMajor === major && tagMinor > minor);
}

/** The same image at a known version, keeping the variant its floating tag names. */
function pin({ image, known, specs }: Scene["images"][number]): string | undefined {
  const { tag, name } = image;
  const reference = specs.image ?? "";
  if (known?.version === undefined) return undefined;
  // Before version 18 PostgreSQL's volume was mounted one directory deeper; 18 refuses to start on that layout.
  const oldLayout = specs.volumes?.some(({ target }) => target.replace(/\/+$/, "") === "/var/lib/postgresql/data");
  if (name === "postgres" && oldLayout === true) return undefined;
  const base = tag === undefined ? reference : reference.slice(0, -(tag.length + 1));
  if (tag === undefined || tag === "latest") return `${base}:${known.version}`;
  return known.variants?.includes(tag) ? `${base}:${known.version}-${tag}` : undefined;
}
