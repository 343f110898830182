import { BlueprintPanel } from "./blueprint.tsx";
import { Chat } from "./chat.tsx";
import { current, send, turns } from "./conversation.ts";
import { Prompt } from "./prompt.tsx";
import { TemplateGrid } from "./templates.tsx";

const SUGGESTIONS = [
  "I need a high-availability web app for 50k daily users",
  "I need PostgreSQL that survives the loss of a node",
  "I need Prometheus, Grafana and Loki for my home lab",
  "I need a Kubernetes platform on Proxmox",
];

/** The start page; once something was asked, the conversation with its blueprint beside it. */
export function Build() {
  if (turns.value.length === 0) return <Start />;
  const { value: shown } = current;
  return (
    <div class={shown === undefined ? "workbench alone" : "workbench"}>
      <Chat />
      {shown !== undefined && <BlueprintPanel blueprint={shown.blueprint} draft={shown.draft} level={2} />}
    </div>
  );
}

function Start() {
  return (
    <>
      <section class="hero">
        <h1>What do you need to run?</h1>
        <p class="lead">
          Say it in a sentence. You get a blueprint with its diagram, price and security findings, and deploy it to your own
          Docker hosts and Proxmox clusters, or rehearse it first.
        </p>
        <Prompt label="What do you need to run?" placeholder="A web shop with a database and a cache…" focused />
        <ul class="suggestions" aria-label="Suggestions">
          {SUGGESTIONS.map((text) => (
            <li key={text}>
              <button type="button" class="chip" onClick={() => void send(text)}>
                {text}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section class="page" aria-labelledby="start-templates">
        <h2 id="start-templates">Or start from a template</h2>
        <TemplateGrid level={3} />
      </section>
    </>
  );
}
