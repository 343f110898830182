import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { audit } from "../../src/blueprints/audit.ts";
import { type Blueprint, type BlueprintInput, blueprintSchema } from "../../src/blueprints/schema.ts";

const TODAY = "2026-11-22";

function blueprint(resources: BlueprintInput["resources"], rest: Partial<BlueprintInput> = {}): Blueprint {
  return blueprintSchema.parse({ version: "1.0", name: "test", resources, ...rest });
}

/** A container with nothing to complain about. */
const sound = {
  image: "app:1.2.3@sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412",
  cpu: 1,
  memory_mb: 512,
  pids: 200,
  user: "1000:1000",
  read_only: true,
  cap_drop: ["ALL"],
  no_new_privileges: true,
  restart: "unless-stopped",
  networks: ["back"],
  healthcheck: { test: ["CMD", "app", "health"] },
};
const service = (specs: object, name = "app"): BlueprintInput["resources"][number] =>
  ({ type: "service", name, provider: "docker", specs: { ...sound, ...specs } }) as BlueprintInput["resources"][number];
const back = { type: "network", name: "back", provider: "docker", specs: { internal: true } } as const;

test("a sound blueprint has no finding and the full score", () => {
  const result = audit(blueprint([service({}), back]), { today: TODAY });
  expect(result.findings).toEqual([]);
  expect(result).toMatchObject({ score: 100, passed: true, deductions: [] });
});

describe("POST /api/v1/blueprints/audit", () => {
  const post = (body: unknown, query = "") =>
    exports.default.fetch(`http://localhost/api/v1/blueprints/audit${query}`, { method: "POST", body: JSON.stringify(body) });

  test("answers the audit", async () => {
    const response = await post(blueprint([service({ privileged: true }), back]));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ score: 75, passed: false, findings: [{ id: "AIC-C01", resource: "app" }] });
  });
});
