import type { RunContext } from "../context.ts";

/** Told with how much is done and how much there is, in bytes. */
export type OnProgress = (done: number, total: number) => void;

/** Carry out work that is told as one phase with its bytes. */
export async function inPhase<Value>(
  { emit }: Pick<RunContext, "emit">,
  { phase, title }: { readonly phase: string; readonly title: string },
  work: (onProgress: OnProgress) => Promise<Value>,
): Promise<Value> {
  emit({ type: "phase-started", phase, title });
  const value = await work((done, total) =>
    emit({ type: "phase-progress", phase, done, total, unit: "bytes" }),
  );
  emit({ type: "phase-finished", phase, note: "" });
  return value;
}

/** Tell of a stream's bytes as a phase while they go by. */
export async function* countedInPhase(
  { emit, signal }: Pick<RunContext, "emit" | "signal">,
  {
    phase,
    title,
    total,
  }: { readonly phase: string; readonly title: string; readonly total: number },
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  emit({ type: "phase-started", phase, title });
  let done = 0;
  for await (const piece of content) {
    signal.throwIfAborted();
    done += piece.length;
    emit({ type: "phase-progress", phase, done, total, unit: "bytes" });
    yield piece;
  }
  emit({ type: "phase-finished", phase, note: "" });
}
