/**
 * Of what a run keeps of the metadata of all repositories. With what reading takes beside it, and
 * with Node itself, a lock stays below 700 MB. A list of packages of 290 MB takes some 60 MB, with
 * four hundred packages of eight versions that are looked at.
 */
const MOST_BYTES = 320 * 1024 ** 2;

/** What a text and its place in a list or a map take beside its characters. */
export const TEXT_BYTES = 80;

/**
 * Keeps count of the memory that the metadata of a run's repositories takes, which nobody may have
 * signed: of whatever it holds much, and however it is nested, what is kept has a bound. Bytes are
 * a careful estimate for each kind of thing, made by measuring.
 */
export class MemoryTally {
  readonly #most: number;
  #bytes = 0;

  constructor(most = MOST_BYTES) {
    this.#most = most;
  }

  /** Of all that is kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Count what is about to be kept. Throws an `Error` when all of it is too much. */
  keep(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#most) return;
    throw new Error(
      `with it, the metadata takes more than ${Math.ceil(this.#most / 1024 ** 2)} MB of memory`,
    );
  }

  /** What was counted is let go of. */
  letGo(bytes: number): void {
    this.#bytes -= bytes;
  }
}
