import { readFile, writeFile } from "node:fs/promises";
import { BUCKETS, featuresOf } from "./features.ts";

/**
 * Trains the intent model: `node src/conversation/intent/train.ts` reads messages.txt, cross-validates, prints the figures and
 * writes model.json. Multinomial logistic regression by AdaGrad with weight decay; seeded, so the same messages give the same model.
 */

const FOLDS = 5;
const EPOCHS = Number(process.env["EPOCHS"] ?? 30);
const RATE = 0.5;
const DECAY = Number(process.env["DECAY"] ?? 1e-5);
/** Ways a message with slots is filled in, and copies with a typing mistake. */
const FILLINGS = 3;

const SLOTS: Record<string, string[]> = {
  T: "simple-web-app|redis-cluster|ha-web-app|postgres-ha|observability-stack|api-gateway|microservices-k8s|data-pipeline|ml-training|zero-trust-network|the web app|the k8s one|the pipeline one|my-template|the observability template".split(
    "|",
  ),
  K: "postgres|redis|kafka|kubernetes|grafana|prometheus|nginx|haproxy|mysql|mongodb|wordpress|spark|airflow|etcd|varnish|istio|traefik|rabbitmq|elasticsearch|mtls|a load balancer|cache|monitoring|logging|gpu|vpn|sentinel|service mesh|queue|object storage|patroni|kong|envoy|jupyter|loki|minio|keycloak|web|database|node".split(
    "|",
  ),
  N: "2|3|4|5|8|10|16|50|100|300|500|1000|1.5".split("|"),
  H: "my docker host|proxmox|docker|the server|my cluster|production|the fake provider|our hosts".split("|"),
  U: "100|5000|10k|50k|100k|20000|1 million|300".split("|"),
};

interface Line {
  label: number;
  text: string;
}

interface Sample {
  label: number;
  slots: number[];
}

const file = (name: string): URL => new URL(name, import.meta.url);

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = randomFrom(20_26);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const labels: string[] = [];
const lines: Line[] = [];
for (const line of (await readFile(file("messages.txt"), "utf8")).split("\n")) {
  if (line.startsWith("## ")) labels.push(line.slice(3));
  else if (line !== "" && !line.startsWith("#")) lines.push({ label: labels.length - 1, text: line });
}

function fill(text: string): string {
  return text.replace(/\{(\w)\}/g, (_, slot: string) => pick(SLOTS[slot] ?? [""]));
}

function withTypo(text: string): string {
  if (text.length < 6) return text;
  const at = 1 + Math.floor(random() * (text.length - 2));
  const kind = random();
  if (kind < 0.4) return text.slice(0, at) + (text[at + 1] ?? "") + (text[at] ?? "") + text.slice(at + 2);
  return kind < 0.7 ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + (text[at] ?? "") + text.slice(at);
}

function samplesOf(chosen: readonly Line[]): Sample[] {
  return chosen.flatMap(({ label, text }) => {
    const filled = text.includes("{") ? Array.from({ length: FILLINGS }, () => fill(text)) : [text];
    return filled.flatMap((message) => [message, withTypo(message)]).map((message) => ({ label, slots: featuresOf(message) }));
  });
}

const K = labels.length;

function train(samples: Sample[]): Float32Array {
  const weights = new Float32Array((BUCKETS + 1) * K);
  const squares = new Float32Array(weights.length).fill(1e-3);
  const share = samples.length / K;
  const counts = labels.map((_, label) => samples.filter((sample) => sample.label === label).length);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let index = samples.length - 1; index > 0; index--) {
      const other = Math.floor(random() * (index + 1));
      [samples[index], samples[other]] = [samples[other] as Sample, samples[index] as Sample];
    }
    for (const { label, slots } of samples) {
      const value = 1 / Math.sqrt(slots.length);
      const p = softmax(scores(weights, slots), 1);
      const importance = Math.sqrt(share / (counts[label] ?? share));
      for (let k = 0; k < K; k++) {
        const error = ((p[k] ?? 0) - (k === label ? 1 : 0)) * importance;
        for (const slot of [...slots, BUCKETS]) {
          const at = slot * K + k;
          const weight = weights[at] ?? 0;
          const gradient = error * (slot === BUCKETS ? 1 : value) + DECAY * weight;
          const square = (squares[at] ?? 0) + gradient * gradient;
          squares[at] = square;
          weights[at] = weight - (RATE * gradient) / Math.sqrt(square);
        }
      }
    }
  }
  return weights;
}

function scores(weights: ArrayLike<number>, slots: readonly number[]): number[] {
  const value = 1 / Math.sqrt(slots.length);
  return labels.map((_, k) =>
    slots.reduce((sum, slot) => sum + (weights[slot * K + k] ?? 0) * value, weights[BUCKETS * K + k] ?? 0),
  );
}

function softmax(values: readonly number[], temperature: number): number[] {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp((value - top) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

interface Judged {
  label: number;
  scores: number[];
}

const accuracy = (judged: readonly Judged[]): number =>
  judged.filter(({ label, scores: given }) => given.indexOf(Math.max(...given)) === label).length / judged.length;

/** The temperature at which the probabilities of unseen messages are the most believable (least log loss). */
function calibrate(judged: readonly Judged[]): number {
  let best = { temperature: 1, loss: Number.POSITIVE_INFINITY };
  for (let temperature = 0.3; temperature < 6; temperature += 0.05) {
    const loss =
      -judged.reduce(
        (sum, { label, scores: given }) => sum + Math.log(Math.max(1e-9, softmax(given, temperature)[label] ?? 0)),
        0,
      ) / judged.length;
    if (loss < best.loss) best = { temperature, loss };
  }
  return best.temperature;
}

/** Four bits a weight: -7 … 7 times one step, two to a byte. */
function quantise(weights: Float32Array): { step: number; bytes: Uint8Array; rounded: Float32Array } {
  const sorted = [...weights].map(Math.abs).toSorted((a, b) => a - b);
  const step = (sorted[Math.floor(sorted.length * 0.995)] ?? 1) / 7;
  const level = (weight: number): number => Math.max(-7, Math.min(7, Math.round(weight / step)));
  const bytes = new Uint8Array(Math.ceil(weights.length / 2));
  const rounded = new Float32Array(weights.length);
  for (const [index, weight] of weights.entries()) {
    rounded[index] = level(weight) * step;
    bytes[index >> 1] = (bytes[index >> 1] ?? 0) | ((level(weight) + 8) << (index % 2 === 0 ? 0 : 4));
  }
  return { step, bytes, rounded };
}

const shuffled = lines
  .map((line) => ({ line, key: random() }))
  .toSorted((a, b) => a.key - b.key)
  .map(({ line }) => line);
const judged: Judged[] = [];
for (let fold = 0; fold < FOLDS; fold++) {
  const weights = quantise(train(samplesOf(shuffled.filter((_, index) => index % FOLDS !== fold)))).rounded;
  for (const { label, text } of shuffled.filter((_, index) => index % FOLDS === fold))
    judged.push({ label, scores: scores(weights, featuresOf(fill(text))) });
}
const temperature = calibrate(judged);
console.info(
  `${lines.length} messages, cross-validated accuracy ${accuracy(judged).toFixed(3)}, temperature ${temperature.toFixed(2)}`,
);

const { step, bytes, rounded } = quantise(train(samplesOf(lines)));
const extra = process.argv[2];
if (extra !== undefined) {
  const unseen = (await readFile(extra, "utf8")).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const results = unseen.map((line): Judged & { text: string } => {
    const [label = "", text = ""] = line.split("\t");
    return { label: labels.indexOf(label), scores: scores(rounded, featuresOf(text)), text };
  });
  console.info(`${extra}: accuracy ${accuracy(results).toFixed(3)} of ${results.length}`);
}
await writeFile(
  file("model.json"),
  `${JSON.stringify({ labels, step: Number((step / temperature).toPrecision(6)), weights: Buffer.from(bytes).toString("base64") })}\n`,
);
