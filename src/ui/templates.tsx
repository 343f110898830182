import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Summary } from "../templates/summary.ts";
import { announce } from "./announcer.tsx";
import { type ApiProblem, getJson, problemFrom } from "./api.ts";
import { count, words } from "./format.ts";
import { Icon } from "./icons.tsx";
import { ProblemBox, Skeleton } from "./parts.tsx";
import { hashOf } from "./place.ts";
import { COMPLEXITY_ORDER, chosen, type Filter } from "./template-filter.ts";

/** The library, fetched once; templates are few and small. */
const library = signal<readonly Summary[] | undefined>(undefined);

/** A pause in typing that is worth a search. */
const PAUSE_MS = 150;

export function Templates() {
  return (
    <section class="page">
      <h1>Templates</h1>
      <p class="lead">Proven starting points. Look at the blueprint, scale it, ask for changes, deploy it.</p>
      <TemplateGrid level={2} />
    </section>
  );
}

/** Every template as a card, narrowed by category, complexity and a search. `level` is the level of the cards' headings. */
export function TemplateGrid({ level }: { level: 2 | 3 }) {
  const [filter, setFilter] = useState<Filter>({ category: undefined, complexity: undefined, found: undefined });
  const [problem, setProblem] = useState<ApiProblem>();
  const load = () => {
    setProblem(undefined);
    getJson<{ templates: Summary[] }>("/api/v1/templates/").then(
      (answer) => {
        library.value = answer.templates;
      },
      (error) => setProblem(problemFrom(error)),
    );
  };
  useEffect(load, []);
  const { value: all } = library;
  if (problem && all === undefined) return <ProblemBox problem={problem} retry={load} />;
  const shown = chosen(all ?? [], filter);
  return (
    <>
      <Filters all={all ?? []} filter={filter} change={setFilter} />
      {all === undefined && <Skeleton lines={6} />}
      {all !== undefined && shown.length === 0 && <p class="empty">No template fits. Ask for what you need instead.</p>}
      <ul class="cards">
        {shown.map((template) => (
          <TemplateCard key={template.id} template={template} level={level} />
        ))}
      </ul>
    </>
  );
}

function TemplateCard({ template, level }: { template: Summary; level: 2 | 3 }) {
  const { id, name, description, category, complexity, estimated_cost, providers, source } = template;
  const Heading = `h${level}` as const;
  return (
    <li class="card">
      <p class="tags">
        <span class="tag">{words(category)}</span>
        {source === "custom" && <span class="tag accent">Custom</span>}
        <Complexity complexity={complexity} />
      </p>
      <Heading>
        <a href={hashOf({ page: "templates", id })}>{name}</a>
      </Heading>
      <p class="about">{description}</p>
      <p class="facts">
        <span>{estimated_cost === "unknown" ? "Price unknown" : estimated_cost.replace("/month", " a month")}</span>
        <span class="faint">{providers.filter((provider) => provider !== "fake").join(", ") || "rehearsal only"}</span>
      </p>
    </li>
  );
}

export function Complexity({ complexity }: { complexity: Summary["complexity"] }) {
  const level = COMPLEXITY_ORDER.indexOf(complexity) + 1;
  return (
    <span class="complexity">
      <span class="bars" aria-hidden="true">
        {COMPLEXITY_ORDER.map((step, index) => (
          <i key={step} class={index < level ? "on" : ""} />
        ))}
      </span>
      {words(complexity)}
    </span>
  );
}

interface FiltersProps {
  all: readonly Summary[];
  filter: Filter;
  change: (filter: Filter) => void;
}

function Filters({ all, filter, change }: FiltersProps) {
  const [query, setQuery] = useState("");
  useEffect(() => {
    if (query.trim() === "") return change({ ...filter, found: undefined });
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const address = `/api/v1/templates/search/?limit=50&query=${encodeURIComponent(query.trim())}`;
      getJson<{ results: { id: string }[] }>(address, controller.signal).then(
        ({ results }) => {
          change({ ...filter, found: results.map(({ id }) => id) });
          announce(`${count(results.length, "template")} found.`);
        },
        (error) => {
          const problem = problemFrom(error);
          if (problem !== undefined) announce(problem.message);
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query]);
  const categories = [...new Set(all.map(({ category }) => category))];
  return (
    <div class="filters">
      <label class="search">
        <span class="unseen">Search templates</span>
        <Icon name="search" />
        <input
          type="search"
          placeholder="Search: postgres, k8s, gateway…"
          maxLength={200}
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
      </label>
      <label class="select">
        <span class="unseen">Category</span>
        <select
          value={filter.category ?? ""}
          onChange={(event) => change({ ...filter, category: event.currentTarget.value || undefined })}
        >
          <option value="">All categories</option>
          {categories.map((category) => (
            <option key={category} value={category}>
              {words(category)}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="segments">
        <legend class="unseen">Complexity</legend>
        {[undefined, ...COMPLEXITY_ORDER].map((complexity) => (
          <button
            key={complexity ?? "any"}
            type="button"
            aria-pressed={filter.complexity === complexity}
            onClick={() => change({ ...filter, complexity })}
          >
            {words(complexity ?? "any")}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
