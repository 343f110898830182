import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  plugins: [cloudflareTest({ wrangler: { configPath: "wrangler.toml" }, remoteBindings: false })],
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    testTimeout: 20_000,
    provide: {
      simulations: Number(process.env["SIMULATIONS"] ?? 2_000),
      simulationSeed: process.env["SIMULATION_SEED"] === undefined ? undefined : Number(process.env["SIMULATION_SEED"]),
    },
  },
});
