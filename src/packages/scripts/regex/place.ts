import { wordBytes } from "./byte-set.ts";
import type { AssertionKind } from "./tree.ts";

/** What stands beside a place in the text: as much as assertions ask. */
export const beside = { nothing: 0, newline: 1, word: 2, other: 3 } as const;

/** The kind of a byte; 256 stands for the start or the end of the text. */
export function besideOf(byte: number): number {
  if (byte === 256) return beside.nothing;
  if (byte === 10) return beside.newline;
  return wordBytes[byte] === 1 ? beside.word : beside.other;
}

/** Whether an assertion holds between two neighbours. */
export function holds(
  kind: AssertionKind,
  place: { readonly before: number; readonly after: number; readonly isMultiline: boolean },
): boolean {
  const { before, after, isMultiline } = place;
  const isWordBefore = before === beside.word;
  const isWordAfter = after === beside.word;
  switch (kind) {
    case "line-start":
      return before === beside.nothing || (isMultiline && before === beside.newline);
    case "line-end":
      return after === beside.nothing || (isMultiline && after === beside.newline);
    case "buffer-start":
      return before === beside.nothing;
    case "buffer-end":
      return after === beside.nothing;
    case "word-boundary":
      return isWordBefore !== isWordAfter;
    case "inside-word":
      return isWordBefore === isWordAfter;
    case "word-start":
      return !isWordBefore && isWordAfter;
    case "word-end":
      return isWordBefore && !isWordAfter;
  }
}
