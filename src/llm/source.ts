import type { ModelError, ModelEvent } from "./model.ts";

/** Produces an answer batch by batch, and stops when the signal aborts. */
export type Run = (signal: AbortSignal) => AsyncIterable<ModelEvent[]>;

/**
 * A stream of model events from a generator: it runs only as far as it is pulled, never errors, ends after `finish` or
 * `error` at the latest, and aborts the generator's signal when cancelled.
 */
export function sourceOf(run: Run): ReadableStream<ModelEvent[]> {
  const gone = new AbortController();
  let batches: AsyncIterator<ModelEvent[]> | undefined;
  /** A generator that nobody asks any more still has timers and a connection to let go of. */
  const release = () => void batches?.return?.().catch(report);
  return new ReadableStream<ModelEvent[]>(
    {
      async pull(controller) {
        try {
          batches ??= run(gone.signal)[Symbol.asyncIterator]();
          const { done, value } = await batches.next();
          if (gone.signal.aborted) return;
          if (!done) controller.enqueue(value);
          if (!done && !isLast(value)) return;
          controller.close();
          release();
        } catch (cause) {
          if (gone.signal.aborted) return;
          report(cause);
          controller.enqueue([{ type: "error", error: BROKEN }]);
          controller.close();
        }
      },
      cancel(reason) {
        gone.abort(reason);
        release();
      },
    },
    // Nothing is read ahead: the upstream feels the client's pace.
    { highWaterMark: 0 },
  );
}

const BROKEN: ModelError = { code: "invalid", message: "The model's answer could not be processed." };

function isLast(batch: readonly ModelEvent[]): boolean {
  const last = batch.at(-1)?.type;
  return last === "finish" || last === "error";
}

function report(cause: unknown): void {
  const error = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  console.error(JSON.stringify({ message: "a model's stream failed", error }));
}
