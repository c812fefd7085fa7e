/** Of an unpacked index: that of Debian's main is 50 MB. */
const LARGEST_INDEX = 512 * 1024 ** 2;
/** Of one paragraph: the largest in Debian are some tens of kilobytes. */
const LARGEST_PARAGRAPH = 1024 ** 2;

/**
 * The pieces of a package index while it stays within bounds: what a repository's metadata names is
 * believed, and still it must neither fill the memory nor keep a run from ending. Throws an `Error`
 * when it grows past them, and the signal's reason.
 */
export async function* withinBounds(
  content: AsyncIterable<Uint8Array>,
  { maximumBytes = LARGEST_INDEX, signal }: IndexBounds = {},
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of content) {
    signal?.throwIfAborted();
    bytes += piece.length;
    if (bytes > maximumBytes) {
      throw new Error(`it is larger than ${maximumBytes} bytes when unpacked`);
    }
    yield piece;
  }
}

export interface IndexBounds {
  /** What the metadata says of the unpacked index; absent: far more than any of Debian has. */
  readonly maximumBytes?: number | undefined;
  readonly signal?: AbortSignal;
}

/** Throws an `Error` when what was gathered of a paragraph is too long to be one. */
export function refuseLongParagraph(rest: string): void {
  if (rest.length > LARGEST_PARAGRAPH) {
    throw new Error(`a paragraph of it is longer than ${LARGEST_PARAGRAPH} bytes`);
  }
}
