/** A client of the template API, for Node, Deno, Bun or a browser: each method is one request. */

export interface Summary {
  id: string;
  name: string;
  category: string;
  description: string;
  complexity: string;
  estimated_cost: string;
  source: "bundled" | "custom";
  matched?: Record<string, string[]>;
}

export interface Sizes {
  cpu?: number;
  memory_mb?: number;
  disk_gb?: number;
  gpus?: number;
}

export interface Parameter {
  type: "string" | "integer" | "number" | "boolean";
  description: string;
  default: string | number | boolean;
  enum?: (string | number)[];
  minimum?: number;
  maximum?: number;
}

export interface Template extends Summary {
  version?: string;
  tags?: string[];
  providers: string[];
  shadows?: true;
  requirements?: Sizes & { notes?: string[] };
  parameters?: Record<string, Parameter>;
  limitations?: string[];
  post_deploy?: string[];
}

export interface Resource {
  type: string;
  name: string;
  specs: Sizes & { image?: string; replicas?: number };
  dependencies: string[];
}

export interface Blueprint {
  name: string;
  resources: Resource[];
}

export interface TemplateAnswer {
  blueprint: Blueprint;
  template: Template;
}

export interface Customization {
  name?: string;
  description?: string;
  provider?: string;
  scale_factor?: number;
  parameters?: Record<string, string | number | boolean>;
}

/** Problem details, RFC 9457. */
interface Problem {
  detail?: string;
  errors?: { pointer: string; detail: string; hint?: string }[];
}

/** What the server refused or a person mistyped, as lines to read. */
export class Refusal extends Error {}

/** The templates of a server. Methods give the answer's JSON, or throw a `Refusal`. */
export class Library {
  readonly url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/+$/, "");
    this.#headers = token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
  }

  templates(filters: { category?: string | undefined; complexity?: string | undefined }): Promise<{ templates: Summary[] }> {
    const given = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.#request("GET", `/templates/?${new URLSearchParams(given)}`);
  }

  categories(): Promise<{ categories: string[] }> {
    return this.#request("GET", "/templates/categories");
  }

  search(query: string, limit: string): Promise<{ results: Summary[] }> {
    return this.#request("GET", `/templates/search/?${new URLSearchParams({ query, limit })}`);
  }

  template(id: string): Promise<TemplateAnswer> {
    return this.#request("GET", `/templates/${encodeURIComponent(id)}`);
  }

  customize(id: string, wanted: Customization): Promise<TemplateAnswer> {
    return this.#request("POST", `/templates/${encodeURIComponent(id)}/customize`, wanted);
  }

  async #request<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const init: RequestInit = { method, headers: this.#headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.url}/api/v1${path}`, init).catch(() => undefined);
    if (response === undefined) throw new Refusal(`No server answers at ${this.url}. Start one with: npm run dev`);
    const answer = await response.json().catch(() => undefined);
    if (answer === undefined) {
      throw new Refusal(`${this.url} is not an AI-CDN server: it answered ${response.status} without JSON.`);
    }
    if (response.ok) return answer as Answer;
    throw new Refusal(explain(answer as Problem).join("\n"));
  }
}

/** Every error with its place and its hint, or the one sentence there is. */
function explain({ errors = [], detail = "The server refused the request." }: Problem): string[] {
  if (errors.length === 0) return [detail];
  return errors.map((error) => {
    const hint = error.hint === undefined ? "" : ` ${error.hint}`;
    return `${error.pointer.replace(/^#\//, "")}: ${error.detail}${hint}`;
  });
}
