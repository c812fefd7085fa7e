import { Turns } from "../../turns.ts";

/** Work in steps, each of them short; what has begun them may stop between two. */
export type Steps<Value> = Generator<undefined, Value, undefined>;

/** Do all steps without letting anything else come between them. */
export function atOnce<Value>(steps: Steps<Value>): Value {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Do all steps, with turns for others now and then (`Turns`). Throws the signal's reason. */
export async function inTurns<Value>(steps: Steps<Value>, signal: AbortSignal): Promise<Value> {
  const turns = new Turns();
  for (;;) {
    signal.throwIfAborted();
    const step = steps.next();
    if (step.done === true) return step.value;
    if (turns.isOver()) await turns.next();
  }
}
