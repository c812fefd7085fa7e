import { type Hold, type HoldContext, takeHold, tryHold } from "./hold.ts";

/** A container takes some 30 ms to make, and an interrupted run has seconds to end. */
const ANSWER_MS = 5000;

/**
 * The hold of a stack, asked for as soon as there seems to be something to do: the Engine takes
 * longer to make it than this process to find out what. Whoever took it gives it back; what nobody
 * took is given back here.
 */
export class EarlyHold implements AsyncDisposable {
  readonly #context: HoldContext;
  #trying: Promise<Hold | undefined> | undefined;

  constructor(context: HoldContext) {
    this.#context = context;
  }

  /** Ask for it, the first time. Waits for nobody who has it: that is for `take`. */
  begin(): void {
    // An interrupted run, too, waits for the answer: else the Engine would make it for nobody.
    const signal = AbortSignal.timeout(ANSWER_MS);
    // Whatever went wrong goes wrong again when it is taken, and is told then.
    this.#trying ??= tryHold({ ...this.#context, signal }).catch(() => undefined);
  }

  /**
   * The hold, as `takeHold` gives it. `meanwhile` is called once, while the Engine makes the
   * container.
   */
  async take(meanwhile: () => void): Promise<Hold> {
    const trying = this.#trying;
    if (trying === undefined) return await takeHold({ ...this.#context, meanwhile });
    meanwhile();
    const hold = await trying;
    if (hold === undefined) return await takeHold({ ...this.#context, hasWaited: true });
    this.#trying = undefined;
    return hold;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#trying)?.release();
  }
}
