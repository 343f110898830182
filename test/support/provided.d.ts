import "vitest";

/** What test/vitest.config.ts hands to the tests from the environment. */
declare module "vitest" {
  export interface ProvidedContext {
    simulations: number;
    simulationSeed: number | undefined;
  }
}
