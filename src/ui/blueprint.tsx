import { useRef, useState } from "preact/hooks";
import type { Blueprint } from "../blueprints/schema.ts";
import { AuditView, CostView, ValidityView } from "./blueprint-views.tsx";
import { DeployBar } from "./deploy.tsx";
import { Diagram } from "./diagram.tsx";
import { count, money } from "./format.ts";
import { JsonView, ResourcesView } from "./resources.tsx";
import { type Judged, type Judgements, useJudgements } from "./use-judgements.ts";

const TABS = ["Resources", "Checks", "Cost", "Security", "JSON"] as const;
type Tab = (typeof TABS)[number];

interface BlueprintPanelProps {
  blueprint: Blueprint;
  /** Still being drawn up: shown, but not judged and not deployed. */
  draft: boolean;
  level: 1 | 2;
}

/** Everything there is to know about a blueprint before it is deployed, and the button that does it. */
export function BlueprintPanel({ blueprint, draft, level }: BlueprintPanelProps) {
  const [tab, setTab] = useState<Tab>("Resources");
  const judgements = useJudgements(blueprint, draft);
  const tabs = TABS.filter((name) => !isMissing(judgements, name));
  const Heading = `h${level}` as const;
  return (
    <section class="panel" id="blueprint" aria-labelledby="blueprint-title" tabIndex={-1}>
      <header class="panel-head">
        <div>
          <Heading id="blueprint-title">{draft ? "Drawing up the blueprint…" : blueprint.name}</Heading>
          <p class="faint">{blueprint.description || count(blueprint.resources.length, "resource")}</p>
        </div>
        {!draft && <DeployBar blueprint={blueprint} valid={isValid(judgements)} />}
      </header>
      <Diagram name={blueprint.name} resources={blueprint.resources} />
      <Tiles judgements={judgements} draft={draft} open={setTab} />
      <Tabs tabs={tabs} tab={tab} select={setTab} />
      <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === "Resources" && <ResourcesView blueprint={blueprint} estimate={readyValue(judgements.estimate)} />}
        {tab === "Checks" && <ValidityView judged={judgements.verdict} />}
        {tab === "Cost" && <CostView judged={judgements.estimate} />}
        {tab === "Security" && <AuditView judged={judgements.audit} />}
        {tab === "JSON" && <JsonView blueprint={blueprint} />}
      </div>
    </section>
  );
}

/** What the server does not judge has no tab. */
function isMissing({ verdict, estimate, audit }: Judgements, tab: Tab): boolean {
  const judged = { Checks: verdict, Cost: estimate, Security: audit, Resources: undefined, JSON: undefined }[tab];
  return judged?.state === "missing";
}

const isValid = ({ verdict }: Judgements): boolean => verdict.state !== "ready" || verdict.value.valid;

function readyValue<T>(judged: Judged<T>): T | undefined {
  return judged.state === "ready" ? judged.value : undefined;
}

interface TilesProps {
  judgements: Judgements;
  draft: boolean;
  open: (tab: Tab) => void;
}

/** The three judgements at a glance. */
function Tiles({ judgements: { verdict, estimate, audit }, draft, open }: TilesProps) {
  if (draft) return null;
  return (
    <ul class="tiles" aria-label="Judgements">
      <Tile label="Checks" judged={verdict} open={() => open("Checks")}>
        {({ valid, errors, warnings }) => ({
          tone: valid ? (warnings.length === 0 ? "good" : "fair") : "bad",
          figure: valid ? "Valid" : count(errors.length, "error"),
          note: warnings.length === 0 ? "no warnings" : count(warnings.length, "warning"),
        })}
      </Tile>
      <Tile label="Cost" judged={estimate} open={() => open("Cost")}>
        {({ total_monthly_cost, currency }) => ({
          tone: "plain",
          figure: money(total_monthly_cost, currency),
          note: "a month",
        })}
      </Tile>
      <Tile label="Security" judged={audit} open={() => open("Security")}>
        {({ score, findings }) => {
          const open = findings.filter(({ suppressed }) => suppressed === undefined).length;
          return {
            tone: score >= 80 ? "good" : score >= 50 ? "fair" : "bad",
            figure: `${score} / 100`,
            note: open === 0 ? "no findings" : count(open, "finding"),
          };
        }}
      </Tile>
    </ul>
  );
}

interface TileProps<T> {
  label: string;
  judged: Judged<T>;
  open: () => void;
  children: (value: T) => { tone: "good" | "fair" | "bad" | "plain"; figure: string; note: string };
}

function Tile<T>({ label, judged, open, children }: TileProps<T>) {
  if (judged.state === "missing") return null;
  const { tone, figure, note } =
    judged.state === "ready"
      ? children(judged.value)
      : judged.state === "loading"
        ? { tone: "plain", figure: "…", note: "checking" }
        : { tone: "bad", figure: "Failed", note: judged.problem.title };
  return (
    <li>
      <button type="button" class={`tile ${tone}`} onClick={open}>
        <span class="tile-label">{label}</span>
        <strong>{figure}</strong>
        <span class="faint">{note}</span>
      </button>
    </li>
  );
}

/** A tab list as ARIA describes it: one tab stop, arrows move. */
function Tabs({ tabs, tab, select }: { tabs: readonly Tab[]; tab: Tab; select: (tab: Tab) => void }) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : undefined;
    const index = step === undefined ? to : (tabs.indexOf(tab) + step + tabs.length) % tabs.length;
    const next = index === undefined ? undefined : tabs[index];
    if (next === undefined) return;
    event.preventDefault();
    select(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Blueprint" ref={list} onKeyDown={onKeyDown}>
      {tabs.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === tab}
          aria-controls="tab-panel"
          tabIndex={name === tab ? 0 : -1}
          onClick={() => select(name)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
