import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { allEvents, type ReadEvent } from "../support/events.ts";
import { ANSWER, ANSWER_TEXT, type BehaviourName, type FaultyUpstream, startUpstream, USAGE } from "../support/upstream.ts";
import { type RunningWorker, startWorker, stateFolder, withWorker } from "../support/worker.ts";
import { type BareWorker, bundleWorker, startBareWorker } from "../support/workerd.ts";

/** Every fault of an upstream, over real sockets, through the real Worker. */

/** Limits small enough to wait for. */
const LIMITS = { LLM_FIRST_TOKEN_TIMEOUT_MS: "1500", LLM_IDLE_TIMEOUT_MS: "1000", LLM_TOTAL_TIMEOUT_MS: "20000" };

/** Longest a test's answer may take, in milliseconds: the sum of all limits that one fault can meet, and some. */
const BOUND_MS = 10_000;

let upstream: FaultyUpstream;
before(async () => {
  upstream = await startUpstream();
});
after(() => upstream.close());

const openAi = (model: string) => ({ provider: "openai", base_url: upstream.url, model, api_key: "key-1" });
const anthropic = (model: string) => ({ provider: "anthropic", base_url: upstream.origin, model, api_key: "key-2" });

const ask = (url: string) =>
  fetch(`${url}/api/v1/conversation/chat-stream`, { method: "POST", body: '{"message":"What is a load balancer?"}' });

/** One answer's events, checked for what holds of every answer. */
async function answerOf(url: string): Promise<ReadEvent[]> {
  const began = performance.now();
  const events = await allEvents(await ask(url));
  assert.ok(performance.now() - began < BOUND_MS, "in bounded time");
  assert.equal(events[0]?.type, "intent", "the intent comes first");
  assert.deepEqual(
    events.filter(({ type }) => type === "done" || type === "error"),
    [events.at(-1)],
    "one end, and nothing after it",
  );
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, i) => i + 1),
  );
  assert.ok(!JSON.stringify(events).includes("upstream-secret"), "no word of an upstream's error");
  return events;
}

/** The text that stands at the end: what came after the last restart. */
function textOf(events: ReadEvent[]): string {
  const from = events.findLastIndex(({ type }) => type === "restart") + 1;
  const texts = events.slice(from).filter(({ type }) => type === "text");
  return texts.map(({ data }) => data).join("");
}

const askedModels = () => upstream.seen.map(({ model }) => model);

interface Expected {
  /** Which models are asked, in this order. */
  asked: string[];
  text?: string;
  restart?: true;
  warning?: string;
}

const PRIMARY: Expected = { asked: ["primary"] };
const RETRIED: Expected = { asked: ["primary", "primary"] };
const NEXT: Expected = { asked: ["primary", "fallback"] };
const GIVEN_UP: Expected = { asked: ["primary", "primary", "primary", "fallback"] };
const RESTARTED: Expected = { ...NEXT, restart: true };

const FAULTS: [what: string, BehaviourName, Expected][] = [
  ["a 429 with Retry-After is waited out", "rate_limited_once", RETRIED],
  ["a Retry-After of an hour is not waited out", "rate_limited_for_an_hour", NEXT],
  ["a lasting 429 without Retry-After goes to the next model", "rate_limited", GIVEN_UP],
  ["one 500 is tried again", "failing_once", RETRIED],
  ["a lasting 503 goes to the next model", "overloaded", GIVEN_UP],
  ["one reset before the headers is tried again", "reset_once", RETRIED],
  ["a lasting reset goes to the next model", "reset", GIVEN_UP],
  ["no answer at all is left after the limit for the first token, and not asked again", "silent", NEXT],
  ["headers and then nothing is left as well", "headers_only", NEXT],
  ["a slow first token is not waited for", "slow_first_token", NEXT],
  ["a stream that is reset in the middle starts over", "cut", RESTARTED],
  ["a stream that ends in the middle is not taken for complete", "ended_early", RESTARTED],
  ["a stream that stalls starts over", "stall", RESTARTED],
  ["a malformed event is skipped, and said", "malformed", { ...PRIMARY, warning: "skipped_events" }],
  ["garbage is no answer", "garbage", GIVEN_UP],
  ["a missing [DONE] after the finish reason is fine", "no_done", PRIMARY],
  ["a connection that stays open after the finish is not waited for", "never_ends", PRIMARY],
  ["an empty answer is none", "empty", NEXT],
  ["an error inside a 200 starts over", "error_event", RESTARTED],
  ["an error as the first event of a 200 is tried again", "error_event_first", GIVEN_UP],
  ["a context too long is not put to the same model twice", "context_too_long", NEXT],
  ["a content filter is not asked twice", "content_filter", NEXT],
  ["a content filter in the middle starts over with the next model", "content_filter_late", RESTARTED],
  ["a refused key is not tried again", "unauthorized", NEXT],
  ["a web page instead of a stream is no answer", "html", NEXT],
  ["a document instead of a stream is no answer", "document", NEXT],
  ["a server without stream_options is asked without them", "no_stream_options", RETRIED],
  [
    "bytes that come one by one, inside characters too, make the same text",
    "dribble",
    { ...PRIMARY, text: ANSWER.slice(0, 12).join("") },
  ],
  ["CRLF is read", "crlf", PRIMARY],
  ["CR is read", "cr", PRIMARY],
  ["comments, blank lines and a byte order mark are read over", "comments", PRIMARY],
  ["pings hold off the idle limit", "pings", PRIMARY],
  ["a line of 1 MB is not held", "huge_line", NEXT],
  [
    "an answer stopped by its length limit says so",
    "length",
    { ...PRIMARY, text: ANSWER.slice(0, 20).join(""), warning: "length" },
  ],
];

/** Faults that only one wire format knows. */
const CHAT_COMPLETIONS_ONLY: BehaviourName[] = ["no_stream_options", "huge_line", "malformed"];

for (const [format, primaryOf] of [
  ["Chat Completions", openAi],
  ["Messages", anthropic],
] as const) {
  describe(`with a primary that speaks ${format}, and another model behind it`, () => {
    let worker: RunningWorker;
    before(async () => {
      const LLM_MODELS = JSON.stringify([primaryOf("primary"), openAi("fallback")]);
      worker = await startWorker({ state: await stateFolder(), vars: { ...LIMITS, LLM_MODELS } });
    });
    after(() => worker.stop());

    test("requests carry what the format asks for, and nothing compressed is wanted", async () => {
      upstream.behave({});
      await answerOf(worker.url);
      const [seen] = upstream.seen;
      assert.equal(seen?.headers["accept-encoding"], "identity");
      assert.equal(seen?.body["stream"], true);
      assert.equal(seen?.body.messages.at(-1)?.role, "user");
      if (primaryOf === openAi) {
        assert.equal(seen?.headers.authorization, "Bearer key-1");
        assert.deepEqual(seen?.body["stream_options"], { include_usage: true });
      } else {
        assert.equal(seen?.headers["x-api-key"], "key-2");
        assert.ok(seen?.headers["anthropic-version"]);
        assert.ok(Number(seen?.body["max_tokens"]) > 0);
        assert.ok(seen?.body.messages.every(({ role }) => role !== "system"));
      }
    });

    for (const [what, behaviour, expected] of FAULTS) {
      if (primaryOf === anthropic && CHAT_COMPLETIONS_ONLY.includes(behaviour)) continue;
      test(what, async () => {
        upstream.behave({ primary: behaviour, fallback: "no_prefill" });
        const events = await answerOf(worker.url);
        assert.deepEqual(askedModels(), expected.asked);
        assert.equal(textOf(events), expected.text ?? ANSWER_TEXT);
        const done = events.at(-1);
        assert.equal(done?.type, "done");
        assert.equal(done?.["model"], expected.asked.at(-1), "the model that answered is named");
        assert.deepEqual(done?.["usage"], USAGE, "with its own usage");
        if (behaviour !== "no_stream_options") assert.equal(done?.["attempts"], expected.asked.length);
        assert.equal(events.filter(({ type }) => type === "restart").length, expected.restart ? 1 : 0);
        assert.deepEqual(
          events.filter(({ type }) => type === "warning").map(({ code }) => code),
          expected.warning ? [expected.warning] : [],
        );
        if (behaviour === "rate_limited_once") {
          const [first, second] = upstream.seen;
          assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 950, "Retry-After is honoured");
        }
        // An answer in between, so that one test's fault does not open the circuit for the next.
        upstream.behave({});
        assert.equal(textOf(await answerOf(worker.url)), ANSWER_TEXT, "alive afterwards");
        assert.deepEqual(askedModels(), ["primary"]);
      });
    }
  });
}

describe("a primary that flaps", () => {
  test("is spared, probed once, and used again when it is back", async () => {
    const LLM_MODELS = JSON.stringify([openAi("primary"), openAi("fallback")]);
    await withWorker({ vars: { ...LIMITS, LLM_MODELS } }, async (worker) => {
      upstream.behave({ primary: "overloaded" });
      for (let i = 0; i < 6; i++) assert.equal((await answerOf(worker.url)).at(-1)?.["model"], "fallback");
      assert.equal(askedModels().filter((model) => model === "primary").length, 9, "three answers' tries open the circuit");
      upstream.behave({});
      assert.equal((await answerOf(worker.url)).at(-1)?.["model"], "fallback", "not asked while the circuit is open");
      assert.deepEqual(askedModels(), ["fallback"]);
      await sleep(15_000);
      assert.equal((await answerOf(worker.url)).at(-1)?.["model"], "primary", "the probe answers");
      assert.equal((await answerOf(worker.url)).at(-1)?.["model"], "primary");
    });
  });
});

describe("when every model fails", () => {
  const failing: BehaviourName[] = ["overloaded", "silent", "cut", "context_too_long", "error_event"];

  test("the planner answers, with a warning that says so", async () => {
    const vars = { ...LIMITS, LLM_BASE_URL: upstream.url, LLM_MODEL: "primary" };
    await withWorker({ vars }, async (worker) => {
      for (const behaviour of failing) {
        upstream.behave({});
        await answerOf(worker.url);
        upstream.behave({ primary: behaviour });
        const events = await answerOf(worker.url);
        assert.equal(events.at(-1)?.type, "done");
        assert.equal(events.at(-1)?.["model"], "built-in planner");
        const warning = events.find(({ type }) => type === "warning");
        assert.equal(warning?.["code"], "planner_fallback");
        assert.match(String(warning?.data), /primary.*The built-in planner answers instead/);
        assert.ok(textOf(events).length > 0);
      }
    });
  });

  test("and the planner is off, the answer is one clear error", async () => {
    const vars = { ...LIMITS, LLM_BASE_URL: upstream.url, LLM_MODEL: "primary", LLM_FALLBACK_PLANNER: "off" };
    const codes = ["overloaded", "timeout", "cut", "context_too_long", "overloaded"];
    await withWorker({ vars }, async (worker) => {
      for (const [i, behaviour] of failing.entries()) {
        upstream.behave({});
        await answerOf(worker.url);
        upstream.behave({ primary: behaviour });
        const error = (await answerOf(worker.url)).at(-1);
        assert.equal(error?.type, "error");
        assert.equal(error?.["code"], codes[i]);
        assert.ok(error?.["request_id"]);
      }
    });
  });
});

describe("a client that goes away", () => {
  let worker: BareWorker;
  let bundle: Awaited<ReturnType<typeof bundleWorker>>;
  before(async () => {
    bundle = await bundleWorker();
    worker = await startBareWorker(bundle.folder, { LLM_MODELS: JSON.stringify([openAi("primary"), openAi("fallback")]) });
  });
  after(async () => {
    await worker.stop();
    await bundle.remove();
  });

  for (const [when, behaviour] of [
    ["before the upstream's headers", "silent"],
    ["before its first token", "headers_only"],
    ["while it speaks", "steady"],
    ["while it stalls", "stall"],
  ] as const) {
    test(`closes the upstream, ${when}, and no other model is asked`, async () => {
      upstream.behave({ primary: behaviour });
      const { client, response } = await openChat(worker.url);
      response.resume();
      while (upstream.seen.length === 0 || (behaviour === "steady" && (upstream.seen[0]?.tokens ?? 0) < 5)) await sleep(5);
      await sleep(50);
      const left = performance.now();
      client.socket?.resetAndDestroy();
      const closed = (await Promise.race([upstream.seen[0]?.closed, sleep(1_000)])) ?? Number.POSITIVE_INFINITY;
      assert.ok(closed - left < 1_000, "closed at once");
      await sleep(200);
      assert.deepEqual(askedModels(), ["primary"]);
    });
  }

  test("without a word is noticed by the next heartbeat, which keep a silent stream alive until then", async () => {
    upstream.behave({ primary: "silent" });
    const { client, response } = await openChat(worker.url);
    let text = "";
    for await (const chunk of response) {
      text += String(chunk);
      if (text.endsWith(": \n\n")) break;
    }
    assert.match(text, /^id: 1\ndata: .*\n\n: \n\n$/);
    client.destroy();
    assert.ok((await Promise.race([upstream.seen[0]?.closed, sleep(12_000)])) !== undefined, "closed after the next heartbeat");
    assert.deepEqual(askedModels(), ["primary"]);
  });
});

async function openChat(url: string) {
  const client = request(`${url}/api/v1/conversation/chat-stream`, { method: "POST", agent: false });
  client.on("error", () => {});
  client.end('{"message":"What is a load balancer?"}');
  const [response] = (await once(client, "response")) as [IncomingMessage];
  response.on("error", () => {});
  return { client, response };
}
