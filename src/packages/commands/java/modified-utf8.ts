/**
 * Text as Java's data streams write it: each half of a surrogate pair by itself, in three bytes,
 * and no byte that is zero.
 *
 * Source: OpenJDK 17, java/io/DataInput.java, "Modified UTF-8".
 */
export function toModifiedUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x8_00) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Uint8Array.from(bytes);
}

/** The text that {@link toModifiedUtf8} has written. */
export function fromModifiedUtf8(bytes: Uint8Array): string {
  const units: number[] = [];
  const low = (at: number): number => (bytes[at] ?? 0) & 0x3f;
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) {
      units.push(first);
      at += 1;
    } else if (first < 0xe0) {
      units.push(((first & 0x1f) << 6) | low(at + 1));
      at += 2;
    } else {
      units.push(((first & 0xf) << 12) | (low(at + 1) << 6) | low(at + 2));
      at += 3;
    }
  }
  return units.map((unit) => String.fromCharCode(unit)).join("");
}
