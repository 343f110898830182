import { ask, MAX_OUTPUT_TOKENS } from "../http.ts";
import type { Model } from "../model.ts";
import { readChunk } from "../openai/wire.ts";

/** The part of Cloudflare's `AI` binding that is used: the answer as an HTTP response, so that its status can be read. */
export interface AiBinding {
  run(
    model: string,
    input: Record<string, unknown>,
    options: { returnRawResponse: true; signal?: AbortSignal },
  ): Promise<Response>;
}

/** Without this most models stop after 256 tokens; those with a small context take no such number. */
const EXTRAS = [{ name: "max_tokens", value: MAX_OUTPUT_TOKENS, refusal: /max_(completion_)?tokens/i }];

/** A model on Workers AI, through the Worker's binding. It cannot stream and keep to a schema at once, so it is not asked to. */
export function workersAi(binding: AiBinding, model: string): Model {
  const caller = {
    name: model,
    send: (body: Record<string, unknown>, signal: AbortSignal) => binding.run(model, body, { returnRawResponse: true, signal }),
    readPiece: readChunk,
    refused: new Set<string>(),
  };
  return {
    name: model,
    answer: ({ messages }, signal) => ask(caller, { messages, stream: true }, EXTRAS, signal),
  };
}
