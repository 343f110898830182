import { describe, expect, test } from "vitest";
import { estimate } from "../../src/blueprints/estimate.ts";
import type { Blueprint } from "../../src/blueprints/schema.ts";
import { validate } from "../../src/blueprints/validate.ts";
import { post, request } from "../support/request.ts";

interface Answer {
  intent: string;
  confidence: number;
  message: string;
  blueprint?: Blueprint;
  model: string;
  warnings: { code: string; detail: string }[];
}

async function chat(message: string, more: object = {}): Promise<Answer> {
  const response = await post("/api/v1/conversation/chat", { message, ...more });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

async function template(id: string): Promise<Blueprint> {
  return ((await (await request(`/api/v1/templates/${id}`)).json()) as { blueprint: Blueprint }).blueprint;
}

interface Sizes {
  cpu?: number;
  memory_mb?: number;
  replicas?: number;
}

const cpu = ({ resources }: Blueprint): number =>
  resources.reduce((sum, { specs }) => sum + ((specs as Sizes).cpu ?? 0) * ((specs as Sizes).replicas ?? 1), 0);

function valid(blueprint: Blueprint | undefined): Blueprint {
  if (blueprint === undefined) throw new Error("The answer has no blueprint.");
  expect(validate(blueprint).errors).toEqual([]);
  return blueprint;
}

describe("a template is customised by chat", () => {
  test.each([
    "Use the ha-web-app template but increase capacity for 100k users",
    "Customize ha-web-app template for e-commerce with 50k daily users",
  ])("%s: a valid, larger ha-web-app", async (message) => {
    const answer = await chat(message);
    expect(answer).toMatchObject({
      intent: "customize_template",
      warnings: [],
      blueprint: { metadata: { template: "ha-web-app" } },
    });
    expect(cpu(valid(answer.blueprint))).toBeGreaterThan(cpu(await template("ha-web-app")));
  });

  test("the template of the context is meant where the message names none", async () => {
    const answer = await chat("make it twice as big", { context: { template_id: "redis-cluster" } });
    expect(answer.blueprint?.metadata).toMatchObject({ template: "redis-cluster", scale_factor: 2 });
  });

  test("the template named earlier in the conversation is meant where the message names none", async () => {
    const history = [
      { role: "user", content: "What is in postgres-ha?" },
      { role: "assistant", content: "A cluster of three." },
    ];
    expect((await chat("scale it by 2", { history })).blueprint?.metadata).toMatchObject({
      template: "postgres-ha",
      scale_factor: 2,
    });
  });
});

describe("the blueprint under discussion is changed by chat", () => {
  test("doubled", async () => {
    const blueprint = await template("simple-web-app");
    const answer = await chat("double the capacity", { context: { blueprint } });
    expect(cpu(valid(answer.blueprint))).toBeCloseTo(2 * cpu(blueprint), 1);
  });

  test("given a part it lacks", async () => {
    const blueprint = await template("simple-web-app");
    const changed = valid((await chat("add monitoring with grafana to it", { context: { blueprint } })).blueprint);
    const names = changed.resources.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...blueprint.resources.map(({ name }) => name), "grafana", "prometheus"]));
  });

  test("renamed, and nothing else", async () => {
    const blueprint = await template("simple-web-app");
    const changed = valid((await chat("rename it to shop-prod please", { context: { blueprint } })).blueprint);
    expect(changed).toEqual({ ...blueprint, name: "shop-prod" });
  });

  test("made to fit a budget", async () => {
    const blueprint = await template("ha-web-app");
    const changed = valid((await chat("reduce the size until it fits 250 dollars", { context: { blueprint } })).blueprint);
    expect(Number(estimate(changed).total_monthly_cost)).toBeLessThanOrEqual(250);
  });

  test("given more disk, and nothing else", async () => {
    const blueprint = await template("postgres-ha");
    const changed = valid((await chat("increase the disks to 500 GB", { context: { blueprint } })).blueprint);
    const expected = blueprint.resources.map((resource) =>
      /^pg-\d-data$/.test(resource.name) ? { ...resource, specs: { ...resource.specs, disk_gb: 500 } } : resource,
    );
    expect(changed.resources).toEqual(expected);
  });

  test("given more GPUs", async () => {
    const blueprint = await template("ml-training");
    const changed = valid((await chat("change it to 8 GPUs", { context: { blueprint } })).blueprint);
    expect(changed.resources.map(({ specs }) => (specs as { gpus?: number }).gpus ?? 0).reduce((a, b) => a + b)).toBe(8);
  });

  test("given the same size for every member of a cluster", async () => {
    const blueprint = await template("postgres-ha");
    const changed = valid((await chat("give the database 4 cpus and 32 GB of RAM", { context: { blueprint } })).blueprint);
    const members = changed.resources.filter(({ name }) => /^pg-\d$/.test(name));
    expect(members.map(({ specs }) => specs)).toMatchObject(Array(3).fill({ cpu: 4, memory_mb: 32 * 1024 }));
  });

  test("left alone, and that is said, when the change cannot be made out", async () => {
    const blueprint = await template("simple-web-app");
    const answer = await chat("change the frobnication of the quux", { context: { blueprint } });
    expect(answer.message).toMatch(/could not make out what to change/);
    expect(valid(answer.blueprint)).toEqual(blueprint);
  });
});

describe("questions are answered from judgement, not from the air", () => {
  test("a price is the estimate's", async () => {
    const { message, blueprint } = await chat("what does postgres-ha cost per month?");
    expect(message).toContain(`$${estimate(await template("postgres-ha")).total_monthly_cost} a month`);
    expect(blueprint).toBeUndefined();
  });

  test("an audit is of the blueprint under discussion", async () => {
    const blueprint = await template("redis-cluster");
    const [first, ...rest] = blueprint.resources.filter(({ type }) => type === "service");
    const risky = {
      ...blueprint,
      resources: blueprint.resources.map((resource) =>
        resource === first ? { ...resource, specs: { ...resource.specs, privileged: true } } : resource,
      ),
    };
    const { intent, message } = await chat("is it secure?", { context: { blueprint: risky } });
    expect(intent).toBe("audit");
    expect(message).toMatch(new RegExp(`critical\\*\\* .*${first?.name}`));
    expect(rest.length).toBeGreaterThan(0);
  });

  test("deploying shows the waves, the price and the command, and deploys nothing", async () => {
    const before = (await (await request("/api/v1/deployments")).json()) as { deployments: unknown[] };
    const { intent, message, blueprint } = await chat("deploy ha-web-app");
    expect(intent).toBe("deploy");
    expect(message).toMatch(/Nothing is deployed/);
    expect(message).toMatch(/\n1\. .*front/);
    expect(message).toMatch(/\$\d+ a month/);
    expect(message).toContain("curl -X POST http://localhost:8000/api/v1/blueprints/ ");
    valid(blueprint);
    expect(await (await request("/api/v1/deployments")).json()).toEqual(before);
  });

  test("a template is found by what it is for", async () => {
    const { message } = await chat("is there a template for kafka?");
    expect(message).toMatch(/best first:\n\n- `data-pipeline`/);
  });

  test("a deployment is managed by its own commands", async () => {
    const { message } = await chat("roll it back", { context: { deployment_id: "d-1" } });
    expect(message).toContain("curl -X POST http://localhost:8000/api/v1/deployments/d-1/rollback");
  });

  test("with nothing to judge it asks for something", async () => {
    expect((await chat("is it secure?")).message).toMatch(/no blueprint here/);
  });

  test("it says what it is", async () => {
    expect((await chat("who are you?")).message).toMatch(/not a language model/);
  });
});

test("a custom template is offered and used like any other", async () => {
  const { template: record, blueprint } = (await (await request("/api/v1/templates/simple-web-app")).json()) as {
    template: { category: string };
    blueprint: object;
  };
  const body = {
    name: "Frobnicator farm",
    category: record.category,
    complexity: "simple",
    description: "Frobnicates at scale",
    blueprint,
  };
  const put = await request("/api/v1/templates/frobnicator", {
    method: "PUT",
    body: JSON.stringify(body),
  });
  expect(put.status).toBe(201);
  const answer = await chat("Use the frobnicator template");
  expect(answer.blueprint?.metadata?.template).toBe("frobnicator");
});
