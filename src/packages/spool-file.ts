import type { Hash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { FILE_MODE } from "../store/ownership.ts";

const SPOOL_BUFFER = 1024 * 1024;

/** Gathers small files into large writes: a package is thousands of pieces of a few kilobytes. */
export class SpoolFile implements Disposable {
  readonly #descriptor: number;
  readonly #hash: Hash | undefined;
  readonly #buffer = Buffer.allocUnsafe(SPOOL_BUFFER);
  #used = 0;
  offset = 0;

  /** `hash` takes in all that is written. */
  constructor(file: string, hash?: Hash) {
    this.#hash = hash;
    this.#descriptor = openSync(file, "w", FILE_MODE);
  }

  write(piece: Uint8Array): void {
    this.offset += piece.length;
    for (let from = 0; from < piece.length;) {
      const part = piece.subarray(from, from + SPOOL_BUFFER - this.#used);
      this.#buffer.set(part, this.#used);
      this.#used += part.length;
      from += part.length;
      if (this.#used === SPOOL_BUFFER) this.flush();
    }
  }

  flush(): void {
    this.#hash?.update(this.#buffer.subarray(0, this.#used));
    // One write may take a part and succeed, as the last one on a full disk does.
    for (let from = 0; from < this.#used;) {
      from += writeSync(this.#descriptor, this.#buffer, from, this.#used - from);
    }
    this.#used = 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
