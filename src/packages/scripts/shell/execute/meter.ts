import { LimitReached, type ScriptLimits } from "../../limits.ts";

/** How much work one step may stand for where work grows with the length of a text. */
const BYTES_PER_STEP = 64;

/** Counts what a script takes, over all shells that it makes. */
export class Meter {
  readonly limits: ScriptLimits;
  #steps = 0;
  #outputBytes = 0;
  #memoryBytes = 0;
  /** Commands within commands at this moment. */
  depth = 0;

  constructor(limits: ScriptLimits) {
    this.limits = limits;
  }

  get steps(): number {
    return this.#steps;
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  step(steps = 1): void {
    this.#steps += steps;
    if (this.#steps > this.limits.steps) throw new LimitReached("steps");
  }

  /** Work in proportion to a number of bytes or comparisons. */
  work(bytes: number): void {
    if (bytes >= BYTES_PER_STEP) this.step(Math.floor(bytes / BYTES_PER_STEP));
  }

  output(bytes: number): void {
    this.#outputBytes += bytes;
    if (this.#outputBytes > this.limits.outputBytes) throw new LimitReached("outputBytes");
    this.work(bytes);
  }

  /** Memory that is taken, or given back when negative. */
  memory(bytes: number): void {
    this.#memoryBytes += bytes;
    if (this.#memoryBytes > this.limits.memoryBytes) throw new LimitReached("memoryBytes");
  }

  /** Give back what a subshell took. */
  restoreMemory(bytes: number): void {
    this.#memoryBytes = bytes;
  }

  /** Refuse a text that no limit would let be kept. */
  checkLength(length: number): void {
    if (length > this.limits.memoryBytes) throw new LimitReached("memoryBytes");
  }

  /** The interpreter's own stack is full, which the limit of depth is to prevent. */
  overflow(): never {
    throw new LimitReached("depth");
  }

  enter(): void {
    if (this.depth >= this.limits.depth) throw new LimitReached("depth");
    this.depth++;
  }
}
