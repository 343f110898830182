import { ask, type Extra, MAX_OUTPUT_TOKENS } from "../http.ts";
import type { Model, ModelRequest } from "../model.ts";
import { readEvent } from "./wire.ts";

export interface AnthropicSettings {
  /** Ends before `/v1/messages`: `https://api.anthropic.com`. */
  base_url: string;
  model: string;
  api_key: string;
  headers?: Record<string, string> | undefined;
}

/** Anthropic's Messages API. */
export function anthropic(settings: AnthropicSettings): Model {
  const url = new URL(settings.base_url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/messages`;
  const headers = {
    "content-type": "application/json",
    accept: "text/event-stream",
    // A compressed event stream arrives in lumps.
    "accept-encoding": "identity",
    "x-api-key": settings.api_key,
    "anthropic-version": "2023-06-01",
    ...settings.headers,
  };
  const caller = {
    name: settings.model,
    // A redirect is refused: it would carry the key to a place nobody configured.
    send: (body: Record<string, unknown>, signal: AbortSignal) =>
      fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal, redirect: "manual" }),
    readPiece: readEvent,
    refused: new Set<string>(),
  };
  return {
    name: settings.model,
    answer: (request, signal) => ask(caller, { model: settings.model, ...bodyOf(request) }, extrasOf(request), signal),
  };
}

/** The API takes the system's words apart from the conversation. */
function bodyOf({ messages }: ModelRequest) {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  return {
    max_tokens: MAX_OUTPUT_TOKENS,
    stream: true,
    ...(system.length > 0 ? { system: system.join("\n\n") } : {}),
    messages: messages.filter(({ role }) => role !== "system"),
  };
}

function extrasOf({ format }: ModelRequest): Extra[] {
  if (format === undefined) return [];
  const value = { format: { type: "json_schema", schema: format.schema } };
  return [{ name: "output_config", value, refusal: /output_config|json_schema|schema|grammar/i }];
}
