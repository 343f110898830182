/**
 * Browse the template library of an AI-CDN server from a terminal. Needs Node 24 and nothing else.
 *
 *     node examples/template_browser.ts                        # browse interactively
 *     node examples/template_browser.ts list --category web
 *     node examples/template_browser.ts search postgres failover
 *     node examples/template_browser.ts show ha-web-app
 *     node examples/template_browser.ts customize ha-web-app --name shop --scale 1.5 -p app_replicas=4 -o shop.json
 *
 * The server is --url or AI_CDN_URL (http://localhost:8000 when neither is set), the token AI_CDN_TOKEN.
 */

import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import {
  type Blueprint,
  type Customization,
  Library,
  type Parameter,
  Refusal,
  type Resource,
  type Sizes,
  type Summary,
  type TemplateAnswer,
} from "./template_client.ts";

// What is printed. Every function gives lines, so that the terminal's width and colours are decided in one place.

const WIDTH = Math.min(process.stdout.columns || Number(process.env["COLUMNS"]) || 80, 100);
const COLOURS = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;

const paint = (code: number, text: string): string => (COLOURS && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text);
const bold = (text: string): string => paint(1, text);
const dim = (text: string): string => paint(2, text);

function wrap(text: string, indent: number, bullet = ""): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent - bullet.length) + bullet;
  let empty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = " ".repeat(indent);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line.trimEnd()];
}

function listLines(templates: Summary[]): string[] {
  if (templates.length === 0) return ["Nothing fits. Try fewer filters or other words."];
  const widest = Math.max(...templates.map(({ id }) => id.length));
  return templates.flatMap((template, index) => {
    const kind = `${template.category} · ${template.complexity}${template.source === "custom" ? " · yours" : ""}`;
    const name = bold(template.id.padEnd(widest));
    const matched = template.matched === undefined ? [] : wrap(`matches ${Object.keys(template.matched).join(", ")}`, 5);
    return [
      `${String(index + 1).padStart(3)}  ${name}  ${template.estimated_cost.padEnd(18)}  ${dim(kind)}`,
      ...wrap(template.description, 5),
      ...matched.map(dim),
    ];
  });
}

function showLines({ template, blueprint }: TemplateAnswer): string[] {
  const version = template.version === undefined ? "" : ` ${template.version}`;
  const own = template.shadows === true ? "your own, in front of the bundled one" : "your own";
  const facts: [string, string][] = [
    ["Cost", template.estimated_cost],
    ["Kind", `${template.category} · ${template.complexity}`],
    ["Runs on", template.providers.join(", ")],
    ["Needs", sizeParts(template.requirements ?? {}).join(", ")],
    ["Tags", (template.tags ?? []).join(", ")],
    ["Stored", template.source === "custom" ? own : ""],
  ];
  const section = (title: string, lines: string[]): string[] => (lines.length > 0 ? ["", bold(title), ...lines] : []);
  const bullets = (texts: string[] = []): string[] => texts.flatMap((text) => wrap(text, 4, "• "));
  return [
    `${bold(template.name)}  ${dim(template.id + version)}`,
    ...wrap(template.description, 0),
    "",
    ...facts.flatMap(([name, text]) => {
      const [first = "", ...rest] = wrap(text, 12);
      return text === "" ? [] : [`  ${dim(name.padEnd(8))}  ${first.trim()}`, ...rest];
    }),
    ...section("Resources", resourceLines(blueprint.resources)),
    ...section("Parameters", parameterLines(template.parameters ?? {})),
    ...section("Requirements", bullets(template.requirements?.notes)),
    ...section("Limits", bullets(template.limitations)),
    ...section("After deploying", bullets(template.post_deploy)),
  ];
}

/** Sizes in the units people use. */
function sizeParts({ cpu, memory_mb, disk_gb, gpus = 0 }: Sizes): string[] {
  const parts: string[] = [];
  if (cpu !== undefined) parts.push(`${cpu} vCPU`);
  if (memory_mb !== undefined) {
    parts.push(memory_mb >= 1024 ? `${Number((memory_mb / 1024).toPrecision(6))} GiB memory` : `${memory_mb} MiB memory`);
  }
  if (disk_gb !== undefined) parts.push(`${disk_gb} GiB disk`);
  if (gpus > 0) parts.push(`${gpus} GPU`);
  return parts;
}

/** Resources in the order they start; those of one step start side by side. */
function resourceLines(resources: Resource[]): string[] {
  const dependencies = new Map(resources.map((resource) => [resource.name, resource.dependencies]));
  const steps = new Map<string, number>();
  const step = (name: string): number => {
    const known = steps.get(name) ?? 1 + Math.max(0, ...(dependencies.get(name) ?? []).map(step));
    steps.set(name, known);
    return known;
  };
  const rows = resources
    .map(({ type, name, specs }) => {
      const { image, replicas = 1 } = specs;
      const about = [...(image === undefined ? [] : [image]), ...sizeParts(specs)].join(" · ");
      return { step: step(name), type, label: replicas > 1 ? `${name} ×${replicas}` : name, about };
    })
    .sort((a, b) => a.step - b.step);
  const widest = Math.max(...rows.map(({ label }) => label.length));
  return rows.map((row, index) => {
    const lead = rows[index - 1]?.step === row.step ? "" : String(row.step);
    return `${lead.padStart(3)}  ${row.type.padEnd(7)}  ${row.label.padEnd(widest)}  ${dim(row.about)}`.trimEnd();
  });
}

function parameterLines(parameters: Record<string, Parameter>): string[] {
  const widest = Math.max(0, ...Object.keys(parameters).map((name) => name.length));
  return Object.entries(parameters).flatMap(([name, parameter]) => [
    `  ${name.padEnd(widest)}  ${JSON.stringify(parameter.default)}  ${dim(limitsText(parameter))}`,
    ...wrap(parameter.description, widest + 4),
  ]);
}

function limitsText({ type, enum: options, minimum, maximum }: Parameter): string {
  if (options !== undefined) return `one of ${options.join(", ")}`;
  if (minimum !== undefined && maximum !== undefined) return `${type}, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${type}, at least ${minimum}`;
  return maximum === undefined ? type : `${type}, at most ${maximum}`;
}

// Customising and saving.

/** A typed text as the type that its parameter has; an unknown parameter stays a text, for the server to refuse. */
function parameterValue(name: string, text: string, declared: Record<string, Parameter>): string | number | boolean {
  const type = declared[name]?.type ?? "string";
  if (type === "string") return text;
  if (type !== "boolean") return number(name, text, type === "integer");
  if (["true", "yes", "y", "on", "1"].includes(text.toLowerCase())) return true;
  if (["false", "no", "n", "off", "0"].includes(text.toLowerCase())) return false;
  throw new Refusal(`${name}: say true or false, not ${text}.`);
}

function number(name: string, text: string, whole = false): number {
  const value = Number(text);
  if (text.trim() !== "" && (whole ? Number.isInteger(value) : Number.isFinite(value))) return value;
  throw new Refusal(`${name}: ${text} is not a ${whole ? "whole number" : "number"}.`);
}

function save(blueprint: Blueprint, path: string, force: boolean): void {
  try {
    writeFileSync(path, `${JSON.stringify(blueprint, null, 2)}\n`, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new Refusal(`${path} is there already; --force writes over it.`);
    throw new Refusal(`${path} cannot be written: ${code ?? String(error)}.`);
  }
}

function savedLines(library: Library, path: string): string[] {
  return [
    `Saved ${path}. Validate and deploy it:`,
    `  curl ${library.url}/api/v1/blueprints/validate -d @${path}`,
    `  curl ${library.url}/api/v1/blueprints/ -d @${path}`,
  ];
}

const print = (lines: string[]): void => console.log(lines.join("\n"));
const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));

// The commands.

const OPTIONS = {
  url: { type: "string" },
  category: { type: "string" },
  complexity: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
  name: { type: "string" },
  description: { type: "string" },
  scale: { type: "string" },
  provider: { type: "string" },
  parameter: { type: "string", short: "p", multiple: true },
  output: { type: "string", short: "o" },
  force: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Options = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>["values"];

interface Command {
  usage: string;
  options: (keyof Options)[];
  run(library: Library, words: string[], options: Options): Promise<void>;
}

const printAnswer = (options: Options, answer: unknown, lines: string[]): void =>
  options.json === true ? printJson(answer) : print(lines);

const COMMANDS: Record<string, Command> = {
  list: {
    usage: "list [--category NAME] [--complexity simple|medium|advanced] [--json]",
    options: ["category", "complexity", "json"],
    async run(library, _words, options) {
      const answer = await library.templates({ category: options.category, complexity: options.complexity });
      printAnswer(options, answer, listLines(answer.templates));
    },
  },
  categories: {
    usage: "categories [--json]",
    options: ["json"],
    async run(library, _words, options) {
      const answer = await library.categories();
      printAnswer(options, answer, answer.categories);
    },
  },
  search: {
    usage: "search WORDS… [--limit 1…50] [--json]",
    options: ["limit", "json"],
    async run(library, words, options) {
      const answer = await library.search(words.join(" "), options.limit ?? "10");
      printAnswer(options, answer, listLines(answer.results));
    },
  },
  show: {
    usage: "show ID [--json]",
    options: ["json"],
    async run(library, words, options) {
      const answer = await library.template(only(words));
      printAnswer(options, answer, showLines(answer));
    },
  },
  customize: {
    usage:
      "customize ID [--name NAME] [--description TEXT] [--scale 0.1…100] [--provider NAME] [-p NAME=VALUE]… [-o FILE [--force]]",
    options: ["name", "description", "scale", "provider", "parameter", "output", "force"],
    async run(library, words, options) {
      const id = only(words);
      const { template } = await library.template(id);
      const { blueprint } = await library.customize(id, customization(options, template.parameters ?? {}));
      if (options.output === undefined) return printJson(blueprint);
      save(blueprint, options.output, options.force === true);
      print([...resourceLines(blueprint.resources), "", ...savedLines(library, options.output)]);
    },
  },
};

function only([id, ...more]: string[]): string {
  if (id === undefined || more.length > 0) throw new Refusal("Give one id.");
  return id;
}

/** The customization that the options of a command line ask for. */
function customization(options: Options, declared: Record<string, Parameter>): Customization {
  const wanted: Customization = {};
  if (options.name !== undefined) wanted.name = options.name;
  if (options.description !== undefined) wanted.description = options.description;
  if (options.provider !== undefined) wanted.provider = options.provider;
  if (options.scale !== undefined) wanted.scale_factor = number("--scale", options.scale);
  for (const pair of options.parameter ?? []) {
    const [, name, text] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    if (name === undefined || text === undefined) throw new Refusal(`-p takes name=value, not ${pair}.`);
    wanted.parameters = { ...wanted.parameters, [name]: parameterValue(name, text, declared) };
  }
  return wanted;
}

const TERMINAL = process.stdin.isTTY === true && process.stdout.isTTY === true;

/** The interactive browser. What is no command is looked up: a number opens that entry, words are searched for. */
class Browser {
  readonly #library: Library;
  #entries: Summary[] = [];
  readonly #input = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: TERMINAL,
    completer: (line: string) => this.#completions(line),
  });
  /** One reader for commands and answers alike, so that no line is lost when input is piped. */
  readonly #lines = this.#input[Symbol.asyncIterator]();

  #closed = false;

  constructor(library: Library) {
    this.#library = library;
    this.#input.once("close", () => {
      this.#closed = true;
    });
  }

  async run(): Promise<void> {
    print([bold(`Templates at ${this.#library.url}`), "A number opens one, words search, help lists the commands.", ""]);
    for (let line: string | undefined = "list"; line !== undefined; line = await this.#read("templates> ")) {
      try {
        if (line === "quit") break;
        await this.#obey(line);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        console.log(error.message);
      }
    }
    this.#input.close();
  }

  /** The next line; `undefined` when there are no more. */
  async #read(prompt: string): Promise<string | undefined> {
    // With a prompt of its own, readline redraws it while a line is edited; piped input may be at its end already.
    if (TERMINAL && !this.#closed) {
      this.#input.setPrompt(prompt);
      this.#input.prompt();
    } else process.stdout.write(prompt);
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : value.trim();
  }

  async #obey(line: string): Promise<void> {
    const [word = "", ...rest] = line.split(/\s+/);
    const text = rest.join(" ");
    if (word === "") return;
    if (word === "list") return this.#browse((await this.#library.templates(filtersOf(rest))).templates);
    if (word === "categories") return print((await this.#library.categories()).categories);
    if (word === "show") return print(showLines(await this.#library.template(this.#idOf(text))));
    if (word === "customize") return this.#customize(this.#idOf(text));
    if (word === "search") return this.#browse((await this.#library.search(text, "10")).results);
    if (word === "help" || word === "?") return print(INTERACTIVE_HELP);
    if (/^\d+$/.test(line)) return print(showLines(await this.#library.template(this.#idOf(line))));
    this.#browse((await this.#library.search(line, "10")).results);
  }

  async #customize(id: string): Promise<void> {
    const { template, blueprint: plain } = await this.#library.template(id);
    console.log("Enter keeps what stands in brackets.");
    const wanted: Customization = { name: await this.#ask("name", plain.name) };
    wanted.scale_factor = number("scale", await this.#ask("scale (0.1 to 100)", "1"));
    const provider = await this.#ask(`provider (${template.providers.join(", ")})`, "its own");
    if (provider !== "its own") wanted.provider = provider;
    const declared = template.parameters ?? {};
    for (const [name, { default: standard }] of Object.entries(declared)) {
      const value = parameterValue(name, await this.#ask(name, String(standard)), declared);
      if (value !== standard) wanted.parameters = { ...wanted.parameters, [name]: value };
    }
    const { blueprint } = await this.#library.customize(id, wanted);
    print(resourceLines(blueprint.resources));
    const path = await this.#ask("save as", `${blueprint.name}.json`);
    save(blueprint, path, false);
    print(savedLines(this.#library, path));
  }

  async #ask(what: string, standard: string): Promise<string> {
    const answer = await this.#read(`  ${what} [${standard}]: `);
    if (answer === undefined) throw new Refusal("Left off; nothing is saved.");
    return answer === "" ? standard : answer;
  }

  #browse(templates: Summary[]): void {
    this.#entries = templates;
    print(listLines(templates));
  }

  /** The id meant by a number of the last list or by an id. */
  #idOf(text: string): string {
    if (text === "") throw new Refusal("Say which one: a number of the list, or an id.");
    return /^\d+$/.test(text) ? (this.#entries[Number(text) - 1]?.id ?? text) : text;
  }

  #completions(line: string): [string[], string] {
    const start = /^(show|customize) (\S*)$/.exec(line);
    const typed = start?.[2] ?? line;
    const known =
      start === null ? ["list ", "search ", "show ", "customize ", "categories", "quit"] : this.#entries.map(({ id }) => id);
    return [known.filter((word) => word.startsWith(typed)), typed];
  }
}

const INTERACTIVE_HELP = [
  "list [category] [complexity]  all templates, or those that fit",
  "categories                    what list can be narrowed to",
  "search WORDS                  templates by what they are about; the word search can be left out",
  "show NUMBER|ID                one template; a number alone does the same",
  "customize NUMBER|ID           make a blueprint to measure and save it",
  "quit                          leave",
];

function filtersOf(words: string[]): { category?: string; complexity?: string } {
  const isComplexity = (word: string) => ["simple", "medium", "advanced"].includes(word);
  return Object.fromEntries(words.map((word) => [isComplexity(word) ? "complexity" : "category", word]));
}

async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [name, ...words] = positionals;
  const library = new Library(
    options.url ?? (process.env["AI_CDN_URL"] || "http://localhost:8000"),
    process.env["AI_CDN_TOKEN"],
  );
  if (options.help === true) {
    return print([
      "Without a command: browse interactively. --url names the server.",
      ...Object.values(COMMANDS).map(({ usage }) => `  ${usage}`),
    ]);
  }
  if (name === undefined) return new Browser(library).run();
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new Refusal(`${name} is no command; there are ${Object.keys(COMMANDS).join(", ")}.`);
  const foreign = (Object.keys(options) as (keyof Options)[]).find(
    (option) => option !== "url" && !command.options.includes(option),
  );
  if (foreign !== undefined) throw new Refusal(`--${foreign} is not for ${name}: ${command.usage}`);
  await command.run(library, words, options);
}

try {
  await main();
} catch (error) {
  const { code } = error as { code?: string };
  if (!(error instanceof Refusal) && code?.startsWith("ERR_PARSE_ARGS") !== true) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
