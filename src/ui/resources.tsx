import type { Blueprint } from "../blueprints/schema.ts";
import { money } from "./format.ts";
import { Icon, TYPE_ICONS } from "./icons.tsx";
import type { Estimate } from "./judgement.ts";
import { CopyButton, Scrollable } from "./parts.tsx";
import { factsOf, TYPE_WORDS } from "./resource.ts";

/** Every resource in a row: what it is, how big, what it needs, and its price where that is known. */
export function ResourcesView({ blueprint, estimate }: { blueprint: Blueprint; estimate: Estimate | undefined }) {
  const prices = new Map(estimate?.resources.map(({ name, monthly_cost }) => [name, monthly_cost]));
  return (
    <ul class="resources">
      {blueprint.resources.map((resource) => {
        const { name, type, provider, dependencies } = resource;
        const { what, size, replicas } = factsOf(resource);
        const price = prices.get(name);
        return (
          <li key={name} class={type}>
            <span class="badge" title={TYPE_WORDS[type]}>
              <Icon name={TYPE_ICONS[type]} />
            </span>
            <span class="who">
              <strong>{name}</strong> {replicas > 1 && <span class="tag">×{replicas}</span>}
              <br />
              <span class="faint">
                {what} on {provider}
              </span>
            </span>
            <span class="much">
              {size}
              {dependencies.length > 0 && <span class="faint">needs {dependencies.join(", ")}</span>}
            </span>
            <span class="price">{price !== undefined && estimate && Number(price) > 0 && money(price, estimate.currency)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** The blueprint itself, to read and to take away. */
export function JsonView({ blueprint }: { blueprint: Blueprint }) {
  const text = JSON.stringify(blueprint, undefined, 2);
  return (
    <div class="json">
      <div class="actions">
        <CopyButton label="Copy JSON" text={() => text} />
        <CopyButton label="Copy as curl" text={() => curlOf(blueprint)} />
        <button type="button" class="button small" onClick={() => download(`${blueprint.name}.json`, text)}>
          <Icon name="download" /> Download
        </button>
      </div>
      <Scrollable class="source" label="Blueprint as JSON">
        <pre>
          <code>{text}</code>
        </pre>
      </Scrollable>
    </div>
  );
}

/** The command that deploys it; what a shell would read as its own is kept as it is. */
function curlOf(blueprint: Blueprint): string {
  const body = JSON.stringify(blueprint).replaceAll("'", "'\\''");
  return `curl -X POST ${location.origin}/api/v1/blueprints/ \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
