import type { Clock } from "../../src/run/context.ts";

/**
 * A clock that stands still until something sleeps on it, and then is there at once: minutes pass
 * in microseconds.
 */
export interface FakeClock extends Clock {
  /** How long each sleep was, in order. */
  readonly sleeps: readonly number[];
  /** Let time pass without a sleep, as work does. */
  advance(durationMs: number): void;
}

export function fakeClock(): FakeClock {
  let nowMs = 0;
  const sleeps: number[] = [];
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  let isAdvancing = false;

  // One sleeper at a time, the earliest first, and only when everything else has come to rest.
  const run = (): void => {
    if (isAdvancing) return;
    isAdvancing = true;
    setImmediate(() => {
      isAdvancing = false;
      sleepers.sort((left, right) => left.atMs - right.atMs);
      const next = sleepers.shift();
      if (next === undefined) return;
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
      if (sleepers.length > 0) run();
    });
  };
  return {
    sleeps,
    now: () => nowMs,
    advance(durationMs) {
      nowMs += durationMs;
    },
    async sleep(durationMs, signal) {
      signal?.throwIfAborted();
      sleeps.push(durationMs);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abort = (): void => reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      sleepers.push({ atMs: nowMs + durationMs, wake: resolve });
      run();
      try {
        await promise;
      } finally {
        signal?.removeEventListener("abort", abort);
      }
    },
  };
}
