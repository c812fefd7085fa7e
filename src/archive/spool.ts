import type { FileHandle } from "node:fs/promises";

const FLUSH_BYTES = 1024 * 1024;

/**
 * Appends to a file in large pieces: most files of an archive are small, and each write costs a
 * turn of a thread.
 */
export class Spool {
  readonly #file: FileHandle;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Where the next byte will be. */
  offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The piece is kept until it is written, so it must not be changed afterwards. */
  async write(piece: Uint8Array): Promise<void> {
    this.#pending.push(piece);
    this.#pendingBytes += piece.length;
    this.offset += piece.length;
    if (this.#pendingBytes >= FLUSH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    // `writeFile` goes on after a short write, as a disk that is nearly full gives; `write` does
    // not.
    await this.#file.writeFile(Buffer.concat(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}
