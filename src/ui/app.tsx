import { useEffect, useRef } from "preact/hooks";
import { Announcer } from "./announcer.tsx";
import { Build } from "./build.tsx";
import { busy, stop } from "./conversation.ts";
import { DeploymentPage } from "./deployment.tsx";
import { Deployments } from "./deployments.tsx";
import { Logo } from "./icons.tsx";
import type { Place } from "./place.ts";
import { focusPrompt } from "./prompt.tsx";
import { followAddress, place } from "./route.ts";
import { TemplatePage } from "./template.tsx";
import { Templates } from "./templates.tsx";
import { TokenDialog } from "./token-dialog.tsx";

const PAGES = [
  ["build", "#/", "Build"],
  ["templates", "#/templates", "Templates"],
  ["deployments", "#/deployments", "Deployments"],
] as const;

export function App() {
  const main = useRef<HTMLElement>(null);
  useEffect(followAddress, []);
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const { value: here } = place;
  const address = JSON.stringify(here);
  const arrived = useRef(address);
  useEffect(() => {
    document.title = titleOf(here);
    // Arriving is no news for the first page; on later ones the reader starts at the top.
    if (arrived.current !== address) main.current?.focus();
    arrived.current = address;
  }, [address]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <a class="brand" href="#/" aria-label="AI-CDN, start page">
          <Logo />
          <span>AI-CDN</span>
        </a>
        <nav aria-label="Pages">
          {PAGES.map(([page, href, label]) => (
            <a key={page} href={href} aria-current={here.page === page ? "page" : undefined}>
              {label}
            </a>
          ))}
        </nav>
      </header>
      <main ref={main} id="main" tabIndex={-1}>
        <Page at={here} />
      </main>
      <footer>
        <a href="/openapi.json">API</a>
        <a href="/schemas/blueprint/1.0.json">Blueprint schema</a>
        <span class="faint">
          <kbd>/</kbd> to type, <kbd>Esc</kbd> to stop
        </span>
      </footer>
      <Announcer />
      <TokenDialog />
    </>
  );
}

function Page({ at }: { at: Place }) {
  switch (at.page) {
    case "build":
      return <Build />;
    case "templates":
      return at.id === undefined ? <Templates /> : <TemplatePage key={at.id} id={at.id} />;
    case "deployments":
      return at.id === undefined ? <Deployments /> : <DeploymentPage key={at.id} id={at.id} />;
    case "nowhere":
      return (
        <section class="page">
          <h1>There is nothing here</h1>
          <p>
            The address leads nowhere. <a href="#/">Go to the start page.</a>
          </p>
        </section>
      );
  }
}

function titleOf(at: Place): string {
  const name = "id" in at ? at.id : PAGES.find(([page]) => page === at.page && page !== "build")?.[2];
  return name === undefined ? "AI-CDN" : `${name} · AI-CDN`;
}

function onKey(event: KeyboardEvent): void {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, dialog") !== null;
  if (event.key === "Escape" && busy.value) stop();
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && focusPrompt())
    event.preventDefault();
}
