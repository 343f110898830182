import type { Blueprint } from "../blueprints/schema.ts";
import type { ModelEvent } from "../llm/model.ts";
import type { Task } from "../llm/task.ts";
import type { Issue } from "../validation/issue.ts";
import { DocumentScanner, type Finding } from "./document.ts";
import { parseLoosely } from "./loose-json.ts";
import { normaliseResource } from "./normalise.ts";
import { wholeContents } from "./prompts/facts.ts";
import { type Reading, readDocument } from "./reading.ts";
import type { Saying } from "./stream.ts";

export interface ListenerOptions {
  /** Show a document as text too, where the model writes nothing else. */
  showDocument: boolean;
}

/** Listens to a model and tells its words from the blueprint among them. */
export class BlueprintListener {
  #scanner = new DocumentScanner();
  #reading: Reading | undefined;
  /** Whether the model has written anything but documents. */
  #prose = false;
  #resourcesSaid = 0;
  readonly #task: () => Task | undefined;
  readonly #showDocument: boolean;

  constructor(task: () => Task | undefined, { showDocument }: ListenerOptions) {
    this.#task = task;
    this.#showDocument = showDocument;
  }

  /** The last valid blueprint the model wrote. */
  get blueprint(): Blueprint | undefined {
    return this.#reading?.type === "blueprint" ? this.#reading.blueprint : undefined;
  }

  /** What is wrong with the document that was meant to be one. */
  get problems(): Issue[] {
    return this.#reading?.type === "problems" ? this.#reading.issues : [];
  }

  hear(event: ModelEvent): Saying[] {
    switch (event.type) {
      case "text":
        return this.#text(event.text);
      case "thinking":
        return [{ type: "thinking", data: event.text }];
      case "warning":
        return [{ type: "warning", code: event.code, data: event.message }];
      case "restart":
        this.#scanner = new DocumentScanner();
        this.#reading = undefined;
        this.#prose = false;
        this.#resourcesSaid = 0;
        return [{ type: "restart", data: event.reason }];
      case "finish":
        return this.#findings(this.#scanner.end());
      default:
        return [];
    }
  }

  /** What the document came to, once the model has finished. */
  conclude(): Saying[] {
    const reading = this.#reading;
    if (reading?.type === "problems") return reading.issues.map((issue) => warning(issue, "invalid_blueprint"));
    if (reading?.type !== "blueprint") return [];
    const { blueprint, warnings } = reading;
    const unsaid = this.#resourcesSaid > 0 ? [] : blueprint.resources;
    return [
      ...warnings.map((issue) => warning(issue, issue.code)),
      ...unsaid.map((resource): Saying => ({ type: "resource", data: resource })),
      { type: "blueprint", data: blueprint },
    ];
  }

  #text(text: string): Saying[] {
    const findings = this.#scanner.push(text);
    this.#prose ||= findings.some((finding) => finding.type === "prose" && finding.text.trim() !== "");
    const said = this.#findings(findings);
    if (this.#prose || !this.#showDocument) return said;
    return [{ type: "text", data: text }, ...said.filter(({ type }) => type !== "text")];
  }

  #findings(findings: Finding[]): Saying[] {
    return findings.flatMap((finding): Saying[] => {
      if (finding.type === "prose") return [{ type: "text", data: finding.text }];
      if (finding.type === "resource") return [this.#resource(finding.json, finding.index)];
      return this.#document(finding.json, finding.source);
    });
  }

  #resource(json: string, index: number): Saying {
    const parsed = parseLoosely(json);
    const written = parsed.ok ? wholeContents(parsed.value, this.#task()).value : undefined;
    const resource = normaliseResource(written, index);
    if (resource.ok) {
      this.#resourcesSaid++;
      return { type: "resource", data: resource.value.value };
    }
    const [first] = resource.error;
    return warning(
      first ?? { pointer: "#", code: "invalid_resource", detail: "A resource cannot be read yet." },
      "invalid_resource",
    );
  }

  #document(json: string, source: string): Saying[] {
    const reading = readDocument(json, this.#task());
    if (reading.type === "text") return [{ type: "text", data: source }];
    // A valid blueprint is not given up for a later one that is wrong.
    if (reading.type === "problems" && this.#reading?.type === "blueprint") {
      return reading.issues.slice(0, 1).map((issue) => warning(issue, "invalid_blueprint"));
    }
    this.#reading = reading;
    return [];
  }
}

/** An issue as an event. */
function warning(issue: Issue, code: string): Saying {
  const hint = issue.hint === undefined ? "" : ` ${issue.hint}`;
  return { type: "warning", code, data: `${issue.detail}${hint}`, pointer: issue.pointer };
}
