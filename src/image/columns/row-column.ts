import { GrowingBytes } from "./growing-bytes.ts";

/** Rows of so many bytes each, one behind the other. */
export class RowColumn {
  readonly #width: number;
  readonly #memory: GrowingBytes;
  #length: number;

  /** `bytes` as `bytes()` gave them. */
  constructor(width: number, bytes?: Buffer) {
    this.#width = width;
    this.#memory = new GrowingBytes(bytes);
    this.#length = this.#memory.bytes.length / width;
  }

  get length(): number {
    return this.#length;
  }

  /**
   * The next row, all zeros, to be filled at once: no row that was given out before holds from now
   * on.
   */
  add(): Buffer {
    this.#length++;
    this.#memory.reserve(this.#length * this.#width);
    return this.at(this.#length - 1);
  }

  /** A row, to be read or changed until the next one is added. */
  at(row: number): Buffer {
    return this.#memory.bytes.subarray(row * this.#width, (row + 1) * this.#width);
  }

  /** All rows, until the next one is added. */
  bytes(): Buffer {
    return this.#memory.bytes.subarray(0, this.#length * this.#width);
  }
}
