import { setImmediate as otherWork } from "node:timers/promises";

/** How long work goes on before others have a turn, in milliseconds. */
const TURN_MS = 20;

/**
 * The turns of work that does not wait: after each, signals, timers and the display have theirs.
 * Several workers may share one.
 *
 * Example: `if (turns.isOver()) await turns.next();`
 */
export class Turns {
  #beganMs = performance.now();

  isOver(): boolean {
    return performance.now() - this.#beganMs > TURN_MS;
  }

  async next(): Promise<void> {
    await otherWork();
    this.#beganMs = performance.now();
  }
}
