import { describe, expect, test } from "vitest";
import { fix } from "../../src/blueprints/fix.ts";
import { type Blueprint, blueprintSchema } from "../../src/blueprints/schema.ts";
import { validate } from "../../src/blueprints/validate.ts";
import { call } from "../support/api.ts";
import { blueprintOf, container, type ResourceInput, TODAY } from "./sound.ts";

const options = { today: TODAY };

const bare = (image: string, specs: object = {}, name = "app"): ResourceInput =>
  ({ type: "service", name, provider: "docker", specs: { image, networks: ["back"], ...specs } }) as unknown as ResourceInput;

const specsOf = (blueprint: Blueprint) => blueprint.resources[0]?.specs as Record<string, unknown>;
const fixed = (resource: ResourceInput, rest = {}) => specsOf(fix(blueprintOf(resource, rest), options).blueprint);

describe("what is mended", () => {
  test("a known image by its own needs, tag, limits and health check included", () => {
    const specs = fixed(bare("postgres:alpine", { volumes: [{ name: "data", target: "/var/lib/postgresql" }] }));
    expect(specs).toMatchObject({
      image: "postgres:18.6-alpine",
      cap_drop: ["ALL"],
      cap_add: expect.arrayContaining(["CHOWN", "SETUID", "SETGID"]),
      no_new_privileges: true,
      cpu: expect.any(Number),
      memory_mb: expect.any(Number),
      pids: expect.any(Number),
      restart: "unless-stopped",
      healthcheck: { test: ["CMD-SHELL", "pg_isready -U ${POSTGRES_USER:-postgres}"] },
    });
  });

  test.each([
    ["nginx", "nginx:1.30.4"],
    ["nginx:latest", "nginx:1.30.4"],
    ["nginx:alpine", "nginx:1.30.4-alpine"],
    ["docker.io/library/nginx", "docker.io/library/nginx:1.30.4"],
    ["quay.io/coreos/etcd:latest", "quay.io/coreos/etcd:v3.6.14"],
  ])("%s is pinned as %s", (image, pinned) => {
    expect(fixed(bare(image)).image).toBe(pinned);
  });

  test("a data port is published on the loopback address alone", () => {
    expect(fixed(container({ ports: [{ container: 5432, host: 5432 }] })).ports).toEqual([
      { container: 5432, host: 5432, host_ip: "127.0.0.1" },
    ]);
  });

  test("restarts without end stop after five", () => {
    expect(fixed(container({ restart: "on-failure" })).restart).toBe("on-failure:5");
  });
});

describe("what is left alone, because it could break", () => {
  test("an unknown image keeps its capabilities, its tag and its size", () => {
    const specs = fixed(bare("shop/app:latest"));
    expect(specs).toEqual({
      image: "shop/app:latest",
      networks: ["back"],
      pids: expect.any(Number),
      restart: "unless-stopped",
    });
  });

  test.each([
    ["a variant that is not known", "nginx:stable-otel"],
    ["a version", "nginx:1.28.0"],
    ["an image that is abandoned", "bitnami/postgresql:latest"],
  ])("%s: %s", (_, image) => {
    expect(fixed(bare(image)).image).toBe(image);
  });

  test("PostgreSQL with its volume at the old place is not moved to a version that refuses it", () => {
    const specs = fixed(bare("postgres", { volumes: [{ name: "data", target: "/var/lib/postgresql/data" }] }));
    expect(specs.image).toBe("postgres");
  });

  test("a port for callers, privileged, secrets and a restart that was chosen", () => {
    const specs = {
      ports: [{ container: 8443, host: 8443 }],
      privileged: true,
      env: { DB_PASSWORD: "hunter2" },
      restart: "no",
    };
    const { changes } = fix(blueprintOf(container(specs)), options);
    expect(changes).toEqual([]);
  });

  test("a health check where the command or the configuration is not the image's own", () => {
    expect(fixed(bare("valkey/valkey:9.1.2", { command: ["valkey-server", "--port", "7000"] }))).not.toHaveProperty(
      "healthcheck",
    );
  });

  test("an accepted finding", () => {
    const metadata = { audit_ignore: [{ rule: "AIC-R03", reason: "Forks by the thousand, as it should." }] };
    expect(fix(blueprintOf(container({ pids: undefined }), { metadata }), options).changes).toEqual([]);
  });

  test("the blueprint that was given", () => {
    const blueprint = blueprintOf(bare("nginx"));
    const copy = structuredClone(blueprint);
    fix(blueprint, options);
    expect(blueprint).toEqual(copy);
  });
});

test("every change says the rule, the place, what was there, what is there now and why", () => {
  const { changes } = fix(blueprintOf(bare("nginx:latest", { cap_add: ["SYS_NICE"] })), options);
  expect(changes).toContainEqual({
    rule: "AIC-I01",
    resource: "app",
    pointer: "#/resources/0/specs/image",
    from: "nginx:latest",
    to: "nginx:1.30.4",
    why: expect.any(String),
  });
  const added = changes.find(({ pointer }) => pointer.endsWith("/cap_add"));
  expect(added).toMatchObject({ from: ["SYS_NICE"], to: expect.arrayContaining(["SYS_NICE", "NET_BIND_SERVICE"]) });
});

test("the fixed blueprint is valid, audits better, and has nothing left to mend", () => {
  const blueprint = blueprintOf([bare("nginx"), bare("redis", {}, "cache"), bare("grafana/grafana", {}, "grafana")]);
  const { blueprint: result, before, after } = fix(blueprint, options);
  expect(blueprintSchema.parse(result)).toEqual(result);
  expect(validate(result).errors).toEqual(validate(blueprint).errors);
  expect(after.score).toBeGreaterThan(before.score);
  expect(after.findings.filter(({ fixable }) => fixable)).toEqual([]);
  expect(fix(result, options).changes).toEqual([]);
});

test("POST /api/v1/blueprints/audit?fix=true answers the fixed blueprint, which can be posted again", async () => {
  const answer = await call("POST", "/blueprints/audit?fix=true&fail_on=low", blueprintOf(bare("nginx")));
  expect(answer.status).toBe(200);
  expect(answer.body.changes.length).toBeGreaterThan(3);
  expect(answer.body.after.score).toBeGreaterThan(answer.body.before.score);
  expect(answer.body.after.fail_on).toBe("low");
  const again = await call("POST", "/blueprints/audit", answer.body.blueprint);
  expect(again.body.score).toBe(answer.body.after.score);
});
