import { emptyBuffer, grown } from "./growth.ts";

/** Rows of so many bytes each, one behind the other. */
export class RowColumn {
  readonly #width: number;
  #bytes = emptyBuffer();
  #length = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get length(): number {
    return this.#length;
  }

  /** The next row, all zeros, to be filled at once: no row that was given out before holds from now on. */
  add(): Buffer {
    this.#length++;
    this.#bytes = grown(this.#bytes, this.#length * this.#width);
    return this.at(this.#length - 1);
  }

  /** A row, to be read or changed until the next one is added. */
  at(row: number): Buffer {
    return this.#bytes.subarray(row * this.#width, (row + 1) * this.#width);
  }
}
