import type { Draft, DraftResource } from "../draft.ts";
import { at, error, present, type Remark, suggest, warning } from "./remark.ts";

/** Settings of a container that contradict each other or that no engine takes. */
export function* containers(draft: Draft): Generator<Remark> {
  for (const resource of draft.resources) {
    yield* healthcheck(resource);
    yield* job(draft, resource);
    yield* capabilities(resource);
    yield* nulCharacters(resource);
    const { shm_mb: shm, memory_mb: memory } = resource.specs;
    if (shm !== undefined && memory !== undefined && shm > memory) {
      const detail = `/dev/shm may grow to ${shm} MiB, but the container has ${memory} MiB of memory in all.`;
      yield warning(at(resource, "specs", "shm_mb"), "shm_over_memory", detail);
    }
  }
}

function* healthcheck(resource: DraftResource): Generator<Remark> {
  const { test } = resource.specs.healthcheck ?? {};
  const [form, ...words] = test ?? [];
  if (test === undefined || form === undefined) return;
  const path = at(resource, "specs", "healthcheck", "test");
  if (form === "NONE") {
    if (words.length > 0) yield error(path, "healthcheck_form", "NONE stands alone: it turns the image's own check off.");
  } else if (form === "CMD") {
    if (words.length === 0) yield error(path, "healthcheck_form", "CMD needs a program after it.");
  } else if (form === "CMD-SHELL") {
    if (words.length !== 1) yield error(path, "healthcheck_form", "CMD-SHELL needs exactly one text after it: the whole line.");
  } else {
    const hint = `Put "CMD" first: ${JSON.stringify(["CMD", ...test].slice(0, 4))}.`;
    yield error(path, "healthcheck_form", "A check starts with CMD, CMD-SHELL or NONE.", hint);
  }
}

/** A job ends; what keeps a container running, or asks whether it still does, is not for it. */
function* job(draft: Draft, resource: DraftResource): Generator<Remark> {
  const { run_once: once, restart, healthcheck } = resource.specs;
  if (once !== true) return;
  if (restart === "always" || restart === "unless-stopped") {
    const detail = `A job that runs once cannot have restart "${restart}": it would start again each time it is done.`;
    yield error(at(resource, "specs", "restart"), "job_restarts", detail, 'Use "no" or "on-failure:3".');
  }
  if (healthcheck !== undefined && healthcheck.test?.[0] !== "NONE") {
    const detail = "A job is done when it exits with 0; its health check is not waited for.";
    yield warning(at(resource, "specs", "healthcheck"), "job_health", detail, "Leave it out.");
  }
  for (const [index, port] of present(resource.specs.ports)) {
    if (port.host === undefined) continue;
    yield warning(at(resource, "specs", "ports", index), "job_port", "A job publishes this port only while it runs.");
  }
  const name = resource.name;
  if (name !== undefined && draft.outputs.some((output) => output?.value?.includes(`\${${name}.`))) {
    yield warning(at(resource), "job_output", `An output refers to "${name}", which has ended by then.`);
  }
}

/** Texts that reach a program as C strings end at the first NUL; in an LXC container's environment it starts a new variable. */
function* nulCharacters(resource: DraftResource): Generator<Remark> {
  const { env, command, entrypoint, healthcheck: check } = resource.specs;
  const lists: Record<string, readonly unknown[] | undefined> = { command, entrypoint, "healthcheck.test": check?.test };
  const texts = [
    ...Object.entries(env ?? {}).map(([key, value]) => [["env", key], value] as const),
    ...Object.entries(lists).flatMap(([key, list = []]) =>
      list.map((text, index) => [[...key.split("."), index], text] as const),
    ),
  ];
  for (const [inside, text] of texts) {
    if (typeof text !== "string" || !text.includes("\0")) continue;
    yield error(
      at(resource, "specs", ...inside),
      "nul_character",
      "A text that a program is started with cannot hold a NUL character.",
    );
  }
}

/** capabilities(7), without the prefix CAP_. */
const CAPABILITIES =
  `ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH
  FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST
  NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO
  SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM`.split(/\s+/);

function* capabilities(resource: DraftResource): Generator<Remark> {
  for (const key of ["cap_add", "cap_drop"] as const) {
    for (const [index, name] of present(resource.specs[key])) {
      const bare = name.replace(/^CAP_/, "");
      if (CAPABILITIES.includes(bare)) continue;
      const path = at(resource, "specs", key, index);
      yield error(path, "unknown_capability", `"${name}" is not a Linux capability.`, suggest(bare, CAPABILITIES));
    }
  }
}
