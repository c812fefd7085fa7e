/**
 * Characters that mean something in a pattern mean themselves when they were quoted. A quoted one
 * is kept as a character above the bytes, so that text keeps its length and needs no escapes.
 */
const SHIFT = 0x100;

/** Stands for an empty quoted string, which makes a field of its own. Above what is shifted. */
export const EMPTY_QUOTES = "\u0200";

const SPECIAL = /[*?[\]!^\\-]/;
const EVERY_SPECIAL = /[*?[\]!^\\-]/g;
const SHIFTED = /[\u0100-\u0200]/;
const EVERY_SHIFTED = /[\u0100-\u0200]/g;

/** Mark what is quoted. */
export function quoted(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(EVERY_SPECIAL, (char) => String.fromCharCode(char.charCodeAt(0) + SHIFT));
}

/** Back to bytes. */
export function unquoted(text: string): string {
  if (!SHIFTED.test(text)) return text;
  return text.replace(EVERY_SHIFTED, (char) =>
    char === EMPTY_QUOTES ? "" : String.fromCharCode(char.charCodeAt(0) - SHIFT),
  );
}
