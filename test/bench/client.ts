import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";

/** Reads streams and measures them; latencies in milliseconds. */

const microseconds = (): number => Number(process.hrtime.bigint() / 1000n);

/** Where one kind of stream is asked for. */
export interface Endpoint {
  url: string;
  headers?: Record<string, string>;
  body: string;
}

export interface Run {
  /** From sending the request to the first byte of the body. */
  firstByteMs: number;
  totalMs: number;
  /** From the model's write of a token to its arrival here, one each token. */
  latenciesMs: number[];
  /** Whether the stream said that it is complete. */
  complete: boolean;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

export function open({ url, headers = {}, body }: Endpoint, onResponse: (response: IncomingMessage) => void): ClientRequest {
  const client = request(
    url,
    { method: "POST", agent, headers: { "content-type": "application/json", ...headers } },
    onResponse,
  );
  client.end(body);
  return client;
}

/** Reads one stream to its end. */
export function readStream(endpoint: Endpoint): Promise<Run> {
  return new Promise((resolve, reject) => {
    const began = microseconds();
    let firstByteMs = Number.NaN;
    let tail = "";
    const latenciesMs: number[] = [];
    const client = open(endpoint, (response) => {
      response.setEncoding("utf8");
      response.on("error", reject);
      response.on("data", (chunk: string) => {
        const now = microseconds();
        if (Number.isNaN(firstByteMs)) firstByteMs = (now - began) / 1000;
        const text = tail + chunk;
        let end = 0;
        for (const match of text.matchAll(/@(\d+)@/g)) {
          latenciesMs.push((now - Number(match[1])) / 1000);
          end = match.index + match[0].length;
        }
        tail = text.slice(Math.max(end, text.length - 200));
      });
      response.on("end", () => {
        const complete = response.statusCode === 200 && /\[DONE\]|"type":"done"/.test(tail);
        resolve({ firstByteMs, totalMs: (microseconds() - began) / 1000, latenciesMs, complete });
      });
    });
    client.on("error", reject);
  });
}

/** The value below which this share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
