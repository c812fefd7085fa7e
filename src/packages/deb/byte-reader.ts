/** Reads exact numbers of bytes from a stream of chunks of any size. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Exactly `length` bytes, or undefined when the stream ends before the first of them. Throws when it ends in the middle. */
  async read(length: number): Promise<Uint8Array | undefined> {
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
    let missing = length;
    while (missing > 0) {
      if (this.#position === this.#chunk.length) {
        const { done, value } = await this.#iterator.next();
        if (done === true) return;
        this.#chunk = value;
        this.#position = 0;
        continue;
      }
      const end = Math.min(this.#chunk.length, this.#position + missing);
      const piece = this.#chunk.subarray(this.#position, end);
      this.#position = end;
      missing -= piece.length;
      yield piece;
    }
  }

  /** Pass over bytes; throws when the stream ends before. */
  async skip(length: number): Promise<void> {
    let missing = length;
    for await (const piece of this.stream(length)) missing -= piece.length;
    if (missing > 0) throw new Error("the file ends in the middle");
  }

  /** Let go of the source. */
  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
