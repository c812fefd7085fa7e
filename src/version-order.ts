import { compareTexts } from "./order.ts";

/**
 * Compare two texts as versions are: runs of other characters one character after the other, by
 * their weight, and runs of digits by value, in turn. Negative when the first one is less. `weight`
 * tells what stands at a place of a text: a digit, another character, or its end.
 *
 * Source: deb-version(7), "Sorting algorithm", which `sort -V` follows with other weights.
 */
export function compareVersionTexts(
  a: string,
  b: string,
  weight: (text: string, index: number) => number,
): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const left = digitsAt(a, i);
    const right = digitsAt(b, j);
    const difference = compareDigits(left, right);
    if (difference !== 0) return difference;
    i += left.length;
    j += right.length;
  }
  return 0;
}

/** What letters and other characters weigh: all others come after the letters. */
export function weightOfCharacter(code: number): number {
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter ? code : code + 256;
}

/** Whether an ASCII digit stands at a place; false beyond the end. */
export function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x30 && code <= 0x39;
}

function digitsAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && isDigit(text, end)) end++;
  return text.slice(start, end);
}

/**
 * By value without conversion: dates such as 20230311 fit a number, but hashes read as digits may
 * not.
 */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, "");
  const right = b.replace(/^0+/, "");
  if (left.length !== right.length) return left.length - right.length;
  return compareTexts(left, right);
}
