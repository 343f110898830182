import { audit } from "../../src/blueprints/audit.ts";
import { estimate } from "../../src/blueprints/estimate.ts";
import { fix } from "../../src/blueprints/fix.ts";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { validate } from "../../src/blueprints/validate.ts";

/** What judging the largest blueprint costs: 200 resources with files, ports, volumes and dependencies. */
const document = {
  version: "1.0",
  name: "large",
  resources: Array.from({ length: 200 }, (_, index) => {
    const name = `r${index}`;
    if (index < 10) return { type: "network", name, provider: "docker", specs: { internal: index > 0 } };
    if (index < 40) return { type: "storage", name, provider: "docker", specs: { disk_gb: 20 } };
    return {
      type: "service",
      name,
      provider: "docker",
      specs: {
        image: `registry.example/app:${index}`,
        cpu: 0.5,
        memory_mb: 512,
        env: { MODE: "production", PEER: `r${index - 1}` },
        files: [{ path: "/etc/app.conf", content: `name = ${name}\n`.repeat(30) }],
        ports: [{ container: 8080, host: 10_000 + index, host_ip: "127.0.0.1" }],
        volumes: [{ name: `r${10 + (index % 30)}`, target: "/data" }],
        networks: [`r${index % 10}`],
        healthcheck: { test: ["CMD", "true"] },
      },
      dependencies: index < 60 ? [] : [`r${index - 20}`],
    };
  }),
};

const verdict = validate(document);
if (!verdict.valid) throw new Error(JSON.stringify(verdict.errors.slice(0, 3)));
const blueprint: Blueprint = verdict.blueprint;
const today = "2026-01-01";

const RUNS = 40;
function measure(work: () => unknown): { p50: number; p99: number } {
  for (let run = 0; run < 10; run++) work();
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  }).toSorted((a, b) => a - b);
  return { p50: times[Math.floor(RUNS / 2)] ?? 0, p99: times.at(-1) ?? 0 };
}

const text = JSON.stringify(document);
const parse = measure(() => JSON.parse(text));
const works: [string, () => unknown][] = [
  ["validate", () => validate(document)],
  ["estimate", () => estimate(blueprint)],
  ["audit", () => audit(blueprint, { today })],
  ["fix", () => fix(blueprint, { today })],
];
console.log(`200 resources, ${Math.round(text.length / 1024)} KiB; JSON.parse of it: ${parse.p50.toFixed(2)} ms`);
for (const [what, work] of works) {
  const { p50, p99 } = measure(work);
  console.log(
    `${what.padEnd(10)} p50 ${p50.toFixed(1)} ms, slowest ${p99.toFixed(1)} ms, ${(p50 / parse.p50).toFixed(0)} times JSON.parse`,
  );
}
