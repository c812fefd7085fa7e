/** A part of a text, and where it begins in it. */
export interface TextPiece {
  readonly text: string;
  readonly offset: number;
}

/**
 * Where a character stands in the text that pieces are from, by its place in the pieces put
 * together; behind the last one: where that ends.
 */
export function offsetIn(pieces: readonly TextPiece[], at: number): number {
  let left = at;
  for (const { text, offset } of pieces) {
    if (left < text.length) return offset + left;
    left -= text.length;
  }
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.offset + last.text.length;
}
