const LEAST_BYTES = 4096;

/** A buffer that `grown` may take: all of its own memory. */
export type OwnBuffer = Buffer<ArrayBuffer>;

export function emptyBuffer(): OwnBuffer {
  return Buffer.from(new ArrayBuffer(0));
}

/**
 * The buffer, or when it cannot hold so many bytes a larger one with the same content and zeros behind it. The old one is
 * gone at once then, and with it all parts of it that somebody still has: waiting for the garbage collector, the
 * old ones would take as much memory as the new one.
 */
export function grown(buffer: OwnBuffer, bytes: number): OwnBuffer {
  if (bytes <= buffer.length) return buffer;
  return Buffer.from(buffer.buffer.transfer(Math.max(bytes, 2 * buffer.length, LEAST_BYTES)));
}
