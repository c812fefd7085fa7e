import { createHash, hash } from "node:crypto";

/** How much is written at a time. */
const BLOCK_BYTES = 256 * 1024;
const SEAL_BYTES = 32;

/**
 * Pieces as blocks, and behind them the digest of all: what was cut short or damaged on the disk is
 * not believed. A block changes when the next one is asked for.
 */
export function* seal(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const content = createHash("sha256");
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let used = 0;
  for (const piece of pieces) {
    content.update(piece);
    for (let from = 0; from < piece.length;) {
      const to = Math.min(piece.length, from + BLOCK_BYTES - used);
      block.set(piece.subarray(from, to), used);
      used += to - from;
      from = to;
      if (used < BLOCK_BYTES) continue;
      yield block;
      used = 0;
    }
  }
  yield block.subarray(0, used);
  yield content.digest();
}

/** What was sealed; undefined when it is not whole. */
export function unseal(sealed: Buffer): Buffer | undefined {
  const end = sealed.length - SEAL_BYTES;
  if (end < 0) return undefined;
  const content = sealed.subarray(0, end);
  return hash("sha256", content, "buffer").equals(sealed.subarray(end)) ? content : undefined;
}
