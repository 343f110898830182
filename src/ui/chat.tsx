import { useEffect, useRef } from "preact/hooks";
import type { Answer } from "./answer.ts";
import { busy, edit, retry, startOver, type Turn, turns } from "./conversation.ts";
import { count, words } from "./format.ts";
import { Icon } from "./icons.tsx";
import { Markdown } from "./markdown.tsx";
import { CopyButton } from "./parts.tsx";
import { Prompt } from "./prompt.tsx";

/** The conversation: what was asked, what was answered, and where to ask on. */
export function Chat() {
  const end = useRef<HTMLDivElement>(null);
  const { value: all } = turns;
  const follows = useRef(true);
  useEffect(() => {
    const onScroll = () => {
      const box = end.current?.getBoundingClientRect();
      follows.current = box === undefined || box.top < innerHeight + NEAR_PX;
    };
    addEventListener("scroll", onScroll, { passive: true });
    return () => removeEventListener("scroll", onScroll);
  }, []);
  // Follows the growing text, unless the reader has scrolled away from it.
  useEffect(() => {
    if (follows.current && busy.value) end.current?.scrollIntoView({ block: "nearest" });
  }, [all]);
  return (
    <section class="chat" aria-labelledby="chat-title">
      <div class="chat-head">
        <h1 id="chat-title">Conversation</h1>
        <button type="button" class="button small" onClick={startOver}>
          <Icon name="plus" /> New
        </button>
      </div>
      <ol class="turns">
        {all.map((turn, index) => (
          <TurnView key={turn.id} turn={turn} last={index === all.length - 1} />
        ))}
      </ol>
      <div class="ask">
        <Prompt label="Your message" placeholder="Ask for a change, or something new…" focused />
      </div>
      <div ref={end} />
    </section>
  );
}

/** How far below the window the end of the conversation may be and still be followed. */
const NEAR_PX = 160;

function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const { message, answer } = turn;
  const growing = answer.state === "waiting" || answer.state === "streaming";
  return (
    <li class="turn">
      <div class="question">
        <span class="unseen">You asked: </span>
        {message}
      </div>
      <div class="answer" aria-busy={growing}>
        <Tags answer={answer} />
        {answer.thinking !== "" && (
          <details class="thinking">
            <summary>Thinking</summary>
            <p>{answer.thinking}</p>
          </details>
        )}
        {growing && answer.text === "" && <p class="pending">{answer.status ?? "Reading your message"}</p>}
        {answer.text !== "" && <Markdown text={answer.text} />}
        {answer.resources.length > 0 && <Mention answer={answer} />}
        {answer.warnings.map((warning) => (
          <p key={warning} class="note warning">
            <Icon name="warning" /> {warning}
          </p>
        ))}
        {answer.failure && (
          <div class="note error">
            <Icon name="warning" />
            <div>
              <p>{answer.failure.message}</p>
              {answer.failure.requestId && (
                <p class="faint">
                  Request <code>{answer.failure.requestId}</code>
                </p>
              )}
            </div>
          </div>
        )}
        {!growing && <Afterwards answer={answer} last={last} />}
      </div>
    </li>
  );
}

function Tags({ answer: { intent, confidence } }: { answer: Answer }) {
  if (intent === undefined) return null;
  const sure = confidence === undefined ? undefined : `${Math.round(confidence * 100)} % sure`;
  return (
    <p class="tags">
      <span class="tag accent" title={sure}>
        <Icon name="spark" /> {words(intent)}
      </span>
    </p>
  );
}

function Mention({ answer: { blueprint, resources } }: { answer: Answer }) {
  return (
    <p class="mention">
      <button type="button" onClick={showBlueprint}>
        <Icon name="service" />
        <span>
          <strong>{blueprint?.name ?? "Drawing up the blueprint…"}</strong>
          <br />
          {count(resources.length, "resource")}
          {blueprint === undefined && " so far"}
        </span>
        <Icon name="arrow" />
      </button>
    </p>
  );
}

function showBlueprint(): void {
  const panel = document.getElementById("blueprint");
  panel?.scrollIntoView({ block: "start" });
  panel?.focus({ preventScroll: true });
}

function Afterwards({ answer, last }: { answer: Answer; last: boolean }) {
  const { state, model, tokens, text } = answer;
  const facts = [state === "stopped" ? "Stopped" : undefined, model, tokens === undefined ? undefined : count(tokens, "token")];
  return (
    <div class="afterwards">
      <span class="faint">{facts.filter((fact) => fact !== undefined).join(" · ")}</span>
      <span class="actions">
        {text !== "" && <CopyButton label="Copy" text={() => text} />}
        {last && (
          <>
            <button type="button" class="button small" onClick={edit}>
              <Icon name="edit" /> Edit
            </button>
            <button type="button" class="button small" onClick={retry}>
              <Icon name="retry" /> Retry
            </button>
          </>
        )}
      </span>
    </div>
  );
}
