import type { Blueprint } from "../../../src/blueprints/schema.ts";
import { Engine } from "../../../src/deployments/engine.ts";
import type { DeploymentRecord } from "../../../src/deployments/journal.ts";
import { objectsOf } from "../../../src/deployments/objects.ts";
import { plan } from "../../../src/deployments/plan.ts";
import { accept, cancel, type Refusal, remove, rollBack, update } from "../../../src/deployments/requests.ts";
import { SETTLED } from "../../../src/deployments/status.ts";
import { FakeProvider } from "../../../src/providers/fake/provider.ts";
import { type FakeObject, MemoryWorld } from "../../../src/providers/fake/world.ts";
import { ok } from "../../../src/result.ts";
import { type Faults, FaultyProvider } from "./faults.ts";
import { MemoryJournal } from "./journal.ts";
import { chanceFrom, settleTurn, VirtualTime } from "./time.ts";

export type Action = "cancel" | "update" | "remove" | "rollback";

export interface Scenario {
  seed: number;
  blueprint: Blueprint;
  /** What an `update` goes to. */
  next: Blueprint;
  on_failure: "rollback" | "keep";
  faults: Faults;
  /** Power cuts, by the number of the turn; `lost` takes the writes of that turn along. */
  crashes: { turn: number; lost: boolean }[];
  /** What users ask, by the number of the turn. */
  actions: { turn: number; action: Action }[];
  /** Objects of others that carry names of ours. */
  foreign: string[];
  /** How long it stands in line for its place; ms. */
  line_ms?: number;
  /** Values of the blueprint's secrets. */
  secrets?: ReadonlyMap<string, string>;
}

/** Far more than any scenario needs; past it the engine is stuck. */
const MAX_TURNS = 100_000;
const ID = "deployment-1";
const OPERATIONS_AT_ONCE = 4;
const PROJECT = "sim";

/** One life of a deployment in virtual time: the same core as in production, on a world that misbehaves as the scenario says. */
export class Simulation {
  readonly journal = new MemoryJournal();
  readonly world = new MemoryWorld();
  readonly time: VirtualTime;
  readonly provider: FaultyProvider;
  readonly foreign: FakeObject[];
  /** Turns so far: every moment at which a process may die. */
  turn = 0;
  refusals: string[] = [];
  /** Every status that the index was told. */
  told: string[] = [];
  cancelledAt: number | undefined;
  readonly #chance: () => number;
  readonly #scenario: Scenario;
  readonly #began: number;
  #alarm: (() => void) | undefined;
  #alarmTime: number | undefined;
  #ticking = false;
  /** An alarm went off while a handler ran. */
  #due = false;
  #engine: Engine;
  #wake: () => void = () => {};

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#chance = chanceFrom(scenario.seed);
    this.time = new VirtualTime(this.#chance);
    this.#began = this.time.now;
    const clock = { now: () => this.time.now, wait: (ms: number) => this.time.wait(ms) };
    this.provider = new FaultyProvider(
      new FakeProvider(this.world, clock),
      this.world,
      this.time,
      this.#chance,
      scenario.faults,
    );
    this.foreign = scenario.foreign.map((key) => foreignObject(key));
    for (const object of this.foreign) this.world.put(object);
    this.#engine = this.#boot();
  }

  /** Deploys and lives on until everything has settled and every action was asked. Throws when the engine is stuck. */
  async run(): Promise<void> {
    const { blueprint, on_failure } = this.#scenario;
    accept(this.journal, { id: ID, blueprint, sealed: [], rehearsal: true, targets: ["fake"], on_failure }, this.time.now);
    // Its answer is given once it is kept.
    this.journal.commit();
    this.#alarmAt(this.time.now + 1);
    await this.#untilSettled();
  }

  /** Asks for something once everything has settled, and lives on until it has again. */
  async continue(action: Action): Promise<DeploymentRecord | Refusal> {
    const answer = this.#ask(action);
    // Its answer is given once it is kept.
    this.journal.commit();
    await this.#untilSettled();
    return answer;
  }

  record(): DeploymentRecord {
    const record = this.journal.record();
    if (record === undefined) throw new Error("no deployment");
    return record;
  }

  /** Every blueprint it was asked for, oldest first. */
  revisions(): Blueprint[] {
    return this.journal.revisions().map(({ blueprint }) => blueprint);
  }

  /** What the deployment owns. */
  owned(): FakeObject[] {
    return this.world.list().filter(({ owner, created }) => owner === ID && created > 0);
  }

  /** What would still have to be done for a blueprint, by the planner's own word. */
  plan(blueprint: Blueprint) {
    const desired = objectsOf(blueprint);
    return plan({ desired, previous: desired, observed: this.owned(), lifecycles: { fake: this.provider.lifecycle } });
  }

  async #untilSettled(): Promise<void> {
    for (;;) {
      await settleTurn();
      this.turn++;
      if (this.turn > MAX_TURNS) throw new Error(`stuck in ${this.record().status} after ${MAX_TURNS} turns`);
      const crash = this.#scenario.crashes.find(({ turn }) => turn === this.turn);
      if (crash !== undefined) this.#crash(crash.lost);
      else this.journal.commit();
      for (const { action } of this.#scenario.actions.filter(({ turn }) => turn === this.turn)) {
        this.#ask(action);
        this.journal.commit();
      }
      if (this.time.idle) {
        const { status } = this.record();
        if (!SETTLED.has(status)) throw new Error(`nobody will ever wake a deployment that is ${status}`);
        return;
      }
      this.time.advance();
    }
  }

  #ask(action: Action): DeploymentRecord | Refusal {
    const { now } = this.time;
    const { next: blueprint, on_failure } = this.#scenario;
    const wish = { blueprint, sealed: [], rehearsal: true, targets: ["fake"], on_failure };
    const answer = {
      cancel: () => cancel(this.journal, now),
      update: () => update(this.journal, wish, now),
      remove: () => remove(this.journal, [], now),
      rollback: () => rollBack(this.journal, undefined, now),
    }[action]();
    if ("refused" in answer) this.refusals.push(answer.refused);
    else {
      if (action === "cancel") this.cancelledAt = this.provider.begun.length;
      this.#wake();
      this.#alarmAt(now + 1);
    }
    return answer;
  }

  #boot(): Engine {
    const scenario = this.#scenario;
    return new Engine({
      journal: this.journal,
      provider: () => this.provider,
      providers: ["fake"],
      admit: async () => {
        await this.time.wait(1);
        if (this.time.now < (scenario.line_ms ?? 0) + this.#began) return { granted: false, position: 1 };
        return { granted: true, share: OPERATIONS_AT_ONCE };
      },
      report: ({ status }) => {
        this.told.push(status);
        return this.time.wait(1);
      },
      secrets: async () => ok(this.#scenario.secrets ?? new Map()),
      maxOperations: OPERATIONS_AT_ONCE,
      now: () => this.time.now,
      chance: this.#chance,
      pause: (ms) => {
        this.#wake();
        return new Promise((resolve) => {
          const takeBack = this.time.at(this.time.now + ms, resolve);
          this.#wake = () => {
            takeBack();
            resolve();
          };
        });
      },
      alarmAt: (time) => this.#alarmAt(time),
      announce: () => {},
    });
  }

  /** One alarm: setting it again moves it. It is part of what the process leaves behind. */
  #alarmAt(time: number): void {
    this.#alarm?.();
    this.#alarmTime = time;
    this.#alarm = this.time.at(time, () => void this.#fire());
  }

  async #fire(): Promise<void> {
    this.#alarm = undefined;
    this.#alarmTime = undefined;
    // The platform runs one alarm handler at a time: the next waits for the one that runs.
    if (this.#ticking) {
      this.#due = true;
      return;
    }
    this.#ticking = true;
    const engine = this.#engine;
    try {
      await engine.tick();
    } finally {
      if (engine === this.#engine) {
        this.#ticking = false;
        if (this.#due) this.#alarmAt(this.time.now);
        this.#due = false;
      }
    }
  }

  #crash(lost: boolean): void {
    if (lost) this.journal.crash();
    else this.journal.commit();
    const alarm = this.#alarmTime;
    this.time.stop();
    this.provider.crash();
    this.#alarm = undefined;
    this.#ticking = false;
    this.#due = false;
    this.#wake = () => {};
    this.#engine = this.#boot();
    // The alarm outlives the process; one that was firing when it died is delivered again.
    this.#alarmAt(alarm ?? this.time.now + 1);
  }
}

function foreignObject(key: string): FakeObject {
  const [type = "service", name = key] = key.split("/");
  return {
    name: `${PROJECT}/${key}`,
    owner: "somebody-else",
    key,
    type: type as FakeObject["type"],
    resource: name,
    hash: "theirs",
    state: "healthy",
    needs: [],
    created: 1,
    faults: 0,
    ready: {},
  };
}
