/**
 * Reads bits, the highest of a byte first, from what was gathered before: reading is synchronous,
 * and `fill` waits for more.
 */
export class BitReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bits of the byte at `#at` that were read. */
  #used = 0;
  #isDone = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Gather as many bytes, or all that there are. */
  async fill(bytes: number): Promise<void> {
    if (this.#isDone || this.#bytes.length - this.#at >= bytes) return;
    const parts = [this.#bytes.subarray(this.#at)];
    let length = this.#bytes.length - this.#at;
    while (length < bytes && !this.#isDone) {
      const { done, value } = await this.#iterator.next();
      if (done === true) this.#isDone = true;
      else {
        parts.push(value);
        length += value.length;
      }
    }
    this.#bytes = Buffer.concat(parts);
    this.#at = 0;
  }

  /** Whether nothing was gathered that was not read. */
  isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A number of at most 32 bits. Throws an `Error` when fewer are there. */
  read(count: number): number {
    let value = 0;
    for (let missing = count; missing > 0;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new Error("the file ends in the middle");
      const taken = Math.min(missing, 8 - this.#used);
      const bits = (byte >>> (8 - this.#used - taken)) & ((1 << taken) - 1);
      value = value * 2 ** taken + bits;
      missing -= taken;
      this.#used += taken;
      if (this.#used === 8) {
        this.#used = 0;
        this.#at++;
      }
    }
    return value;
  }

  /** The next bits, at most 24, which are still to be read; zeros behind the end. */
  peek(count: number): number {
    const [bytes, at] = [this.#bytes, this.#at];
    const word =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
    return (word << this.#used) >>> (32 - count);
  }

  /** Take bits that were looked at as read. Throws an `Error` when fewer are there. */
  skip(count: number): void {
    const used = this.#used + count;
    this.#at += used >>> 3;
    this.#used = used & 7;
    if (this.#at + Math.sign(this.#used) > this.#bytes.length) {
      throw new Error("the file ends in the middle");
    }
  }

  /** Pass over what is left of a byte. */
  align(): void {
    if (this.#used === 0) return;
    this.#used = 0;
    this.#at++;
  }

  /** Let go of the source. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
