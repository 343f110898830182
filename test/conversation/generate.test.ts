import { describe, expect, test } from "vitest";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { chatTranslator } from "../../src/conversation/chat.ts";
import type { ConversationEvent } from "../../src/conversation/events.ts";
import { generationRounds, generationTranslator } from "../../src/conversation/generate.ts";
import { generationPrompt } from "../../src/conversation/prompts/prompts.ts";
import { collectEvents } from "../../src/conversation/stream.ts";
import type { Message, Model, ModelEvent } from "../../src/llm/model.ts";
import { sourceOf } from "../../src/llm/source.ts";
import type { Intent, Task } from "../../src/llm/task.ts";
import { taskFor } from "../support/task.ts";

const PIECE = 7;

/** A model that gives these answers, one a request, in small pieces; it keeps what it was asked. */
function scripted(...answers: string[]): { model: Model; asked: Message[][] } {
  const asked: Message[][] = [];
  const model: Model = {
    name: "scripted",
    async *answer({ messages }) {
      const answer = answers[asked.length] ?? "";
      asked.push(messages);
      for (let at = 0; at < answer.length; at += PIECE)
        yield [{ type: "text", text: answer.slice(at, at + PIECE) } satisfies ModelEvent];
      yield [
        { type: "usage", usage: { input_tokens: 10, output_tokens: 5 } },
        { type: "finish", reason: "stop", model: "scripted" },
      ];
    },
  };
  return { model, asked };
}

const generated = (...answers: string[]) => generatedFor({}, ...answers);

async function generatedFor(
  more: Partial<Task>,
  ...answers: string[]
): Promise<{ events: ConversationEvent[]; asked: Message[][] }> {
  const { model, asked } = scripted(...answers);
  const task = await taskFor("a web server", more);
  const source = sourceOf((signal) => generationRounds(model, generationPrompt(task), signal));
  return {
    events: await collectEvents(
      source,
      generationTranslator(() => task),
      { requestId: "r" },
    ),
    asked,
  };
}

async function chatted(intent: Intent, answer: string): Promise<ConversationEvent[]> {
  const { model } = scripted(answer);
  const task = await taskFor("a web server with postgres", { kind: "chat", intent });
  const source = sourceOf((signal) => model.answer({ messages: [], task }, signal));
  return collectEvents(
    source,
    chatTranslator({ intent, confidence: 0.9 }, () => task),
    { requestId: "r" },
  );
}

const web = {
  type: "service",
  name: "web",
  provider: "docker",
  specs: { image: "nginx:1.30.4-alpine", cpu: 0.5, memory_mb: 128 },
  dependencies: ["net"],
};
const net = { type: "network", name: "net", provider: "docker", specs: {}, dependencies: [] };
const GOOD = { version: "1.0", name: "site", description: "A site", resources: [net, web] };

const only = <T extends ConversationEvent["type"]>(events: readonly ConversationEvent[], type: T) =>
  events.filter((event): event is Extract<ConversationEvent, { type: T }> => event.type === type);
const blueprintOf = (events: readonly ConversationEvent[]) => only(events, "blueprint").map(({ data }) => data);
const textOf = (events: readonly ConversationEvent[]) =>
  only(events, "text")
    .map(({ data }) => data)
    .join("");

describe("a generation by a language model", () => {
  test("streams what the model writes, each resource when it is complete, then the whole", async () => {
    const { events } = await generated(JSON.stringify(GOOD));
    expect(textOf(events)).toBe(JSON.stringify(GOOD));
    expect(only(events, "resource").map(({ data }) => data.name)).toEqual(["net", "web"]);
    const first = events.findIndex(({ type }) => type === "resource");
    expect(events.slice(first).some(({ type }) => type === "text")).toBe(true);
    expect(blueprintOf(events)).toMatchObject([GOOD]);
    expect(events.at(-1)).toMatchObject({ type: "done", model: "scripted", attempts: 1 });
  });

  test("takes a template with changes for the blueprint it stands for", async () => {
    const { events } = await generated(JSON.stringify({ template_id: "redis-cluster", name: "sessions", scale_factor: 2 }));
    expect(blueprintOf(events)).toMatchObject([{ name: "sessions", metadata: { template: "redis-cluster", scale_factor: 2 } }]);
    expect(only(events, "resource").length).toBe(blueprintOf(events)[0]?.resources.length);
  });

  test("repairs what has a plain meaning, and warns of each repair", async () => {
    const sloppy = `{
      // the web server
      "name": "My Site", "resources": [
        {"type": "container", "name": "Web_1", "image": "nginx:1.30.4", "ports": ["127.0.0.1:8080:80/tcp", 443], "environment": ["A=b=c"], "depends_on": ["DB", "gone"], "memory": "512m", "cpus": "0.5", "replica": 1},
        {"type": "service", "name": "DB", "provider": "docker", "specs": {"image": "postgres:18.6-alpine", "volumes": ["data:/var/lib/postgresql"], "healthcheck": {"test": "pg_isready", "interval": "10s"}, "colour": "blue"}},
      ]
    }`;
    const { events, asked } = await generated(sloppy);
    expect(asked.slice(1).map((messages) => messages.at(-1)?.content)).toEqual([]);
    expect(blueprintOf(events)).toMatchObject([
      {
        version: "1.0",
        name: "my-site",
        resources: [
          {
            type: "service",
            name: "web-1",
            provider: "docker",
            specs: {
              image: "nginx:1.30.4",
              ports: [{ container: 80, host: 8080, host_ip: "127.0.0.1", protocol: "tcp" }, { container: 443 }],
              env: { A: "b=c" },
              memory_mb: 512,
              cpu: 0.5,
              replicas: 1,
            },
            dependencies: ["db"],
          },
          {
            name: "db",
            specs: {
              volumes: [{ name: "data", target: "/var/lib/postgresql" }],
              healthcheck: { test: ["CMD-SHELL", "pg_isready"], interval_s: 10 },
            },
          },
        ],
      },
    ]);
    const said = only(events, "warning")
      .map(({ data }) => data)
      .join("\n");
    for (const word of ["my-site", "web-1", "gone", "replica", "colour"]) expect(said).toContain(word);
  });

  test("sends what it cannot repair back with every problem, and voids the first answer", async () => {
    const cyclic = { ...GOOD, resources: [{ ...net, dependencies: ["web"] }, web] };
    const { events, asked } = await generated(JSON.stringify(cyclic), JSON.stringify(GOOD));
    expect(asked).toHaveLength(2);
    expect(asked[1]?.at(-2)).toEqual({ role: "assistant", content: JSON.stringify(cyclic) });
    expect(asked[1]?.at(-1)?.content).toMatch(/#\/resources\/\d/);
    const restart = events.findIndex(({ type }) => type === "restart");
    expect(textOf(events.slice(restart))).toBe(JSON.stringify(GOOD));
    expect(blueprintOf(events)).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: "done", attempts: 2, usage: { input_tokens: 20, output_tokens: 10 } });
  });

  test("asks at most twice more, then ends in an error that says what is wrong", async () => {
    const wrong = JSON.stringify({ ...GOOD, resources: [{ ...web, specs: { image: "NOT AN IMAGE" }, dependencies: [] }] });
    const { events, asked } = await generated(wrong, wrong, wrong, JSON.stringify(GOOD));
    expect(asked).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ type: "error", code: "invalid_blueprint", pointer: "#/resources/0/specs/image" });
    expect(only(events, "done")).toEqual([]);
    expect(blueprintOf(events)).toEqual([]);
  });

  test("does not take words, cut JSON or other JSON for a blueprint", async () => {
    for (const answer of ["I cannot do that.", JSON.stringify(GOOD).slice(0, -20), '{"hello": "world"}', ""]) {
      const { events, asked } = await generated(answer, answer, answer);
      expect(asked).toHaveLength(3);
      expect(events.at(-1)).toMatchObject({ type: "error", code: "invalid_blueprint" });
    }
  });
});

describe("a chat with a language model", () => {
  test("keeps the blueprint out of the text", async () => {
    const events = await chatted(
      "create_blueprint",
      `Here you go.\n\n\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\`\nEnjoy!`,
    );
    expect(events[0]?.type).toBe("intent");
    expect(textOf(events)).toBe("Here you go.\n\nEnjoy!");
    expect(blueprintOf(events)).toMatchObject([GOOD]);
    expect(only(events, "resource")).toHaveLength(2);
  });

  test.each([
    ["no blueprint at all", "I would use a web server."],
    [
      "a blueprint that is wrong",
      '```json\n{"resources": [{"type": "service", "name": "a", "provider": "docker", "specs": {"image": "NOT AN IMAGE"}}]}\n```',
    ],
    ["half a blueprint", '```json\n{"version": "1.0", "resources": [{"type": "ser'],
  ])("with %s the planner's blueprint stands in, and that is said", async (_, answer) => {
    const events = await chatted("create_blueprint", answer);
    expect(blueprintOf(events)).toHaveLength(1);
    expect(only(events, "warning").map(({ code }) => code)).toContain("planner_blueprint");
    expect(events.at(-1)?.type).toBe("done");
  });

  test("JSON that is no blueprint stays in the text", async () => {
    const answer = 'Settings:\n```json\n{"retries": 3}\n```\nThat is it.';
    const events = await chatted("explain", answer);
    expect(textOf(events)).toBe(answer);
    expect(blueprintOf(events)).toEqual([]);
  });

  test("of several blueprints the last valid one counts", async () => {
    const first = JSON.stringify({ ...GOOD, name: "first" });
    const second = JSON.stringify({ ...GOOD, name: "second" });
    const events = await chatted(
      "create_blueprint",
      `A:\n\`\`\`json\n${first}\n\`\`\`\nB:\n\`\`\`json\n${second}\n\`\`\`\nC:\n\`\`\`json\n{"resources": 3}\n\`\`\``,
    );
    expect(blueprintOf(events).map(({ name }) => name)).toEqual(["second"]);
  });
});

describe("a file whose content the model was shown cut", () => {
  const long = `listen 8080;\n${"# a comment that goes on\n".repeat(40)}`;
  const files = (content: string) => ({ ...web, specs: { ...web.specs, files: [{ path: "/etc/app.conf", content }] } });
  const blueprintWith = (content: string) => ({ ...GOOD, resources: [net, files(content)] }) as Blueprint;
  const shown = async () => {
    const [system] = generationPrompt(await taskFor("a change", { blueprint: blueprintWith(long) })).messages;
    return /"content":("listen 8080.*? characters\)")/.exec(system?.content ?? "")?.[1] ?? "null";
  };

  test("is whole again in what comes of it", async () => {
    const cut: string = JSON.parse(await shown());
    expect(cut.length).toBeLessThan(long.length);
    const { events } = await generatedFor({ blueprint: blueprintWith(long) }, JSON.stringify(blueprintWith(cut)));
    expect(blueprintOf(events)).toMatchObject([{ resources: [net, files(long)] }]);
    expect(only(events, "resource").map(({ data }) => data)).toMatchObject([net, files(long)]);
  });

  test("goes back to the model when it is cut otherwise", async () => {
    const other = JSON.stringify(blueprintWith("listen 80… (999 characters)"));
    const { events, asked } = await generatedFor({ blueprint: blueprintWith(long) }, other, JSON.stringify(GOOD));
    expect(asked[1]?.at(-1)?.content).toMatch(/content is cut/);
    expect(blueprintOf(events)).toMatchObject([GOOD]);
  });
});
