/**
 * Strings behind one another, each ended by a zero byte; one that is the end of another has its
 * place within that.
 *
 * Source: glibc 2.36, elf/stringtable.c: sorted from their ends, the greatest and the
 * longest first.
 */
export function stringTable(strings: Iterable<string>): {
  readonly bytes: string;
  readonly offsets: ReadonlyMap<string, number>;
} {
  const sorted = [...new Set(strings)].toSorted(compareFromEnd);
  const offsets = new Map<string, number>();
  let bytes = "";
  let previous: { readonly text: string; readonly offset: number } | undefined;
  for (const text of sorted) {
    const offset =
      previous?.text.endsWith(text) === true
        ? previous.offset + previous.text.length - text.length
        : bytes.length;
    if (offset === bytes.length) bytes += `${text}\0`;
    offsets.set(text, offset);
    previous = { text, offset };
  }
  return { bytes, offsets };
}

function compareFromEnd(left: string, right: string): number {
  const common = Math.min(left.length, right.length);
  for (let index = 1; index <= common; index++) {
    const order = right.charCodeAt(right.length - index) - left.charCodeAt(left.length - index);
    if (order !== 0) return order;
  }
  return right.length - left.length;
}
