import { INTENTS, type Intent } from "../llm/task.ts";
import { BUCKETS, featuresOf } from "./intent/features.ts";
import model from "./intent/model.json";

/** What a message is about, and how likely that is: of those with a confidence of 0.9, nine in ten are right. */
export interface Classification {
  intent: Intent;
  confidence: number;
}

/** What the request carries beside the message. */
export interface Surroundings {
  blueprint: boolean;
  deployment: boolean;
}

/** Added to a score (in nats) when the request carries something to change, or to manage. */
const WITH_BLUEPRINT: Partial<Record<Intent, number>> = { create_blueprint: -0.7, customize_template: 0.7 };
const WITH_DEPLOYMENT: Partial<Record<Intent, number>> = { manage_deployment: 0.7 };

/** Nothing said in a few words is certain. */
const MOST_SURE = 0.99;

const LABELS = model.labels.filter((label): label is Intent => (INTENTS as readonly string[]).includes(label));

/** Finds the intent of a message here, without asking any model: a linear model over words and pieces of words. */
export function classify(
  message: string,
  { blueprint, deployment }: Surroundings = { blueprint: false, deployment: false },
): Classification {
  const slots = featuresOf(message);
  const scores = LABELS.map((label, index) => {
    const context = (blueprint ? (WITH_BLUEPRINT[label] ?? 0) : 0) + (deployment ? (WITH_DEPLOYMENT[label] ?? 0) : 0);
    return scoreOf(index, slots) + context;
  });
  const top = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
  const intent = LABELS[scores.indexOf(top)] ?? "general";
  return { intent, confidence: Math.min(MOST_SURE, Math.round(100 / total) / 100) };
}

/** Made on first use: starting the Worker does not wait for it. */
let weights: Uint8Array | undefined;

/** Weights are four bits each, two to a byte, from -7 to 7 steps; the last row is the bias. */
function weightAt(index: number): number {
  weights ??= Uint8Array.from(atob(model.weights), (char) => char.charCodeAt(0));
  const byte = weights[index >> 1] ?? 0;
  return ((index % 2 === 0 ? byte & 15 : byte >> 4) - 8) * model.step;
}

function scoreOf(label: number, slots: readonly number[]): number {
  const sum = slots.reduce((total, slot) => total + weightAt(slot * LABELS.length + label), 0);
  return sum / Math.sqrt(slots.length) + weightAt(BUCKETS * LABELS.length + label);
}
