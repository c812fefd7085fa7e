/**
 * A number with its noun, which gets an `s` unless there is exactly one: `1 image`, `0 images`, `2
 * images`.
 */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
