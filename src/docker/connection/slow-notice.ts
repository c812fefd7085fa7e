import type { Deadlines } from "./deadlines.ts";

/** Whom to tell that the Engine takes long, and after which time. */
export interface SlowNotice {
  readonly deadlines: Pick<Deadlines, "slowNoticeMs">;
  readonly onNotice: (message: string) => void;
}

/**
 * Say once that a call has no answer yet, long before it is given up: an Engine that hangs takes
 * connections and says nothing, and looks like work. `expectedMs` is what the call may well take,
 * such as a container's time to stop. Gives the function that calls it off.
 */
export function announceSlow(
  { deadlines, onNotice }: SlowNotice,
  call: {
    readonly operation: string;
    /** After which the call is given up; 0: never. */
    readonly deadlineMs: number;
    readonly expectedMs?: number;
  },
): () => void {
  const afterMs = (call.expectedMs ?? 0) + deadlines.slowNoticeMs;
  if (call.deadlineMs <= afterMs) return () => undefined;
  const say = (): void =>
    onNotice(
      `The Engine has not answered for ${afterMs / 1000} s (to ${call.operation}); given up after ${call.deadlineMs / 1000} s.`,
    );
  const timer = setTimeout(say, afterMs);
  return () => clearTimeout(timer);
}
