import { GrowingBytes } from "./growing-bytes.ts";

const END_BYTES = 4;

/**
 * Texts, as UTF-8 one behind the other: an object for each would take twice the memory, and there
 * may be very many.
 */
export class TextColumn {
  readonly #texts: GrowingBytes;
  /** Where each text ends. */
  readonly #ends: GrowingBytes;
  #length: number;

  /** `bytes` and `ends` as `parts` gave them. */
  constructor(bytes?: Buffer, ends?: Buffer) {
    this.#texts = new GrowingBytes(bytes);
    this.#ends = new GrowingBytes(ends);
    this.#length = this.#ends.bytes.length / END_BYTES;
  }

  get length(): number {
    return this.#length;
  }

  /** Returns its row. */
  add(text: string): number {
    const start = this.#start(this.#length);
    // A character takes at most three bytes of UTF-8 for each of its code units.
    this.#texts.reserve(start + 3 * text.length);
    this.#ends.reserve(END_BYTES * (this.#length + 1));
    const end = start + this.#texts.bytes.write(text, start);
    this.#ends.bytes.writeUInt32LE(end, END_BYTES * this.#length);
    return this.#length++;
  }

  at(row: number): string {
    return this.#texts.bytes.toString("utf8", this.#start(row), this.#start(row + 1));
  }

  /** By the bytes, as paths are sorted: below zero when the text is less than the bytes. */
  compare(row: number, bytes: Uint8Array): number {
    return this.#texts.bytes.compare(
      bytes,
      0,
      bytes.length,
      this.#start(row),
      this.#start(row + 1),
    );
  }

  /** The order of two of them. */
  compareRows(one: number, other: number): number {
    const [start, end] = [this.#start(other), this.#start(other + 1)];
    const { bytes } = this.#texts;
    return bytes.compare(bytes, start, end, this.#start(one), this.#start(one + 1));
  }

  /** All texts and where they end, until the next one is added. */
  parts(): readonly [bytes: Buffer, ends: Buffer] {
    return [
      this.#texts.bytes.subarray(0, this.#start(this.#length)),
      this.#ends.bytes.subarray(0, END_BYTES * this.#length),
    ];
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#ends.bytes.readUInt32LE(END_BYTES * (row - 1));
  }
}
