import { useEffect, useState } from "preact/hooks";
import type { Blueprint } from "../blueprints/schema.ts";
import type { Summary } from "../templates/summary.ts";
import { type ApiProblem, getJson, postJson, problemFrom } from "./api.ts";
import { BlueprintPanel } from "./blueprint.tsx";
import { words } from "./format.ts";
import { Icon } from "./icons.tsx";
import { ProblemBox, Skeleton } from "./parts.tsx";
import { Prompt } from "./prompt.tsx";
import { go } from "./route.ts";
import { Complexity } from "./templates.tsx";

interface TemplateAnswer {
  template_id: string;
  blueprint: Blueprint;
  template: Pick<Summary, "name" | "category" | "complexity" | "description" | "estimated_cost"> & { limitations?: string[] };
}

/** One template: its blueprint, made to measure, and a place to ask for changes in words. */
export function TemplatePage({ id }: { id: string }) {
  const [answer, setAnswer] = useState<TemplateAnswer>();
  const [problem, setProblem] = useState<ApiProblem>();
  const address = `/api/v1/templates/${encodeURIComponent(id)}`;
  const load = () => {
    setProblem(undefined);
    getJson<TemplateAnswer>(address).then(setAnswer, (error) => setProblem(problemFrom(error)));
  };
  useEffect(load, [id]);
  if (problem && answer === undefined) {
    return (
      <section class="page">
        <BackLink />
        <h1>{id}</h1>
        <ProblemBox problem={problem} {...(problem.status === 404 ? {} : { retry: load })} />
      </section>
    );
  }
  if (answer === undefined) {
    return (
      <section class="page">
        <h1>{id}</h1>
        <Skeleton lines={8} />
      </section>
    );
  }
  const { template, blueprint } = answer;
  const customize = (wish: object) =>
    postJson<TemplateAnswer>(`${address}/customize`, wish).then(setAnswer, (error) => setProblem(problemFrom(error)));
  return (
    <div class="page">
      <BackLink />
      <header class="template-head">
        <div>
          <p class="tags">
            <span class="tag">{words(template.category)}</span>
            <Complexity complexity={template.complexity} />
          </p>
          <h1>{template.name}</h1>
          <p class="lead">{template.description}</p>
        </div>
        <Customise name={blueprint.name} customize={customize} />
      </header>
      {problem && <ProblemBox problem={problem} />}
      <BlueprintPanel blueprint={blueprint} draft={false} level={2} />
      {template.limitations && template.limitations.length > 0 && (
        <section class="limits" aria-labelledby="limits">
          <h2 id="limits">Good to know</h2>
          <ul>
            {template.limitations.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </section>
      )}
      <div class="ask">
        <Prompt
          label="Ask for a change to this template"
          placeholder={`Change ${template.name}: more replicas, a cache, another database…`}
          about={{ blueprint, template_id: id }}
          onSend={() => go({ page: "build" })}
        />
      </div>
    </div>
  );
}

function BackLink() {
  return (
    <p class="back">
      <a href="#/templates">
        <Icon name="back" /> Templates
      </a>
    </p>
  );
}

const SIZES = [0.5, 1, 1.5, 2, 4];

function Customise({ name, customize }: { name: string; customize: (wish: object) => Promise<void> }) {
  const [wanted, setWanted] = useState(name);
  const [size, setSize] = useState(1);
  const submit = (event: Event) => {
    event.preventDefault();
    void customize({ name: wanted, scale_factor: size });
  };
  return (
    <form class="customise" onSubmit={submit}>
      <label>
        Name
        <input
          type="text"
          value={wanted}
          required
          maxLength={63}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      </label>
      <label>
        Size
        <select value={size} onChange={(event) => setSize(Number(event.currentTarget.value))}>
          {SIZES.map((factor) => (
            <option key={factor} value={factor}>
              {factor} ×
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button">
        Customize
      </button>
    </form>
  );
}
