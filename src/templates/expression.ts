import { fail, ok, type Result } from "../result.ts";

/**
 * Arithmetic of placeholders: numbers, `+ - * /`, parentheses, `floor ceil round min max`, and references
 * `param.NAME`, `self.FIELD`, `resource.NAME.FIELD`. Parsed by recursive descent and evaluated on the way.
 *
 *     sum     = product (("+" | "-") product)*
 *     product = factor (("*" | "/") factor)*
 *     factor  = "-" factor | number | function "(" sum ("," sum)* ")" | reference | "(" sum ")"
 */

export type Reference =
  | { kind: "param"; name: string }
  | { kind: "self"; field: string }
  | { kind: "resource"; name: string; field: string };

/** A number, or the sentence that says why there is none. */
export type Lookup = (reference: Reference) => Result<number, string>;

/** Deeper nesting than any derived setting needs; bounds the recursion. */
const MAX_EXPRESSION_LENGTH = 500;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|(resource\.[a-z0-9-]+\.[a-z_]+|(?:param|self)\.[a-z0-9_]+)|([a-z]+)|([-+*/(),]))/y;

const FUNCTIONS: Record<string, { arity: "one" | "many"; apply: (...values: number[]) => number }> = {
  floor: { arity: "one", apply: Math.floor },
  ceil: { arity: "one", apply: Math.ceil },
  round: { arity: "one", apply: Math.round },
  min: { arity: "many", apply: Math.min },
  max: { arity: "many", apply: Math.max },
};

/** Evaluates an expression, or says in one sentence what is wrong with it. Results are rounded to 12 significant digits. */
export function evaluate(source: string, lookup: Lookup): Result<number, string> {
  if (source.length > MAX_EXPRESSION_LENGTH) return fail(`An expression has at most ${MAX_EXPRESSION_LENGTH} characters.`);
  const tokens = tokenize(source);
  if (!tokens.ok) return tokens;
  try {
    const value = new Evaluation(tokens.value, lookup).run();
    return Number.isFinite(value)
      ? ok(Number(value.toPrecision(12)))
      : fail("The result is not a finite number; is something divided by zero?");
  } catch (error) {
    if (error instanceof Refusal) return fail(error.message);
    throw error;
  }
}

/** Leaves the recursion at the first thing that is wrong; never leaves this file. */
class Refusal extends Error {}

type Token =
  | { kind: "number"; value: number; text: string }
  | { kind: "reference" | "word" | "sign"; text: string }
  | { kind: "end"; text: "the end" };

function tokenize(source: string): Result<Token[], string> {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) return fail(`"${text.slice(start).trim()}" is not understood.`);
    const [, number, reference, word, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", value: Number(number), text: number });
    else if (reference !== undefined) tokens.push({ kind: "reference", text: reference });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return ok(tokens);
}

class Evaluation {
  #next = 0;
  readonly #tokens: Token[];
  readonly #lookup: Lookup;

  constructor(tokens: Token[], lookup: Lookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
  }

  run(): number {
    const value = this.#sum();
    const rest = this.#peek();
    if (rest.kind !== "end") throw new Refusal(`"${rest.text}" is not expected here.`);
    return value;
  }

  #sum(): number {
    let value = this.#product();
    while (true) {
      if (this.#takes("+")) value += this.#product();
      else if (this.#takes("-")) value -= this.#product();
      else return value;
    }
  }

  #product(): number {
    let value = this.#factor();
    while (true) {
      if (this.#takes("*")) value *= this.#factor();
      else if (this.#takes("/")) value /= this.#factor();
      else return value;
    }
  }

  #factor(): number {
    if (this.#takes("-")) return -this.#factor();
    if (this.#takes("(")) {
      const value = this.#sum();
      this.#expect(")");
      return value;
    }
    const token = this.#take();
    if (token.kind === "number") return token.value;
    if (token.kind === "reference") return this.#value(token.text);
    if (token.kind === "word") return this.#call(token.text);
    throw new Refusal(
      `A number, a reference or a function is expected where ${token.kind === "end" ? "it ends" : `"${token.text}" stands`}.`,
    );
  }

  #call(name: string): number {
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known === undefined) throw new Refusal(`"${name}" is not known; functions are ${Object.keys(FUNCTIONS).join(", ")}.`);
    this.#expect("(");
    const values = [this.#sum()];
    while (this.#takes(",")) values.push(this.#sum());
    this.#expect(")");
    if (known.arity === "one" && values.length > 1) throw new Refusal(`${name} takes one value.`);
    return known.apply(...values);
  }

  #value(text: string): number {
    const [kind = "", name = "", field = ""] = text.split(".");
    const reference: Reference =
      kind === "resource" ? { kind, name, field } : kind === "param" ? { kind, name } : { kind: "self", field: name };
    const found = this.#lookup(reference);
    if (!found.ok) throw new Refusal(found.error);
    return found.value;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "the end" };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #takes(sign: string): boolean {
    const token = this.#peek();
    const taken = token.kind === "sign" && token.text === sign;
    if (taken) this.#next += 1;
    return taken;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw new Refusal(`"${sign}" is expected before ${this.#peek().text}.`);
  }
}
