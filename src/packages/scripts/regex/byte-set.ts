import type { ByteSet } from "./tree.ts";

/** Ranges of bytes of the named classes, in the C locale. */
const CLASSES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  alpha: [
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  digit: [[0x30, 0x39]],
  alnum: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x61, 0x7a],
  ],
  upper: [[0x41, 0x5a]],
  lower: [[0x61, 0x7a]],
  space: [
    [0x09, 0x0d],
    [0x20, 0x20],
  ],
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  punct: [
    [0x21, 0x2f],
    [0x3a, 0x40],
    [0x5b, 0x60],
    [0x7b, 0x7e],
  ],
  print: [[0x20, 0x7e]],
  graph: [[0x21, 0x7e]],
  cntrl: [
    [0x00, 0x1f],
    [0x7f, 0x7f],
  ],
  xdigit: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};

/** The ranges of a class such as `alpha`; undefined when there is no such class. */
export function classRanges(name: string): readonly (readonly [number, number])[] | undefined {
  return Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

export function setOf(ranges: readonly (readonly [number, number])[]): ByteSet {
  const set = new Uint8Array(256);
  for (const [from, to] of ranges) set.fill(1, from, to + 1);
  return set;
}

export function inverted(set: ByteSet): ByteSet {
  return set.map((bit) => 1 - bit);
}

/** With the other case of each letter. */
export function withoutCase(set: ByteSet): ByteSet {
  const folded = set.slice();
  for (let lower = 0x61; lower <= 0x7a; lower++) {
    const either = Math.max(set[lower] ?? 0, set[lower - 0x20] ?? 0);
    folded[lower] = either;
    folded[lower - 0x20] = either;
  }
  return folded;
}

/** Letters, digits and the underscore, as `\w`. */
export const wordBytes: ByteSet = setOf([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
