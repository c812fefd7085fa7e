/** Reads big-endian values one after the other; throws an `Error` when there are too few bytes. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that were not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new Error("an OpenPGP packet ends in the middle");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A number of one, two or four bytes. */
  number(width: 1 | 2 | 4): number {
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    return value;
  }

  /**
   * A multiprecision integer without leading zeros: its bits in two bytes, then its bytes. Source:
   * RFC 9580, section 3.2.
   */
  integer(): Uint8Array {
    const bytes = this.take(Math.ceil(this.number(2) / 8));
    const first = bytes.findIndex((byte) => byte !== 0);
    return first === -1 ? bytes.subarray(bytes.length) : bytes.subarray(first);
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }
}
