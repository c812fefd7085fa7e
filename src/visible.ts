/**
 * What steers a terminal or turns the direction of text: controls, escape sequences with them, and
 * invisible formatting.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A stranger's text in one line, safe to show: what cannot be seen, or would steer the terminal, is
 * a question mark.
 */
export function visible(text: string): string {
  return text.replaceAll(INVISIBLE, "?");
}
