const LEAST_BYTES = 4096;

/** Bytes that grow. */
export class GrowingBytes {
  /** Those that are in use, and more; until they grow again. */
  bytes: Buffer;
  /** Memory that nobody else has a part of. */
  #own: ArrayBuffer | undefined;

  /** Begin with these, which stay as they are when the others grow. */
  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.bytes = bytes;
  }

  /**
   * Have so many bytes at least, new ones being zeros. Old memory is gone at once, and with it all
   * parts of it that somebody still has: waiting for the garbage collector, it would be as much as
   * the new memory.
   */
  reserve(count: number): void {
    if (count <= this.bytes.length) return;
    const length = Math.max(count, 2 * this.bytes.length, LEAST_BYTES);
    const memory = this.#own?.transfer(length) ?? new ArrayBuffer(length);
    const bytes = Buffer.from(memory);
    if (this.#own === undefined) this.bytes.copy(bytes);
    this.#own = memory;
    this.bytes = bytes;
  }
}
