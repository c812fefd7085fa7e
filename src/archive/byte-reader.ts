/** Reads exact numbers of bytes from a stream of chunks of any size. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #maximumBytes: number;
  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;
  /** Bytes of the chunks before the present one. */
  #before = 0;

  /**
   * With `maximumBytes` a source that gives more, such as a decompression bomb, ends with an
   * `Error`.
   */
  constructor(source: AsyncIterable<Uint8Array>, maximumBytes: number = Number.MAX_SAFE_INTEGER) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#maximumBytes = maximumBytes;
  }

  /** Bytes that were read or skipped so far. */
  get offset(): number {
    return this.#before + this.#position;
  }

  /**
   * Exactly `length` bytes, or undefined when the stream ends before the first of them. Throws when
   * it ends in the middle.
   */
  async read(length: number): Promise<Uint8Array | undefined> {
    if (length <= this.#chunk.length - this.#position) return this.#take(length);
    const parts: Uint8Array[] = [];
    let missing = length;
    for await (const part of this.stream(length)) {
      parts.push(part);
      missing -= part.length;
    }
    if (missing === length && length > 0) return undefined;
    if (missing > 0) throw new Error("the file ends in the middle");
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  /** At most `length` bytes in the pieces in which they come; fewer when the stream ends. */
  async *stream(length: number): AsyncGenerator<Uint8Array> {
    for (let missing = length; missing > 0;) {
      if (this.#position === this.#chunk.length && !(await this.#next())) return;
      const piece = this.#take(Math.min(this.#chunk.length - this.#position, missing));
      missing -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  /** Pass over bytes; throws when the stream ends before. */
  async skip(length: number): Promise<void> {
    for (let missing = length; missing > 0;) {
      if (this.#position === this.#chunk.length && !(await this.#next())) {
        throw new Error("the file ends in the middle");
      }
      missing -= this.#take(Math.min(this.#chunk.length - this.#position, missing)).length;
    }
  }

  /** Let go of the source. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  #take(length: number): Uint8Array {
    const piece = this.#chunk.subarray(this.#position, this.#position + length);
    this.#position += length;
    return piece;
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#iterator.next();
    if (done === true) return false;
    this.#before += this.#chunk.length;
    this.#chunk = value;
    this.#position = 0;
    if (this.#before + value.length > this.#maximumBytes) {
      throw new Error(
        `it is larger than ${this.#maximumBytes} bytes when unpacked, out of proportion to the archive`,
      );
    }
    return true;
  }
}
