import type { Workload } from "../workload.ts";
import { type Literal, secretIn, secretsInCommand, secretsInText } from "./literals.ts";
import { cis, cwe } from "./references.ts";
import { at, type Found, type Rule, type Scene } from "./rule.ts";

/** Secrets that are written down, known to everyone, or not asked for. No finding holds a value. */

/** Two rules ask about the same texts; they are read once. */
const read = new WeakMap<Scene, readonly (Found & { literal: Literal })[]>();

/** Every text of a workload that may hold a secret, with what was found there. */
function literals(scene: Scene): readonly (Found & { literal: Literal })[] {
  const known = read.get(scene);
  if (known !== undefined) return known;
  const found = scene.workloads.flatMap((workload) =>
    [...literalsOf(workload)].map((one) => ({ resource: workload.name, ...one })),
  );
  read.set(scene, found);
  return found;
}

function* literalsOf(workload: Workload): Iterable<{ path: (string | number)[]; detail: string; literal: Literal }> {
  const { name, specs } = workload;
  for (const [key, value] of Object.entries(specs.env ?? {})) {
    if (typeof value === "object" || typeof value === "boolean") continue;
    const text = String(value);
    const literal = secretIn(key, text);
    if (literal !== undefined)
      yield { path: at(workload, "env", key), detail: `The environment of ${name} holds ${literal.kind} in ${key}.`, literal };
  }
  for (const [key, value] of Object.entries(specs.labels ?? {})) {
    const literal = secretIn(key, value);
    if (literal !== undefined)
      yield { path: at(workload, "labels", key), detail: `A label of ${name} holds ${literal.kind}.`, literal };
  }
  const commands = { command: specs.command, entrypoint: specs.entrypoint } as const;
  for (const [key, args] of Object.entries(commands)) {
    for (const { place, literal } of secretsInCommand(args ?? [])) {
      yield { path: at(workload, key, place), detail: `The ${key} of ${name} holds ${literal.kind}.`, literal };
    }
  }
  for (const { place, literal } of secretsInCommand(specs.healthcheck?.test ?? [])) {
    yield {
      path: at(workload, "healthcheck", "test", place),
      detail: `The health check of ${name} holds ${literal.kind}.`,
      literal,
    };
  }
  for (const [place, key] of (specs.ssh_keys ?? []).entries()) {
    const literal = secretIn("ssh_keys", key);
    if (literal !== undefined)
      yield { path: at(workload, "ssh_keys", place), detail: `The SSH keys of ${name} hold ${literal.kind}.`, literal };
  }
  const files = [
    ...(specs.files ?? []).map((file, place) => ({ file, path: at(workload, "files", place, "content") })),
    ...(specs.bootstrap?.files ?? []).map((file, place) => ({
      file,
      path: at(workload, "bootstrap", "files", place, "content"),
    })),
  ];
  for (const { file, path } of files) {
    for (const literal of secretsInText(file.content)) {
      yield { path, detail: `Line ${literal.line} of ${file.path} in ${name} holds ${literal.kind}.`, literal };
    }
  }
  for (const [place, command] of (specs.bootstrap?.commands ?? []).entries()) {
    for (const literal of secretsInText(command)) {
      yield {
        path: at(workload, "bootstrap", "commands", place),
        detail: `A bootstrap command of ${name} holds ${literal.kind}.`,
        literal,
      };
    }
  }
}

/** Settings that turn authentication off: a variable and the values that do it. */
const OPEN_SETTINGS: readonly { name: RegExp; value: RegExp; what: string }[] = [
  {
    name: /^ALLOW_(ANONYMOUS_LOGIN|EMPTY_PASSWORD|PLAINTEXT_LISTENER)$/,
    value: /^(yes|true|1)$/i,
    what: "lets callers in without a password",
  },
  { name: /^(MYSQL|MARIADB)_ALLOW_EMPTY(_ROOT)?_PASSWORD$/, value: /^(yes|true|1)$/i, what: "leaves root without a password" },
  { name: /^POSTGRES_HOST_AUTH_METHOD$/, value: /^trust$/i, what: "lets anyone in as any user" },
  { name: /^POSTGRES_INITDB_ARGS$/, value: /auth(-host)?[= ]trust/i, what: "lets anyone in as any user" },
  { name: /^(DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled)$/i, value: /^true$/i, what: "turns security off" },
  { name: /^xpack\.security\.enabled$/i, value: /^false$/i, what: "turns security off" },
  { name: /^GF_AUTH_ANONYMOUS_ENABLED$/, value: /^true$/i, what: "shows every dashboard to anyone" },
  { name: /^GF_AUTH_DISABLE_LOGIN_FORM$/, value: /^true$/i, what: "turns the login off" },
  { name: /^(AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS)$/, value: /^true$/i, what: "makes everyone an administrator" },
];

const OPEN_COMMANDS: readonly { words: RegExp; what: string }[] = [
  { words: /--?protected-mode[ =]no\b|^protected-mode no$/m, what: "protected mode is off, and no password is set" },
  {
    words: /--(NotebookApp|ServerApp|IdentityProvider)\.(token|password)=(''|""|$)/m,
    what: "the notebook asks for no password",
  },
  { words: /--api\.insecure(=true)?(\s|$)/m, what: "the dashboard and its API ask for no password" },
  { words: /--insecure-(skip|disable)-auth\b|--auth-mode[ =]disable/m, what: "authentication is turned off" },
];

const PASSWORD_REQUIRED = /--?requirepass\b|^requirepass |--aclfile|^aclfile |^user default /m;

export const secretRules: readonly Rule[] = [
  {
    id: "AIC-S01",
    severity: "critical",
    title: "Secret is written into the blueprint",
    why: "Whoever reads the blueprint has the secret: its history, its copies, the logs of what handles it.",
    fix: 'Declare it under secrets and refer to it: {"secret": "name"} in env, ${secret.name} in files and commands. Then change the secret: it is no longer one.',
    references: [cis("4.10"), cwe(798)],
    *check(scene) {
      for (const { literal, ...found } of literals(scene)) if (literal.grade === "secret") yield found;
    },
  },
  {
    id: "AIC-S02",
    severity: "critical",
    title: "Password is one that everyone knows",
    why: "Default and example passwords are tried within minutes of a service being reachable.",
    fix: 'Declare a secret with generate, for example "password:32", and refer to it.',
    references: [cwe(1392), cwe(521)],
    *check(scene) {
      for (const { literal, ...found } of literals(scene)) if (literal.grade === "default") yield found;
      for (const workload of scene.images) {
        const { name, known } = workload;
        const { env = {} } = workload.specs;
        const isSet = (key: string) => [key, `${key}_FILE`, `${key}__FILE`].some((variant) => variant in env);
        for (const key of known?.mustSet ?? []) {
          if (!isSet(key))
            yield {
              resource: name,
              path: at(workload, "env"),
              detail: `Without ${key} the image of ${name} starts with its documented default password.`,
            };
        }
      }
    },
  },
  {
    id: "AIC-S03",
    severity: "low",
    title: "Secret is in the environment although the image reads files",
    why: "Environment variables show up in inspections, crash reports and child processes; a file of mode 0400 does not.",
    fix: "Write the secret into files with mode 0400 and name the file in the variable's file form.",
    references: [cwe(526)],
    *check({ images }) {
      for (const workload of images) {
        const form = workload.known?.fileSecrets;
        if (form === undefined) continue;
        for (const [key, value] of Object.entries(workload.specs.env ?? {})) {
          if (typeof value !== "object" || !form.names.test(key)) continue;
          yield {
            resource: workload.name,
            path: at(workload, "env", key),
            detail: `${workload.name} reads ${key}${form.suffix} as well as ${key}.`,
          };
        }
      }
    },
  },
  {
    id: "AIC-S04",
    severity: "high",
    title: "Authentication is turned off",
    why: "Whoever reaches the service is let in: each neighbour on its networks, and everyone where it is published.",
    fix: "Remove the setting and give the service a generated password.",
    references: [cwe(306)],
    *check({ workloads }) {
      for (const workload of workloads) {
        const { env = {}, command = [], entrypoint = [], files = [] } = workload.specs;
        for (const [key, value] of Object.entries(env)) {
          const open =
            typeof value === "object"
              ? undefined
              : OPEN_SETTINGS.find((setting) => setting.name.test(key) && setting.value.test(String(value)));
          if (open !== undefined)
            yield {
              resource: workload.name,
              path: at(workload, "env", key),
              detail: `${key} of ${workload.name} ${open.what}.`,
            };
        }
        const words = [...entrypoint, ...command].join(" ");
        const texts = [words, ...files.map(({ content }) => content)];
        const open = OPEN_COMMANDS.find((setting) => texts.some((text) => setting.words.test(text)));
        const required = /valkey|redis/.test(workload.image?.name ?? "") && texts.some((text) => PASSWORD_REQUIRED.test(text));
        if (open !== undefined && !required)
          yield { resource: workload.name, path: at(workload, "command"), detail: `${workload.name}: ${open.what}.` };
      }
    },
  },
];
