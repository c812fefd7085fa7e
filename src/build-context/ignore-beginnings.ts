import { compareTexts } from "../order.ts";

/** The fixed beginnings of patterns. */
export interface Beginnings {
  /** Whether one of them begins with the text, or the text with one of them. */
  meet(text: string): boolean;
}

/** Sort beginnings, so that a text is compared with two of them, however many there are. */
export function createBeginnings(texts: readonly string[]): Beginnings {
  const sorted: string[] = [];
  for (const text of texts.toSorted(compareTexts)) {
    // One that begins with another is met wherever that is.
    const last = sorted.at(-1);
    if (last === undefined || !text.startsWith(last)) sorted.push(text);
  }
  return {
    meet(text) {
      const at = countUpTo(sorted, text);
      // Whatever lies between a text and its own beginning begins with that, too, so that none lies
      // there.
      return (
        (sorted[at]?.startsWith(text) ?? false) || (at > 0 && text.startsWith(sorted[at - 1] ?? ""))
      );
    },
  };
}

/** How many of the sorted texts are not behind the text. */
function countUpTo(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? "") <= text) low = middle + 1;
    else high = middle;
  }
  return low;
}
