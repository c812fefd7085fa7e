import { once } from "node:events";
import type { Session } from "./open/session.ts";

/**
 * Write to standard output as long as somebody reads it: a reader that went away (`logs -f | head`)
 * would otherwise be written to for ever, and is no failure. What writes gets a signal that tells,
 * and can wait for a slow reader, so that nothing piles up in memory. Resolves with the exit code.
 */
export async function whileRead(
  { host, signal }: Pick<Session, "host" | "signal">,
  write: (signal: AbortSignal, taken: () => Promise<void>) => Promise<void>,
): Promise<number> {
  const closed = new AbortController();
  host.stdout.once("error", () => closed.abort());
  const either = AbortSignal.any([signal, closed.signal]);
  try {
    await write(either, waitForReader(host.stdout, either));
    return 0;
  } catch (error) {
    if (closed.signal.aborted && !signal.aborted) return 0;
    throw error;
  }
}

/** Resolves when a slow reader has taken what was written. */
function waitForReader(stream: NodeJS.WriteStream, signal: AbortSignal): () => Promise<void> {
  let draining: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    try {
      await once(stream, "drain", { signal });
    } finally {
      draining = undefined;
    }
  };
  return async () => {
    if (stream.writableNeedDrain) await (draining ??= drain());
  };
}
