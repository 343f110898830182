import { useState } from "preact/hooks";
import { Dialog } from "./parts.tsx";
import { declineToken, giveToken, question } from "./token.ts";

/** Asks for an API token when the server wants one. */
export function TokenDialog() {
  return question.value === undefined ? null : <TokenForm detail={question.value.detail} />;
}

function TokenForm({ detail }: { detail: string }) {
  const [text, setText] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim() !== "") giveToken(text.trim());
  };
  return (
    <Dialog title="This server asks for an API token" close={declineToken}>
      <form onSubmit={submit}>
        <p class="faint">{detail}</p>
        <label>
          API token
          <input
            type="password"
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            required
          />
        </label>
        <p class="faint">It stays in this tab and is forgotten when you close it.</p>
        <div class="actions">
          <button type="button" class="button" onClick={declineToken}>
            Not now
          </button>
          <button type="submit" class="button primary">
            Use it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
