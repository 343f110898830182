/** Reading server-sent events in tests, event by event, over any chunking. */

export interface ReadEvent {
  id?: number;
  type: string;
  data: unknown;
  [key: string]: unknown;
}

/** The events of a stream as they come, until it ends. Throws when a `data:` line is not JSON. */
export async function* readEvents(response: Response): AsyncGenerator<ReadEvent> {
  if (response.body === null) throw new Error("The response has no body.");
  const decoder = new TextDecoder();
  let buffer = "";
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let end = buffer.indexOf("\n\n"); end !== -1; end = buffer.indexOf("\n\n")) {
      const event = parse(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (event !== undefined) yield event;
    }
  }
  if (buffer !== "") throw new Error(`The stream ended inside an event: ${buffer}`);
}

export async function allEvents(response: Response): Promise<ReadEvent[]> {
  const events: ReadEvent[] = [];
  for await (const event of readEvents(response)) events.push(event);
  return events;
}

function parse(block: string): ReadEvent | undefined {
  const lines = block.split("\n");
  const data = lines.find((line) => line.startsWith("data: "));
  if (data === undefined) return undefined;
  const id = lines.find((line) => line.startsWith("id: "));
  return { ...(JSON.parse(data.slice(6)) as ReadEvent), ...(id === undefined ? {} : { id: Number(id.slice(4)) }) };
}
