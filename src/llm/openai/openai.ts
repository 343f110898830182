import { ask, type Extra } from "../http.ts";
import type { Model, ModelRequest } from "../model.ts";
import { readChunk } from "./wire.ts";

export interface OpenAiSettings {
  /** Ends before `/chat/completions`: `https://api.openai.com/v1`, `http://localhost:11434/v1`. A query is kept. */
  base_url: string;
  model: string;
  api_key?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** Any server that speaks OpenAI's Chat Completions: OpenAI, Ollama, vLLM, llama.cpp, OpenRouter, AI Gateway, … */
export function openAi(settings: OpenAiSettings): Model {
  const url = new URL(settings.base_url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/chat/completions`;
  const headers = {
    "content-type": "application/json",
    accept: "text/event-stream",
    // A compressed event stream arrives in lumps.
    "accept-encoding": "identity",
    ...(settings.api_key === undefined ? {} : { authorization: `Bearer ${settings.api_key}` }),
    ...settings.headers,
  };
  const caller = {
    name: settings.model,
    // A redirect is refused: it would carry the key to a place nobody configured.
    send: (body: Record<string, unknown>, signal: AbortSignal) =>
      fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal, redirect: "manual" }),
    readPiece: readChunk,
    refused: new Set<string>(),
  };
  return {
    name: settings.model,
    answer: (request, signal) =>
      ask(caller, { model: settings.model, messages: request.messages, stream: true }, extrasOf(request), signal),
  };
}

function extrasOf({ format }: ModelRequest): Extra[] {
  const usage: Extra = { name: "stream_options", value: { include_usage: true }, refusal: /stream_options|include_usage/i };
  if (format === undefined) return [usage];
  const value = { type: "json_schema", json_schema: format };
  return [usage, { name: "response_format", value, refusal: /response_format|json_schema|schema|grammar/i }];
}
