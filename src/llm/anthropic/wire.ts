import type { Usage } from "../model.ts";
import type { Piece } from "../wire.ts";

interface Event {
  type?: unknown;
  message?: { model?: unknown; usage?: Counts | null } | null;
  delta?: { type?: unknown; text?: unknown; thinking?: unknown; stop_reason?: unknown } | null;
  usage?: Counts | null;
  error?: unknown;
}

interface Counts {
  input_tokens?: unknown;
  cache_creation_input_tokens?: unknown;
  cache_read_input_tokens?: unknown;
  output_tokens?: unknown;
}

/** One event of the Messages API. Kinds it does not know are skipped: new ones may appear at any time. */
export function readEvent(json: unknown): Piece {
  const event = json as Event;
  switch (event.type) {
    case "message_start":
      return {
        ...(typeof event.message?.model === "string" ? { model: event.message.model } : {}),
        ...usageOf(event.message?.usage),
      };
    case "content_block_delta":
      if (event.delta?.type === "text_delta") return { text: textOf(event.delta.text) };
      return event.delta?.type === "thinking_delta" ? { thinking: textOf(event.delta.thinking) } : {};
    case "message_delta":
      return { ...stoppedOf(event.delta?.stop_reason), ...usageOf(event.usage) };
    case "message_stop":
      return { end: true };
    case "error":
      return { error: event.error ?? event };
    default:
      return {};
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function stoppedOf(reason: unknown): Pick<Piece, "stopped"> {
  if (typeof reason !== "string") return {};
  if (reason === "refusal") return { stopped: "filtered" };
  return { stopped: reason === "max_tokens" || reason === "model_context_window_exceeded" ? "length" : "stop" };
}

/** Output counts are cumulative. Tokens written to or read from the prompt cache are input too, counted apart. */
function usageOf(counts: Counts | null | undefined): Pick<Piece, "usage"> {
  const usage: Partial<Usage> = {};
  if (Number.isInteger(counts?.input_tokens)) {
    const input = [counts?.input_tokens, counts?.cache_creation_input_tokens, counts?.cache_read_input_tokens];
    usage.input_tokens = input.reduce((sum: number, count) => sum + (Number(count) || 0), 0);
  }
  if (Number.isInteger(counts?.output_tokens)) usage.output_tokens = Number(counts?.output_tokens);
  return { usage };
}
