import type { Usage } from "../model.ts";
import type { Piece } from "../wire.ts";

/** What the servers that call themselves compatible send, with nothing taken for granted. */
interface Chunk {
  model?: unknown;
  object?: unknown;
  error?: unknown;
  choices?: { delta?: Delta | null; finish_reason?: unknown }[] | null;
  /** Workers AI's own format. */
  response?: unknown;
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null;
}

interface Delta {
  content?: unknown;
  refusal?: unknown;
  reasoning_content?: unknown;
  reasoning?: unknown;
}

/** One chunk of a chat completion. Where a server sends both `choices` and `response`, they say the same: `choices` counts. */
export function readChunk(json: unknown): Piece {
  const chunk = json as Chunk;
  const error = chunk.error ?? (chunk.object === "error" ? chunk : undefined);
  if (error !== undefined) return { error };
  const choice = chunk.choices?.[0];
  const delta = choice?.delta ?? undefined;
  const reason = choice?.finish_reason;
  if (reason === "error") return { error: chunk };
  const piece: Piece = {
    text: choice === undefined ? textOf(chunk.response) : textOf(delta?.content) || textOf(delta?.refusal),
    thinking: textOf(delta?.reasoning_content) || textOf(delta?.reasoning),
  };
  if (typeof chunk.model === "string") piece.model = chunk.model;
  if (chunk.usage) piece.usage = usageOf(chunk.usage);
  if (typeof reason === "string" && reason !== "") {
    piece.stopped = reason === "content_filter" ? "filtered" : reason === "length" ? "length" : "stop";
  }
  return piece;
}

/** Some servers send a token that looks like a number as one. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function usageOf(usage: NonNullable<Chunk["usage"]>): Partial<Usage> {
  const out: Partial<Usage> = {};
  if (Number.isInteger(usage.prompt_tokens)) out.input_tokens = Number(usage.prompt_tokens);
  if (Number.isInteger(usage.completion_tokens)) out.output_tokens = Number(usage.completion_tokens);
  return out;
}
