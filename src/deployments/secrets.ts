import type { Secret } from "../blueprints/schema.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Issue, pointer } from "../validation/issue.ts";
import { nearest } from "../validation/nearest.ts";

/** Secrets by name; every value that was ever in force has its own version, from 1. */
export type SecretVersions = Readonly<Record<string, number>>;

/** The version in force of a secret; 0 while it has no value. A secret may be called `constructor`. */
export function versionOf(versions: SecretVersions, name: string): number {
  return Object.hasOwn(versions, name) ? (versions[name] ?? 0) : 0;
}

const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/** Safe in URLs, shells, YAML and connection strings alike. */
const PASSWORD = `${ALPHANUMERIC}-_`;

/** A value by recipe (see the blueprint's schema). `bytes(n)` gives n random bytes. */
export function generateSecret(recipe: string, bytes: (count: number) => Uint8Array): string {
  const [kind, size] = recipe.split(":");
  const length = Number(size ?? 0);
  switch (kind) {
    case "password":
      return draw(PASSWORD, length, bytes);
    case "alnum":
      return draw(ALPHANUMERIC, length, bytes);
    case "hex":
      return bytes(length).toHex();
    case "base64":
      return bytes(length).toBase64();
    case "fernet":
      // A Fernet key is 32 random bytes in URL-safe base64 (github.com/fernet/spec).
      return bytes(32).toBase64({ alphabet: "base64url" });
    case "uuid":
      return uuid(bytes(16));
    default:
      throw new Error(`No recipe "${kind}"; the blueprint's schema lets none of these in.`);
  }
}

/** Each character equally likely: bytes past the last whole multiple of the alphabet are thrown away. */
function draw(alphabet: string, length: number, bytes: (count: number) => Uint8Array): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of bytes(length - text.length)) {
      if (byte < limit) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** RFC 9562 §5.4. */
function uuid(random: Uint8Array): string {
  const hex = random
    .with(6, ((random[6] ?? 0) & 0x0f) | 0x40)
    .with(8, ((random[8] ?? 0) & 0x3f) | 0x80)
    .toHex();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The values that a deployment needs and has not got: given ones, and generated ones for what has a recipe. A secret that is
 * there already (`known`) keeps its value unless another is given.
 */
export function newSecrets(
  declared: readonly Secret[],
  given: Readonly<Record<string, string>>,
  known: SecretVersions,
  bytes: (count: number) => Uint8Array,
): Result<Record<string, string>, Issue[]> {
  const names = declared.map(({ name }) => name);
  const values = new Map(Object.entries(given));
  const has = (name: string) => versionOf(known, name) > 0;
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  const missing = declared.filter(({ name, generate }) => !values.has(name) && !has(name) && !generate);
  const issues: Issue[] = [
    ...unknown.map((name) => {
      const suggestion = nearest(name, names);
      const hint = suggestion === undefined ? undefined : `Did you mean "${suggestion}"?`;
      return {
        pointer: pointer(["secrets", name]),
        code: "unknown_secret",
        detail: `The blueprint has no secret "${name}".`,
        ...(hint ? { hint } : {}),
      };
    }),
    ...missing.map(({ name }) => ({
      pointer: pointer(["secrets", name]),
      code: "missing_secret",
      detail: `The secret "${name}" has no recipe, so its value has to be given.`,
      hint: `Send {"blueprint": …, "secrets": {"${name}": "…"}}, or give it a recipe such as "generate": "password:32".`,
    })),
  ];
  if (issues.length > 0) return fail(issues);
  const needed = declared.flatMap(({ name, generate }): [string, string][] => {
    const value = values.get(name);
    if (value !== undefined) return [[name, value]];
    return !has(name) && generate !== undefined ? [[name, generateSecret(generate, bytes)]] : [];
  });
  return ok(Object.fromEntries(needed));
}

const encoder = new TextEncoder();
/** NIST SP 800-38D §8.2: a random nonce of 96 bits. */
const NONCE_BYTES = 12;

/** Seals secrets for storage: AES-256-GCM under a key derived from a setting, bound to the place they are stored at. */
export class Vault {
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  static async open(setting: string): Promise<Vault> {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(setting));
    return new Vault(await crypto.subtle.importKey("raw", digest, "AES-GCM", false, ["encrypt", "decrypt"]));
  }

  /** `place` is part of what is authenticated: a sealed value copied elsewhere does not open. */
  async seal(text: string, place: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: encoder.encode(place) },
      this.#key,
      encoder.encode(text),
    );
    return Uint8Array.from([...iv, ...new Uint8Array(sealed)]).toBase64();
  }

  /** Throws when the key is another one, or the text was changed or moved. */
  async unseal(sealed: string, place: string): Promise<string> {
    const bytes = Uint8Array.fromBase64(sealed);
    const iv = bytes.slice(0, NONCE_BYTES);
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv, additionalData: encoder.encode(place) },
      this.#key,
      bytes.slice(NONCE_BYTES),
    );
    return new TextDecoder().decode(text);
  }
}
