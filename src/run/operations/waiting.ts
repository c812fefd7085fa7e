import type { PlanNode } from "../../plan/plan.ts";
import type { TakingContext } from "./operation-context.ts";

/** How often a wait says what it waits for. */
const TELL_MS = 10_000;

/** What a node that waits tells its reader. */
export interface Waiting extends Disposable {
  /** The newest reason why it is not over: shown in passing, and told from time to time. */
  note(reason: string): void;
  /**
   * Something that the reader should know at once, and where it stands until something else is said
   * if it `lasts`.
   */
  readonly say: (message: string, lasts: boolean) => void;
  /** The newest reason. */
  last(): string | undefined;
}

/**
 * Tell of a wait until it is disposed of: each new reason as output of the node, and where it
 * stands every ten seconds.
 */
export function tellWaiting(
  node: PlanNode,
  { emit, clock, signal }: Pick<TakingContext, "emit" | "clock" | "signal">,
): Waiting {
  const over = new AbortController();
  const startedMs = clock.now();
  let last: string | undefined;
  let lasting: string | undefined;
  const tell = (reason: string): void =>
    emit({ type: "node-waiting", node, reason, waitedMs: clock.now() - startedMs });
  const repeat = async (): Promise<void> => {
    const either = AbortSignal.any([signal, over.signal]);
    for (;;) {
      await clock.sleep(TELL_MS, either);
      tell(lasting ?? last ?? "no probe has answered yet");
    }
  };
  // Ends with the wait, or with the run.
  repeat().catch(() => undefined);
  return {
    note(reason) {
      // The same failure forty times a second says nothing more than once.
      if (reason === last) return;
      last = reason;
      emit({ type: "node-output", node, line: reason });
    },
    say(message, lasts) {
      lasting = lasts ? message : undefined;
      tell(message);
    },
    last: () => last,
    [Symbol.dispose]: () => over.abort(new Error("the wait is over")),
  };
}
