import { compareVersionTexts, isDigit, weightOfCharacter } from "../../../version-order.ts";

/**
 * Compare names as `sort -V` and `ls -v`: numbers within them by value. The order of coreutils for
 * plain versions, without its rule for suffixes of files.
 */
export function compareVersionNames(a: string, b: string): number {
  // Names that begin with a dot are in front, behind the empty one.
  const isHidden = [a, b].map((name) => name.startsWith("."));
  if (a !== "" && b !== "" && isHidden[0] !== isHidden[1]) return isHidden[0] === true ? -1 : 1;
  return compareVersionTexts(a, b, weight);
}

/** Unlike in a package's version, the end comes before a digit. */
function weight(text: string, at: number): number {
  if (at >= text.length) return -1;
  if (isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  return code === 0x7e ? -2 : weightOfCharacter(code);
}
