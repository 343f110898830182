/** How the two wire formats say the same things; each text is one or more complete server-sent events. */
export interface Dialect {
  begin: string;
  text(token: string): string;
  stop(reason: "stop" | "length" | "filtered", usage: { input_tokens: number; output_tokens: number }): string;
  end: string;
  error(type: string, message: string): string;
  ping: string;
}

/** The dialect of the address asked: `/v1/messages` is Anthropic's. */
export function dialectOf(path: string, model: string): Dialect {
  return path.endsWith("/messages") ? messages(model) : chatCompletions(model);
}

function chatCompletions(model: string): Dialect {
  const chunk = (body: object) => `data: ${JSON.stringify({ id: "c1", object: "chat.completion.chunk", model, ...body })}\n\n`;
  const reasons = { stop: "stop", length: "length", filtered: "content_filter" };
  return {
    begin: chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] }),
    text: (content) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
    stop: (reason, usage) =>
      chunk({ choices: [{ index: 0, delta: {}, finish_reason: reasons[reason] }] }) +
      chunk({ choices: [], usage: { prompt_tokens: usage.input_tokens, completion_tokens: usage.output_tokens } }),
    end: "data: [DONE]\n\n",
    error: (type, message) => `data: ${JSON.stringify({ error: { type, message } })}\n\n`,
    ping: ": ping\n\n",
  };
}

function messages(model: string): Dialect {
  const event = (body: { type: string }) => `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;
  const reasons = { stop: "end_turn", length: "max_tokens", filtered: "refusal" };
  const start = (input_tokens: number) => ({
    type: "message_start",
    message: { model, usage: { input_tokens, output_tokens: 1 } },
  });
  return {
    begin: event(start(12)) + event({ type: "content_block_start" }) + event({ type: "ping" }),
    text: (text) => event({ ...{ type: "content_block_delta" }, ...{ index: 0, delta: { type: "text_delta", text } } }),
    stop: (reason, { output_tokens }) =>
      event({ type: "content_block_stop" }) +
      event({ ...{ type: "message_delta" }, ...{ delta: { stop_reason: reasons[reason] }, usage: { output_tokens } } }),
    end: event({ type: "message_stop" }),
    error: (type, message) => event({ ...{ type: "error" }, ...{ error: { type, message } } }),
    ping: event({ type: "ping" }),
  };
}
