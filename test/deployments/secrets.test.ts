import * as fc from "fast-check";
import { expect, test } from "vitest";
import { secretsIn, withSecrets } from "../../src/blueprints/secrets.ts";
import { objectsOf } from "../../src/deployments/objects.ts";
import { generateSecret, newSecrets, Vault } from "../../src/deployments/secrets.ts";
import { fakeBlueprint } from "../support/blueprints.ts";

const bytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));

test("every recipe gives what it says", () => {
  expect(generateSecret("password:32", bytes)).toMatch(/^[\w-]{32}$/);
  expect(generateSecret("alnum:24", bytes)).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(generateSecret("hex:16", bytes)).toMatch(/^[0-9a-f]{32}$/);
  expect(atob(generateSecret("base64:33", bytes))).toHaveLength(33);
  expect(generateSecret("fernet", bytes)).toMatch(/^[\w-]{43}=$/);
  expect(generateSecret("uuid", bytes)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("every character of a password is equally likely", () => {
  const counts = new Map<string, number>();
  for (const character of generateSecret("alnum:999", bytes)) counts.set(character, (counts.get(character) ?? 0) + 1);
  // Every byte value once: what does not divide evenly is drawn again instead of favouring the first letters.
  let next = 0;
  const all = generateSecret("alnum:248", (count) => Uint8Array.from({ length: count }, () => next++ % 256));
  const even = new Map<string, number>();
  for (const character of all) even.set(character, (even.get(character) ?? 0) + 1);
  expect(new Set(even.values())).toEqual(new Set([4]));
  expect(counts.size).toBe(62);
});

test("what is given is taken, what has a recipe is made, what is there stays, and the rest is asked for", () => {
  const declared = [{ name: "made", generate: "hex:8" }, { name: "given" }, { name: "kept" }];
  const made = newSecrets(declared, { given: "x" }, { kept: 1 }, bytes);
  expect(made).toMatchObject({ ok: true, value: { given: "x", made: expect.stringMatching(/^[0-9a-f]{16}$/) } });
  expect(made.ok && Object.keys(made.value).toSorted()).toEqual(["given", "made"]);
  const wrong = newSecrets(declared, { givn: "x" }, {}, bytes);
  expect(wrong).toMatchObject({
    ok: false,
    error: [
      { pointer: "#/secrets/givn", hint: 'Did you mean "given"?' },
      { pointer: "#/secrets/given", code: "missing_secret" },
      { pointer: "#/secrets/kept", code: "missing_secret" },
    ],
  });
});

test("references are found and replaced wherever they stand, and nothing else is touched", () => {
  const specs = {
    env: { A: { secret: "one" }, B: "postgres://app:${secret.two}@db/${HOME}", C: { secret: "one", other: 1 } },
    files: [{ content: "pw=${secret.two}\n" }],
  };
  expect([...secretsIn(specs)].toSorted()).toEqual(["one", "two"]);
  const filled = withSecrets(
    specs,
    new Map([
      ["one", "1"],
      ["two", "$&2"],
    ]),
  );
  expect(filled).toEqual({
    env: { A: "1", B: "postgres://app:$&2@db/${HOME}", C: { secret: "one", other: 1 } },
    files: [{ content: "pw=$&2\n" }],
  });
});

test("what is sealed opens with its key at its place, and with no other", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
      const vault = await Vault.open("a key of some length");
      const sealed = await vault.seal(text, "d1/db/1");
      expect(await vault.unseal(sealed, "d1/db/1")).toBe(text);
      expect(await vault.seal(text, "d1/db/1"), "the same text is sealed differently each time").not.toBe(sealed);
      await expect(vault.unseal(sealed, "d2/db/1")).rejects.toThrow();
      await expect((await Vault.open("another key")).unseal(sealed, "d1/db/1")).rejects.toThrow();
    }),
    { numRuns: 50 },
  );
});

test("a secret may be called what every object has", () => {
  const made = newSecrets([{ name: "constructor", generate: "password:32" }], {}, {}, (count) => new Uint8Array(count));
  expect(made).toEqual({ ok: true, value: { constructor: "A".repeat(32) } });
  expect(newSecrets([{ name: "constructor" }], {}, {}, (count) => new Uint8Array(count)).ok).toBe(false);
  const blueprint = fakeBlueprint("named", { a: { specs: { env: { KEY: { secret: "constructor" } } } } });
  expect(objectsOf(blueprint)[0]?.secrets).toEqual({ constructor: 0 });
});
