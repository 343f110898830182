/**
 * The complete workflow: list templates, get one, let the AI customise it, deploy the result, watch it.
 *
 *     node examples/workflow.ts
 *
 * Needs nothing but Node 22.18 or newer. AI_CDN_URL names the server (http://localhost:8000), AI_CDN_TOKEN an API token where
 * one is needed. Where no target is configured the deployment is a rehearsal: nothing is touched.
 */

const url = process.env["AI_CDN_URL"] ?? "http://localhost:8000";
const token = process.env["AI_CDN_TOKEN"];

export interface Blueprint {
  name: string;
  resources: unknown[];
}

interface Operation {
  kind: string;
  resource: string;
  state: string;
}

type Event =
  | { type: "text" | "status" | "warning" | "log"; data: string }
  | { type: "blueprint"; data: Blueprint }
  | { type: "operation"; data: Operation }
  | { type: "error"; data: string }
  | { type: "done"; data: string };

async function request(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(((await response.json()) as { detail: string }).detail);
  return response;
}

async function json<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
  return (await (await request(method, path, body)).json()) as T;
}

/** Each event of a stream. An event is one `data:` line, which may arrive in several chunks. */
async function* events(response: Response): AsyncGenerator<Event> {
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const event = JSON.parse(line.slice(6)) as Event;
      if (event.type === "error") throw new Error(event.data);
      yield event;
    }
  }
}

async function deployFromTemplate(): Promise<void> {
  const say = (text: string) => process.stdout.write(text);

  say("📋 Available templates:\n");
  const { templates } = await json<{ templates: { name: string; complexity: string }[] }>("GET", "/api/v1/templates/");
  for (const { name, complexity } of templates.slice(0, 3)) say(`  - ${name} (${complexity})\n`);

  say("\n🔍 Getting HA web app template...\n");
  let { blueprint } = await json<{ blueprint: Blueprint }>("GET", "/api/v1/templates/ha-web-app");
  say(`  ${blueprint.resources.length} resources\n`);

  say("\n🤖 AI customizing template...\n");
  const message = "Customize ha-web-app template for e-commerce with 50k daily users";
  for await (const event of events(await request("POST", "/api/v1/conversation/chat-stream", { message }))) {
    if (event.type === "text") say(event.data);
    if (event.type === "blueprint") blueprint = event.data;
  }

  say("\n\n🚀 Deploying blueprint...\n");
  interface Accepted {
    deployment_id: string;
    rehearsal: boolean;
    links: { events: string };
  }
  const accepted = await json<Accepted>("POST", "/api/v1/blueprints/", { template_id: "ha-web-app", blueprint });
  say(`  ${accepted.deployment_id}${accepted.rehearsal ? " (a rehearsal)" : ""}\n`);
  for await (const event of events(await request("GET", accepted.links.events))) {
    if (event.type === "operation") say(`  ${event.data.kind} ${event.data.resource}: ${event.data.state}\n`);
    if (event.type === "done") say("✅ Deployed\n");
  }
}

try {
  await deployFromTemplate();
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === "fetch failed";
  const reason = unreachable ? `No server answers at ${url}. Start one with: npm run dev` : `❌ ${(error as Error).message}`;
  process.stderr.write(`\n${reason}\n`);
  process.exitCode = 1;
}
