import { describe, expect, test } from "vitest";
import { familiarName, parseImage, tagVersion } from "../../src/blueprints/image.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

/** Cases of the reference grammar (distribution/reference), each with what a Docker engine makes of it. */
describe("image references", () => {
  test.each([
    ["nginx", { registry: "docker.io", repository: "library/nginx" }],
    ["nginx:1.30.4-alpine", { registry: "docker.io", repository: "library/nginx", tag: "1.30.4-alpine" }],
    ["valkey/valkey:9", { registry: "docker.io", repository: "valkey/valkey", tag: "9" }],
    ["quay.io/coreos/etcd:v3.6.14", { registry: "quay.io", repository: "coreos/etcd", tag: "v3.6.14" }],
    ["localhost/app", { registry: "localhost", repository: "app" }],
    ["localhost:5000/team/app_x", { registry: "localhost:5000", repository: "team/app_x" }],
    ["registry:5000", { registry: "docker.io", repository: "library/registry", tag: "5000" }],
    ["index.docker.io/library/nginx", { registry: "docker.io", repository: "library/nginx" }],
    ["Registry.Example.com/app", { registry: "Registry.Example.com", repository: "app" }],
    [`busybox:1@${digest}`, { registry: "docker.io", repository: "library/busybox", tag: "1", digest }],
    ["a/b__c/d---e/f.g", { registry: "docker.io", repository: "a/b__c/d---e/f.g" }],
  ])("%s is understood", (text, reference) => {
    expect(parseImage(text)).toEqual({ ok: true, value: reference });
  });

  test.each([
    ["", "empty part"],
    ["a//b", "empty part"],
    ["Nginx", "lower case"],
    ["nginx:", "not a tag"],
    ["nginx:-x", "not a tag"],
    [`nginx:${"x".repeat(129)}`, "not a tag"],
    ["nginx@latest", "not a digest"],
    [`nginx@sha256:${"0".repeat(63)}`, "not a digest"],
    ["a..b/c", "host name"],
    ["x/a___b", "not part of an image's name"],
    ["x/a_", "not part of an image's name"],
    ["f".repeat(64), "id"],
    [`x/${"a".repeat(255)}`, "255"],
  ])("%s is refused", (text, why) => {
    const parsed = parseImage(text);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.error).toContain(why);
  });

  test("are shown as people write them", () => {
    const shown = (text: string) => {
      const parsed = parseImage(text);
      return parsed.ok ? familiarName(parsed.value) : "";
    };
    expect(["docker.io/library/nginx:1", "valkey/valkey", "quay.io/coreos/etcd"].map(shown)).toEqual([
      "nginx",
      "valkey/valkey",
      "quay.io/coreos/etcd",
    ]);
  });

  test("the version is the numbers a tag starts with", () => {
    expect(["18.6-alpine", "v3.6.14", "latest", undefined].map(tagVersion)).toEqual([[18, 6], [3, 6, 14], [], []]);
  });
});
