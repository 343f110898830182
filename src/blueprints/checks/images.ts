import type { Draft, DraftResource } from "../draft.ts";
import { familiarName, type ImageReference, parseImage, tagVersion } from "../image.ts";
import { at, error, present, type Remark } from "./remark.ts";

/**
 * Images known to hold their own program and nothing else. `unless` is a part of the tag of a variant that has a shell;
 * `from` is the first version without one.
 */
const SHELL_LESS: readonly { name: RegExp; unless?: RegExp; only?: RegExp; from?: [number, number] }[] = [
  { name: /^grafana\/loki$/, from: [3, 6] },
  { name: /^(ghcr\.io\/open-telemetry\/opentelemetry-collector-releases|otel)\/opentelemetry-collector/ },
  { name: /^gcr\.io\/distroless\//, unless: /debug/ },
  { name: /^registry\.k8s\.io\/(pause|coredns|kube-|metrics-server|ingress-nginx\/kube-webhook)/ },
  { name: /^quay\.io\/coreos\/etcd$|^gcr\.io\/etcd-development\/etcd$|^registry\.k8s\.io\/etcd$/, from: [3, 5] },
  { name: /^openpolicyagent\/opa$/, unless: /debug/ },
  { name: /^traefik\/whoami$/ },
  { name: /^ghcr\.io\/spiffe\/spire-(server|agent)$/ },
  { name: /^coredns\/coredns$/ },
  { name: /^cloudflare\/cloudflared$/ },
  { name: /^nats$/, unless: /alpine|windows/ },
  { name: /^hashicorp\/http-echo$/ },
  { name: /^hello-world$/ },
  { name: /^(prom|quay\.io\/prometheus)\//, only: /distroless/ },
  { name: /^envoyproxy\/envoy$/, only: /distroless/ },
  { name: /^envoyproxy\/envoy-distroless$/ },
];

/** What only a shell or a full system brings. */
const TOOLS = new Set([
  "sh",
  "bash",
  "ash",
  "dash",
  "curl",
  "wget",
  "nc",
  "cat",
  "test",
  "busybox",
  "echo",
  "grep",
  "pgrep",
  "stat",
  "ls",
]);

/** Images are named by the grammar of registries, and nothing asks one for a shell it does not have. */
export function* images(draft: Draft): Generator<Remark> {
  for (const resource of draft.resources) {
    const { image } = resource.specs;
    if (image === undefined) continue;
    const parsed = parseImage(image);
    if (!parsed.ok) {
      yield error(at(resource, "specs", "image"), "image_reference", `This is not an image reference: ${parsed.error}`);
    } else if (isShellLess(parsed.value)) yield* askedForShell(resource, familiarName(parsed.value));
  }
}

/** Whether the image is known to have no shell; an unknown image is given the benefit of the doubt. */
export function isShellLess(image: ImageReference): boolean {
  const name = familiarName(image);
  const tag = image.tag ?? "";
  return SHELL_LESS.some((known) => {
    if (!known.name.test(name) || known.unless?.test(tag) || (known.only !== undefined && !known.only.test(tag))) return false;
    if (known.from === undefined) return true;
    const [major, minor = 0] = tagVersion(tag);
    return major === undefined || major > known.from[0] || (major === known.from[0] && minor >= known.from[1]);
  });
}

function* askedForShell(resource: DraftResource, name: string): Generator<Remark> {
  const { healthcheck, entrypoint, command } = resource.specs;
  const [form, program] = healthcheck?.test ?? [];
  const needed = form === "CMD-SHELL" ? "a shell" : form === "CMD" && isTool(program) ? program : undefined;
  if (needed !== undefined) {
    yield error(
      at(resource, "specs", "healthcheck", "test"),
      "no_shell",
      `The image ${name} holds nothing but its own program: this check needs ${needed} and would never pass.`,
      'Use ["CMD", …] with a check the program has itself, or leave the check out and probe it from another container.',
    );
  }
  const lines = { entrypoint, command: entrypoint === undefined ? undefined : command };
  for (const [key, line] of Object.entries(lines)) {
    for (const [index, word] of present(line?.slice(0, 1))) {
      if (!isTool(word)) continue;
      const detail = `The image ${name} holds nothing but its own program: there is no ${word} in it.`;
      yield error(at(resource, "specs", key, index), "no_shell", detail);
    }
  }
}

const isTool = (program: string | undefined): program is string =>
  program !== undefined && TOOLS.has(program.slice(program.lastIndexOf("/") + 1));
