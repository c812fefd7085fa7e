/**
 * A number with its noun, which gets an `s` unless there is exactly one: `1 image`, `0 images`, `2
 * images`.
 */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first of some lines, and how many more there are: `and 3 more`. */
export function firstOf(lines: readonly string[], count: number): readonly string[] {
  if (lines.length <= count) return lines;
  return [...lines.slice(0, count), `and ${lines.length - count} more`];
}

/** The first of some names in a sentence, and how many more there are: `a, b and 3 more`. */
export function listFirst(names: readonly string[], count: number, separator = ", "): string {
  const [shown, rest] = [names.slice(0, count).join(separator), names.length - count];
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
