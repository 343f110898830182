/**
 * Finds secrets written into text. Answers say what kind of secret it is and where, never what it is: no value, no part of one.
 * Text is whatever a caller sends: every repetition that something has to follow has an upper bound, so that reading stays linear.
 */

/** Keys whose shape alone gives them away. Lengths and prefixes are the issuers' own. */
const SHAPES: readonly { kind: string; shape: RegExp }[] = [
  { kind: "a private key", shape: /-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/ },
  { kind: "an age secret key", shape: /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}/ },
  { kind: "an AWS access key", shape: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { kind: "an Azure storage key", shape: /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/ },
  { kind: "an Anthropic API key", shape: /\bsk-ant-[A-Za-z0-9_-]{24,}/ },
  { kind: "a DigitalOcean token", shape: /\bdo[por]_v1_[0-9a-f]{64}\b/ },
  { kind: "a Docker Hub token", shape: /\bdckr_[po]at_[A-Za-z0-9_-]{20,}/ },
  { kind: "a GitHub token", shape: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/ },
  { kind: "a GitLab token", shape: /\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}/ },
  { kind: "a Google API key", shape: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { kind: "a Grafana token", shape: /\bgl(?:sa|c)_[A-Za-z0-9+/=_]{32,}/ },
  { kind: "a HashiCorp Vault token", shape: /\bhv[sb]\.[A-Za-z0-9_-]{24,}/ },
  { kind: "a Hugging Face token", shape: /\bhf_[A-Za-z0-9]{30}/ },
  { kind: "a JSON Web Token", shape: /\beyJ[A-Za-z0-9_-]{8,999}\.eyJ[A-Za-z0-9_-]{8,999}\.[A-Za-z0-9_-]{16}/ },
  { kind: "an npm token", shape: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: "an OpenAI API key", shape: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,}/ },
  { kind: "a PyPI token", shape: /\bpypi-AgE[A-Za-z0-9_-]{50,}/ },
  { kind: "a SendGrid key", shape: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/ },
  { kind: "a Slack token", shape: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { kind: "a Stripe key", shape: /\b[rs]k_live_[A-Za-z0-9]{16,}/ },
  { kind: "a Telegram bot token", shape: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/ },
];

const ANY_SHAPE = new RegExp(SHAPES.map(({ shape }) => shape.source).join("|"));

/** `scheme://user:password@host`, where the password is written out. */
const URL_PASSWORD = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{0,99}:([^\s/@"'<>]{1,199})@[^\s"'<>]/gi;

/** What a line has to hold for a name or a word in it to be of interest; wider than the names below. */
const SUSPICIOUS =
  /pass|pwd|secret|key|token|credential|salt|auth|hash|cookie|bearer|identified|\b(?:mysql|mariadb|curl|redis-cli|valkey-cli)|\buser \S{1,99} o(?:n|ff) /i;

/** Names whose value is a password whatever it looks like. */
const PASSWORD_NAME =
  /(?:^|[^a-z])(?:pass|passwd|passphrase|pwd|requirepass|masterauth|pgpass)(?:[^a-z]|$)|password|secret|(?:^|[_\-. ])(?:fernet|encryption|signing|private|secret|master|api|admin|auth|cookie|session|jwt)[_\-. ]?key(?:$|[^a-z])|apikey/i;
/** Names whose value is a secret if it looks random. */
const TOKEN_NAME =
  /token|credential|salt|(?:^|[^a-z])auth(?:[^a-z]|$)|(?:^|[_\-. ])key$|(?:^|[_\-. ])(?:hash|cookie|bearer)(?:$|[_\-. ])/i;
/** Names that speak about a secret without being one: where it is, how long, which kind, whose. */
const ABOUT_NAME = new RegExp(
  `(?:^|[_\\-.])(?:${[
    "account|alg|algorithm|attempts|attr|attribute|audience|authentication|authenticator|backend|bytes|claims?|class|column|command|config",
    "cost|count|dir|driver|enabled|disabled|encryption|endpoint|engine|env|expir\\w*|expiry|fields?|file|format|group|headers?|hint|host",
    "ids?|in|interval|issuer|iterations|label|len|length|lifetime|limit|manager|max|memory|message|methods?|min|mode|mount|names?",
    "password_key|path|period|plugin|policy|prefix|project|provider|provisioner|ref|reference|region|replace|required|reset|role",
    "rotation|rounds|scopes?|seconds|selector|service|size",
    "store|subject|template|timeout|title|ttl|age|type|kind|uri|url|usage|users?|usernames?|var|variable|version|volume",
  ].join("|")})$|public|pub_key|existing|encrypted|authorized|hashed`,
  "i",
);

/** Values that stand for another: references of ours and of shells, templates, look-ups, other places of a document. */
const REFERENCE = new RegExp(
  [
    /\$[{(]/,
    /(?:^|\W)\$[\w@*#]/,
    /`/,
    /\{\{/,
    /%\(|^%[a-z](?:\\n)?["']?$/,
    /%[A-Z_]+%/,
    /<[a-z _-]+>/i,
    /^[[{(]/,
    /^!/,
    /^[*&]\w/,
    /^[*x.]+$/i,
    /^\w[\w.]*\(/,
    /^(?:process\.env|os\.environ|import\.meta|env|config|settings|secrets|vault|request|args|self|this|var|local|data)\./,
  ]
    .map(({ source }) => source)
    .join("|"),
);
/** A variable of a program that is called for what it holds: `password=db_password`. */
const VARIABLE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*_(?:password|passwd|secret|token|key)$/;
const PLAIN =
  /^(?:true|false|yes|no|on|off|null|none|nil|required|optional|disabled|enabled|default|undefined|files|compat|prompt|~|-?\d+(?:\.\d+)?[a-z]{0,2}|)$/i;
/** Digits enough to be a password, and not a setting about one. */
const NUMERIC_PASSWORD = /^(?:123|1234|12345|\d{6,})$/;
const FILE_PATH = /^(?:\.{0,2}\/|~\/|[a-z]:\\|file:)/i;

/** Passwords that stand in manuals and are tried first by everyone. */
const DEFAULT_PASSWORDS = new Set(
  (
    "admin administrator admin123 admin1234 adminpass adminpass123! adminadmin airflow cola changeit changeme change-me change_me " +
    "changethis default demo docker example grafana guest guacadmin jenkins kong letmein minio minioadmin minio123 mlflow mongo mysql " +
    "oracle p@ssw0rd pass passw0rd passwd password password1 password123 postgres postgresql pwd rabbitmq redis rep-pass replicator " +
    "root rootroot secret secretpassword sonar standby super-secret supersecret superset test test123 tomcat toor user valkey welcome " +
    "zabbix zalando 123 1234 12345 123456 12345678 123456789 abc123 qwerty your-password your_password yourpassword mysecretpassword"
  ).split(" "),
);

export interface Literal {
  /** `default` is a password everyone knows; `secret` is one that nobody else should. */
  grade: "secret" | "default";
  /** For a sentence: "a private key", "a password". */
  kind: string;
  /** Line in a text of several, from 1. */
  line?: number;
}

/** What a value given under a name holds, if it is a secret, or if one is assigned in it: an environment variable, a label, a flag. */
export function secretIn(name: string, value: string): Literal | undefined {
  const shaped = secretShape(value);
  if (shaped !== undefined) return shaped;
  return namedSecret(name, value) ?? secretsInText(value)[0];
}

/** The secrets written into a text, at most one a line: a file, a command, a shell script. */
export function secretsInText(text: string): Literal[] {
  const shaped = ANY_SHAPE.test(text) || text.includes("://");
  if (!shaped && !SUSPICIOUS.test(text)) return [];
  const found: Literal[] = [];
  for (const [place, line] of text.split("\n").entries()) {
    const literal = (shaped ? secretShape(line) : undefined) ?? (SUSPICIOUS.test(line) ? assignedSecret(line) : undefined);
    if (literal !== undefined) found.push({ ...literal, line: place + 1 });
  }
  return found;
}

/** The secrets in a command: each argument by itself, each flag with the argument after it, and what the program is known to take. */
export function secretsInCommand(args: readonly string[]): { place: number; literal: Literal }[] {
  const [, handed = ""] = handedPassword(args.join(" ")) ?? [];
  return args.flatMap((argument, place) => {
    const [inside] = secretsInText(argument);
    if (inside !== undefined) return [{ place, literal: inside }];
    const flag = /^--?([A-Za-z][\w.-]*)$/.exec(args[place - 1] ?? "")?.[1];
    const named = flag === undefined || argument.startsWith("-") ? undefined : namedSecret(flag, argument);
    const literal = named ?? (handed !== "" && argument.endsWith(handed) ? namedSecret("password", handed) : undefined);
    return literal === undefined ? [] : [{ place, literal }];
  });
}

function secretShape(text: string): Literal | undefined {
  if (ANY_SHAPE.test(text)) {
    const shape = SHAPES.find((known) => known.shape.test(text));
    return { grade: "secret", kind: shape?.kind ?? "a key" };
  }
  if (!text.includes("://")) return undefined;
  for (const [, password = ""] of text.matchAll(URL_PASSWORD)) {
    if (!stands(password)) return { grade: gradeOf(password), kind: "a URL with a password" };
  }
  return undefined;
}

/**
 * `name: value`, `name = value`, `NAME=value`, `--name=value`; what follows in the line is not read. A colon with a space before
 * it and none after is psql's reference to a variable (`PASSWORD :'name'`).
 */
const ASSIGNMENT =
  /(?<![\w.$-]|\$\{)-{0,2}(["']?)([A-Za-z_][\w.-]{1,60})\1(?:\s{0,40}(?:=>|:=|=)\s{0,40}|:\s{0,40}|\s{1,40}:\s{1,40})("(?:[^"\\]|\\.){0,256}"|'[^']{0,256}'|[^\s"',;&|{}()[\]][^\s"',;&|})]{0,256})/g;

function assignedSecret(line: string): Literal | undefined {
  if (/^\s*(#|\/\/|;|--\s|\*)/.test(line)) return undefined;
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(line); match !== null; match = ASSIGNMENT.exec(line)) {
    const [whole, , name = "", raw = ""] = match;
    const literal = raw === name || VARIABLE.test(raw) ? undefined : namedSecret(name, unquoted(raw));
    if (literal !== undefined) return literal;
    // The value of one assignment can be the name of the next.
    ASSIGNMENT.lastIndex = match.index + whole.length - raw.length;
  }
  return bareSecret(line);
}

const unquoted = (text: string): string => text.replace(/^(["'])(.*)\1$/s, "$2");

/** Words that take their password as the next word, as configuration files, commands and SQL write it. */
const BARE_DIRECTIVE =
  /(?<![\w.-])(?:requirepass|masterauth|auth-pass\s{1,40}\S{1,99}|insecure-password|stats\s{1,40}auth|--[\w-]{0,40}pass(?:word)?|identified\s{1,40}by|password(?=\s{1,40}')|login\s{1,40}\S{1,99}\s{1,40}password(?!\s{1,40}:))\s{1,40}('[^']{0,256}'|\S{1,256})/gi;

/** Programs that take a password by a flag whose name does not say so. */
const HANDED = [
  /\b(?:redis|valkey)-cli\b[^|;&]{0,200}?\s-a\s{1,9}(\S{1,256})/,
  /\b(?:mysql|mariadb)(?:-?[a-z]{1,20})?\s(?:[^|;&]{0,200}?\s)?-p(\S{1,256})/,
  /\bcurl\s(?:[^|;&]{0,200}?\s)?(?:-u|--user)\s{1,9}["']?[^\s:"']{1,99}:([^\s"']{1,256})/,
];
const handedPassword = (text: string): RegExpExecArray | undefined =>
  HANDED.map((flag) => flag.exec(text)).find((match) => match !== null) ?? undefined;

/** A user of a Valkey or Redis access list, with a password after `>`. */
const ACL_USER = /^\s{0,40}user\s{1,9}\S{1,99}\s{1,9}(?:on|off)\s(?:[^>]{0,200}\s)?>(\S{1,256})/;
const ELEMENT = /<([A-Za-z_][\w.-]{1,60})>([^<\s]{1,256})<\//g;
const BEARER = /\bbearer\s{1,9}([\w.~+/=-]{16,256})/i;

function bareSecret(line: string): Literal | undefined {
  const [, password] = handedPassword(line) ?? ACL_USER.exec(line) ?? [];
  const [, token] = BEARER.exec(line) ?? [];
  const literal =
    (password === undefined ? undefined : namedSecret("password", unquoted(password))) ??
    (token === undefined ? undefined : namedSecret("token", token));
  if (literal !== undefined) return literal;
  for (const [, name = "", value = ""] of line.matchAll(ELEMENT)) {
    const inside = namedSecret(name, value);
    if (inside !== undefined) return inside;
  }
  for (const [, password = ""] of line.matchAll(BARE_DIRECTIVE)) {
    const literal = namedSecret("password", unquoted(password));
    if (literal !== undefined) return literal;
  }
  return undefined;
}

const MAX_NAME = 100;
const MAX_VALUE = 300;

function namedSecret(name: string, value: string): Literal | undefined {
  const text = value.slice(0, MAX_VALUE).trim();
  const spaced = name.slice(-MAX_NAME).replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  if (ABOUT_NAME.test(spaced)) return undefined;
  if (NUMERIC_PASSWORD.test(text) && PASSWORD_NAME.test(spaced)) return { grade: gradeOf(text), kind: "a password or key" };
  if (stands(text)) return undefined;
  if (PASSWORD_NAME.test(spaced)) {
    if (/\s/.test(text)) return undefined;
    return { grade: gradeOf(text), kind: "a password or key" };
  }
  if (TOKEN_NAME.test(spaced) && looksRandom(text)) return { grade: "secret", kind: "a token" };
  return undefined;
}

const gradeOf = (password: string): Literal["grade"] => (DEFAULT_PASSWORDS.has(password.toLowerCase()) ? "default" : "secret");

/** Whether a value stands for something else than itself. */
const stands = (value: string): boolean => REFERENCE.test(value) || PLAIN.test(value) || FILE_PATH.test(value);

const MIN_RANDOM_LENGTH = 16;
const MIN_BITS_PER_CHARACTER = 3;

/** Long, without spaces, of letters and digits mixed, and with the entropy of something drawn at random. */
function looksRandom(text: string): boolean {
  if (text.length < MIN_RANDOM_LENGTH || !/^[\w+/=.:~!@#%^&*-]+$/.test(text)) return false;
  return /\d/.test(text) && /[A-Za-z]/.test(text) && entropy(text) >= MIN_BITS_PER_CHARACTER;
}

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}
