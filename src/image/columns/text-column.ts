import { emptyBuffer, grown } from "./growth.ts";

/** Texts, as UTF-8 one behind the other: an object for each would take twice the memory, and there may be very many. */
export class TextColumn {
  #bytes = emptyBuffer();
  #ends = emptyBuffer();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Returns its row. */
  add(text: string): number {
    const start = this.#start(this.#length);
    // A character takes at most three bytes of UTF-8 for each of its code units.
    this.#bytes = grown(this.#bytes, start + 3 * text.length);
    this.#ends = grown(this.#ends, 4 * (this.#length + 1));
    const end = start + this.#bytes.write(text, start);
    this.#ends.writeUInt32LE(end, 4 * this.#length);
    return this.#length++;
  }

  at(row: number): string {
    return this.#bytes.toString("utf8", this.#start(row), this.#start(row + 1));
  }

  /** By the bytes, as paths are sorted: below zero when the text is less than the bytes. */
  compare(row: number, bytes: Uint8Array): number {
    const [start, end] = [this.#start(row), this.#start(row + 1)];
    return this.#bytes.compare(bytes, 0, bytes.length, start, end);
  }

  /** The order of two of them. */
  compareRows(one: number, other: number): number {
    const [start, end] = [this.#start(other), this.#start(other + 1)];
    return this.#bytes.compare(this.#bytes, start, end, this.#start(one), this.#start(one + 1));
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#ends.readUInt32LE(4 * (row - 1));
  }
}
