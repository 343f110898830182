import { containerRules } from "./containers.ts";
import { imageRules } from "./images.ts";
import { machineRules } from "./machines.ts";
import { networkRules } from "./network.ts";
import { resilienceRules } from "./resilience.ts";
import type { Rule } from "./rule.ts";
import { secretRules } from "./secrets.ts";

/** Every rule the audit runs. */
export const rules: readonly Rule[] = [
  ...containerRules,
  ...imageRules,
  ...networkRules,
  ...resilienceRules,
  ...secretRules,
  ...machineRules,
];
