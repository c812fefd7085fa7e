import type { Engine } from "../../docker/engine.ts";
import type { Clock } from "../context.ts";

/** What scripts of one image may write in all: more is a script that does not know its end. */
export const mostWrittenBytes = 8 * 1024 ** 3;

const LOOK_MS = 3000;

/**
 * Call `onTooMuch` once when a container has written more than it may, which no Engine limits
 * everywhere. Ends then, when the signal is aborted, and where the Engine does not tell.
 */
export async function watchWritten(
  {
    engine,
    id,
    clock,
  }: {
    readonly engine: Pick<Engine, "writtenBytes">;
    readonly id: string;
    readonly clock: Pick<Clock, "sleep">;
  },
  onTooMuch: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(LOOK_MS, signal);
      const written = await engine.writtenBytes(id, signal);
      if (written === undefined) return;
      if (written > mostWrittenBytes) return onTooMuch();
    }
  } catch {
    // An Engine that fails is seen by who uses it for more.
  }
}
