import type { ComponentChildren } from "preact";
import type { Issue } from "../validation/issue.ts";
import { money } from "./format.ts";
import { Icon } from "./icons.tsx";
import { type Audit, alike, type CostComponent, type Estimate, SEVERITIES, type Verdict } from "./judgement.ts";
import { ProblemBox, Skeleton } from "./parts.tsx";
import type { Judged } from "./use-judgements.ts";

/** The judgements on a blueprint in full. */

interface WhenReadyProps<T> {
  judged: Judged<T>;
  children: (value: T) => ComponentChildren;
}

function WhenReady<T>({ judged, children }: WhenReadyProps<T>) {
  if (judged.state === "ready") return <>{children(judged.value)}</>;
  if (judged.state === "failed") return <ProblemBox problem={judged.problem} />;
  if (judged.state === "missing") return <p class="empty">This server does not answer this question.</p>;
  return <Skeleton lines={4} />;
}

export function ValidityView({ judged }: { judged: Judged<Verdict> }) {
  return (
    <WhenReady judged={judged}>
      {({ errors, warnings }) => {
        if (errors.length + warnings.length === 0)
          return <AllGood>Nothing is wrong with it. It can be deployed as it is.</AllGood>;
        return (
          <ul class="findings">
            {errors.map((issue) => (
              <IssueView key={issue.pointer + issue.detail} issue={issue} severity="high" word="Error" />
            ))}
            {warnings.map((issue) => (
              <IssueView key={issue.pointer + issue.detail} issue={issue} severity="medium" word="Warning" />
            ))}
          </ul>
        );
      }}
    </WhenReady>
  );
}

function IssueView({ issue: { pointer, detail, hint }, severity, word }: { issue: Issue; severity: string; word: string }) {
  return (
    <li>
      <span class={`severity ${severity}`}>{word}</span>
      <div>
        <p>{detail}</p>
        {hint && <p class="faint">{hint}</p>}
        <p class="faint">
          <code>{pointer}</code>
        </p>
      </div>
    </li>
  );
}

export function CostView({ judged }: { judged: Judged<Estimate> }) {
  return (
    <WhenReady judged={judged}>
      {({ currency, total_monthly_cost, resources, usage, assumptions = [], unpriced = [], price_sheet }) => (
        <>
          <table class="cost">
            <caption class="unseen">Monthly cost by resource</caption>
            <thead>
              <tr>
                <th scope="col">Resource</th>
                <th scope="col">A month</th>
              </tr>
            </thead>
            <tbody>
              {resources
                .filter(({ cost_components }) => cost_components.length > 0)
                .map(({ name, monthly_cost, cost_components }) => (
                  <tr key={name}>
                    <th scope="row">
                      {name}
                      <span class="faint">{cost_components.map(componentOf).join(" · ")}</span>
                    </th>
                    <td>{money(monthly_cost, currency)}</td>
                  </tr>
                ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <td>{money(total_monthly_cost, currency)}</td>
              </tr>
            </tfoot>
          </table>
          {usage?.low && usage.high && (
            <p class="faint">
              With little traffic {money(usage.low.total_monthly_cost, currency)}, with much{" "}
              {money(usage.high.total_monthly_cost, currency)} a month.
            </p>
          )}
          {unpriced.map(({ resource, component, reason }) => (
            <p key={resource + component} class="note warning">
              <Icon name="warning" /> {resource}, {component}: {reason}
            </p>
          ))}
          {assumptions.length > 0 && (
            <details>
              <summary>What this assumes</summary>
              <ul>
                {assumptions.map((assumption) => (
                  <li key={assumption}>{assumption}</li>
                ))}
              </ul>
            </details>
          )}
          {typeof price_sheet === "object" && price_sheet.name && (
            <p class="faint">
              Prices: {price_sheet.name}
              {price_sheet.date && `, ${price_sheet.date}`}
            </p>
          )}
        </>
      )}
    </WhenReady>
  );
}

function componentOf({ name, unit, monthly_quantity }: CostComponent): string {
  return `${name} ${Number(monthly_quantity).toLocaleString("en", { maximumFractionDigits: 1 })} ${unit}`;
}

export function AuditView({ judged }: { judged: Judged<Audit> }) {
  return (
    <WhenReady judged={judged}>
      {({ summary, findings }) => {
        if (findings.length === 0) return <AllGood>The audit found nothing to mend.</AllGood>;
        return (
          <>
            <ul class="counts" aria-label="Findings by severity">
              {SEVERITIES.filter((severity) => summary[severity] > 0).map((severity) => (
                <li key={severity} class={`severity ${severity}`}>
                  {summary[severity]} {severity}
                </li>
              ))}
            </ul>
            <ul class="findings">
              {alike(findings).map(({ first: { id, severity, title, fix, pointer, suppressed }, resources, details }) => (
                <li key={id + pointer}>
                  <span class={`severity ${severity}`}>{severity}</span>
                  <div>
                    <p class="tags">
                      <strong>{title}</strong>
                      {resources.map((resource) => (
                        <span key={resource} class="tag">
                          {resource}
                        </span>
                      ))}
                    </p>
                    {details.map((detail) => (
                      <p key={detail}>{detail}</p>
                    ))}
                    <p class="faint">
                      <strong>Fix:</strong> {fix}
                    </p>
                    <p class="faint">{suppressed === undefined ? id : `${id}, accepted: ${suppressed.reason}`}</p>
                  </div>
                </li>
              ))}
            </ul>
          </>
        );
      }}
    </WhenReady>
  );
}

function AllGood({ children }: { children: ComponentChildren }) {
  return (
    <p class="note good">
      <Icon name="check" /> {children}
    </p>
  );
}
