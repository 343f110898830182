/**
 * Streams a chat answer, or with --generate a blueprint. Needs nothing but Node 22.18 or newer (or Deno, or Bun):
 *
 *     node examples/streaming_client.ts "I need a high-availability web application"
 *     node examples/streaming_client.ts --generate "Kubernetes microservices platform with monitoring" > blueprint.json
 *
 * Words go to the terminal as they arrive; the blueprint, when there is one, to the standard output if that is a file.
 * AI_CDN_URL names the server (http://localhost:8000), AI_CDN_TOKEN an API token where one is needed.
 */

const url = process.env["AI_CDN_URL"] ?? "http://localhost:8000";
const token = process.env["AI_CDN_TOKEN"];

export interface Blueprint {
  name: string;
  resources: unknown[];
}

type Event =
  | { type: "intent"; data: { intent: string; confidence: number } }
  | { type: "text" | "thinking" | "status" | "restart" | "warning"; data: string }
  | { type: "resource"; data: unknown }
  | { type: "blueprint"; data: Blueprint }
  | { type: "error"; data: string; request_id: string }
  | { type: "done"; data: "complete"; model: string };

/** Each event of a conversation. An event is one `data:` line, which may arrive in several chunks. */
async function* stream(path: string, body: object): AsyncGenerator<Event> {
  const response = await fetch(`${url}/api/v1/conversation/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  if (!response.ok || response.body === null) throw new Error(((await response.json()) as { detail: string }).detail);
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) yield JSON.parse(line.slice(6)) as Event;
  }
}

async function main(args: readonly string[]): Promise<void> {
  const text = args.filter((word) => word !== "--generate").join(" ") || "I need a high-availability web application";
  const events = args.includes("--generate")
    ? stream("generate-blueprint-stream", { description: text })
    : stream("chat-stream", { message: text });
  let blueprint: Blueprint | undefined;
  const say = (words: string) => process.stderr.write(words);
  for await (const event of events) {
    switch (event.type) {
      case "intent":
        say(`[${event.data.intent}, ${Math.round(event.data.confidence * 100)}% sure]\n`);
        break;
      case "text":
        say(event.data);
        break;
      case "status":
      case "warning":
      case "restart":
        say(`\n[${event.type}] ${event.data}\n`);
        break;
      case "blueprint":
        blueprint = event.data;
        break;
      case "error":
        throw new Error(`${event.data} (request ${event.request_id})`);
      case "done":
        say(`\n✅ Complete (${event.model})\n`);
    }
  }
  if (blueprint === undefined) return;
  say(`Blueprint: ${blueprint.name}, ${blueprint.resources.length} resources\n`);
  if (!process.stdout.isTTY) process.stdout.write(`${JSON.stringify(blueprint, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === "fetch failed";
  const reason = unreachable ? `No server answers at ${url}. Start one with: npm run dev` : (error as Error).message;
  process.stderr.write(`\n${reason}\n`);
  process.exitCode = 1;
}
