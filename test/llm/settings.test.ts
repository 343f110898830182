import { expect, test } from "vitest";
import { configOf } from "../../src/config.ts";
import type { Model } from "../../src/llm/model.ts";
import { modelOf } from "../../src/llm/models.ts";

const llm = (env: object) => {
  const config = configOf({ ...env });
  if (!config.ok) throw new Error(config.error.problems.join("; "));
  return config.value.llm;
};
const problems = (env: object) => {
  const config = configOf({ ...env });
  return config.ok ? [] : config.error.problems;
};
const planner: Model = { name: "planner", async *answer() {} };

test("with no setting the planner answers", () => {
  expect(llm({}).models).toEqual([]);
  expect(modelOf(llm({}), {}, planner)).toBe(planner);
});

test("a model on the same machine needs two settings", () => {
  expect(llm({ LLM_BASE_URL: "http://localhost:11434/v1", LLM_MODEL: "llama3.2", LLM_API_KEY: "" }).models).toEqual([
    { provider: "openai", base_url: "http://localhost:11434/v1", model: "llama3.2" },
  ]);
});

test("a key alone means the maker's own address", () => {
  const { models } = llm({ LLM_MODEL: "gpt", LLM_API_KEY: "k", ANTHROPIC_MODEL: "claude", ANTHROPIC_API_KEY: "a" });
  expect(models).toMatchObject([{ base_url: "https://api.openai.com/v1" }, { base_url: "https://api.anthropic.com" }]);
  expect(modelOf(llm({ LLM_MODEL: "gpt" }), {}, planner).name).toBe("gpt");
});

test("a list gives the order of failover", () => {
  const list = [
    { provider: "anthropic", model: "claude", api_key: "a" },
    { provider: "openai", base_url: "http://localhost:8080/v1", model: "local", headers: { "x-team": "infra" } },
    { provider: "workers-ai", model: "@cf/meta/llama" },
  ];
  const settings = llm({ LLM_MODELS: JSON.stringify(list), AI: { run() {} } });
  expect(settings.models.map(({ model }) => model)).toEqual(["claude", "local", "@cf/meta/llama"]);
  const AI = { run: () => Promise.reject(new Error()) };
  expect(modelOf(settings, { AI }, planner).name).toBe("claude, local, @cf/meta/llama");
});

test("a model is built once, so that what it learnt of its upstreams lasts", () => {
  const settings = llm({ LLM_MODEL: "gpt" });
  expect(modelOf(settings, {}, planner)).toBe(modelOf(settings, {}, planner));
});

test("settings that contradict or miss each other are named", () => {
  const list = JSON.stringify([{ provider: "openai", base_url: "http://x/v1", model: "m" }]);
  const cases: [object, RegExp][] = [
    [{ LLM_BASE_URL: "http://localhost:11434/v1" }, /^LLM_MODEL: /],
    [{ LLM_BASE_URL: "localhost:11434", LLM_MODEL: "m" }, /^LLM_BASE_URL: .*http/],
    [{ LLM_BASE_URL: "https://user:pass@x/v1", LLM_MODEL: "m" }, /^LLM_BASE_URL: .*key/],
    [{ ANTHROPIC_API_KEY: "a" }, /^ANTHROPIC_MODEL: /],
    [{ ANTHROPIC_MODEL: "claude" }, /^ANTHROPIC_API_KEY: /],
    [{ WORKERS_AI_MODEL: "@cf/x" }, /^WORKERS_AI_MODEL: .*binding/],
    [{ LLM_MODELS: list, LLM_MODEL: "m" }, /^LLM_MODELS: .*LLM_MODEL/],
    [{ LLM_MODELS: "[" }, /^LLM_MODELS: .*JSON/],
    [{ LLM_MODELS: '[{"provider":"olama"}]' }, /^LLM_MODELS .*openai, anthropic or workers-ai/],
    [{ LLM_MODELS: '[{"provider":"openai","base_url":"http://x","model":"m","apikey":"k"}]' }, /^LLM_MODELS .*apikey/],
    [{ LLM_FALLBACK_PLANNER: "no" }, /^LLM_FALLBACK_PLANNER: .*on or off/],
    [{ LLM_IDLE_TIMEOUT_MS: "soon" }, /^LLM_IDLE_TIMEOUT_MS: /],
  ];
  for (const [env, problem] of cases) expect(problems(env)).toEqual([expect.stringMatching(problem)]);
});

test("no problem repeats a key", () => {
  const env = { LLM_BASE_URL: "nonsense", LLM_API_KEY: "sk-secret", LLM_MODELS: '[{"provider":"x","api_key":"sk-secret"}]' };
  expect(problems(env).length).toBeGreaterThan(0);
  expect(problems(env).join()).not.toContain("secret");
});
