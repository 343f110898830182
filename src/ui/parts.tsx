import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announcer.tsx";
import type { ApiProblem } from "./api.ts";
import { Icon, type IconName } from "./icons.tsx";

/** Small parts that several pages are made of. */

/** What went wrong, all of it, with the request id to quote. */
export function ProblemBox({ problem, retry }: { problem: ApiProblem; retry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <Icon name="warning" />
      <div>
        <p>
          <strong>{problem.title}.</strong> {problem.message}
        </p>
        {problem.issues.length > 1 && (
          <ul>
            {problem.issues.map(({ pointer, detail, hint }) => (
              <li key={pointer + detail}>
                <code>{pointer}</code> {detail} {hint}
              </li>
            ))}
          </ul>
        )}
        {problem.requestId && (
          <p class="faint">
            Request <code>{problem.requestId}</code>
          </p>
        )}
        {retry && (
          <button type="button" class="button" onClick={retry}>
            <Icon name="retry" /> Try again
          </button>
        )}
      </div>
    </div>
  );
}

const TOLD_MS = 1600;

/** Copies a text and says so, to eyes and ears. */
export function CopyButton({ text, label, icon = "copy" }: { text: () => string; label: string; icon?: IconName }) {
  const [told, setTold] = useState<string>();
  useEffect(() => {
    if (told === undefined) return;
    const timer = setTimeout(() => setTold(undefined), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  const copy = async () => {
    const copied = await navigator.clipboard.writeText(text()).then(
      () => true,
      () => false,
    );
    const outcome = copied ? "Copied" : "The browser does not allow it";
    setTold(outcome);
    announce(outcome);
  };
  return (
    <button type="button" class="button small" onClick={() => void copy()}>
      <Icon name={told === "Copied" ? "check" : icon} /> {told ?? label}
    </button>
  );
}

/** A modal dialog: focus goes in, stays in and comes back; Esc closes it. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    return () => dialog.current?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onCancel={close} onClose={close}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

/** Grey lines where something is on its way. */
export function Skeleton({ lines }: { lines: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => (
        <span key={`${index}`} />
      ))}
    </div>
  );
}

/** What scrolls on its own, by keyboard too. */
export function Scrollable({ label, class: name, children }: { label: string; class: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus can be scrolled with the arrow keys.
    <section class={name} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
