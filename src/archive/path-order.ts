/** By bytes of UTF-8, as `LC_ALL=C sort` does. */
export function comparePaths(a: string, b: string): number {
  // Code units compare as UTF-8 does, but for surrogates; those take the slow way.
  if (/[\uD800-\uDFFF]/.test(a) || /[\uD800-\uDFFF]/.test(b)) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return a < b ? -1 : Number(a > b);
}
