/** Numbers of SQLite's files that take from one to nine bytes, seven bits in each but the ninth. */

/** How many bytes a number takes; it has to be below 2⁴⁹. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Write a number below 2⁴⁹; returns the offset behind it. */
export function putVarint(target: Uint8Array, offset: number, value: number): number {
  const bytes = varintBytes(value);
  let rest = value;
  for (let at = bytes - 1; at >= 0; at--) {
    target[offset + at] = (rest % 128) | (at === bytes - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 128);
  }
  return offset + bytes;
}

/**
 * Read a number. Throws an `Error` for one that goes beyond the bytes, or beyond what JavaScript
 * counts exactly.
 */
export function readVarint(
  source: Uint8Array,
  offset: number,
): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = 0; at < 8; at++) {
    const byte = source[offset + at];
    if (byte === undefined) throw new Error("a number in it goes beyond its page");
    value = value * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(value)) break;
    if (byte < 0x80) return { value, end: offset + at + 1 };
  }
  throw new Error("a number in it is too large");
}
