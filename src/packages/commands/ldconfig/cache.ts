import { stringTable } from "./string-table.ts";

export interface CachedLibrary {
  readonly soname: string;
  readonly path: string;
  /** As ld.so numbers kinds of libraries. */
  readonly flags: number;
}

const MAGIC = "glibc-ld.so.cache1.1";
const HEADER = 48;
const ENTRY = 24;
const LITTLE_ENDIAN = 2;
const EXTENSION_MAGIC = 0xea_a4_21_74;

/**
 * /etc/ld.so.cache in the new format of glibc: a header, entries that ld.so searches by halves,
 * strings, and who made it.
 *
 * Source: glibc 2.36, sysdeps/generic/dl-cache.h and elf/cache.c.
 */
export function formatCache(libraries: readonly CachedLibrary[], generator: string): Uint8Array {
  const sorted = libraries.toSorted(
    (a, b) => compareLibraryNames(b.soname, a.soname) || b.flags - a.flags,
  );
  const strings = stringTable(sorted.flatMap(({ soname, path }) => [soname, path]));
  const stringsAt = HEADER + ENTRY * sorted.length;
  const extensionAt = (stringsAt + strings.bytes.length + 3) & ~3;
  const buffer = Buffer.alloc(extensionAt + 24 + generator.length);
  buffer.write(MAGIC, 0, "latin1");
  buffer.writeUInt32LE(sorted.length, 20);
  buffer.writeUInt32LE(strings.bytes.length, 24);
  buffer.writeUInt8(LITTLE_ENDIAN, 28);
  buffer.writeUInt32LE(extensionAt, 32);
  for (const [index, { soname, path, flags }] of sorted.entries()) {
    const at = HEADER + ENTRY * index;
    buffer.writeUInt32LE(flags, at);
    buffer.writeUInt32LE(stringsAt + (strings.offsets.get(soname) ?? 0), at + 4);
    buffer.writeUInt32LE(stringsAt + (strings.offsets.get(path) ?? 0), at + 8);
  }
  buffer.write(strings.bytes, stringsAt, "latin1");
  // One section: its tag and flags are zero.
  buffer.writeUInt32LE(EXTENSION_MAGIC, extensionAt);
  buffer.writeUInt32LE(1, extensionAt + 4);
  buffer.writeUInt32LE(extensionAt + 24, extensionAt + 16);
  buffer.writeUInt32LE(generator.length, extensionAt + 20);
  buffer.write(generator, extensionAt + 24, "latin1");
  return buffer;
}

/** Names by bytes, numbers within them by value: as ld.so compares. */
export function compareLibraryNames(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length) {
    const left = /^\d+/.exec(a.slice(i))?.[0];
    const right = /^\d+/.exec(b.slice(j))?.[0];
    if (left !== undefined) {
      if (right === undefined) return 1;
      if (Number(left) !== Number(right)) return Number(left) - Number(right);
      i += left.length;
      j += right.length;
    } else if (right !== undefined) return -1;
    else {
      const order = a.charCodeAt(i) - (j < b.length ? b.charCodeAt(j) : 0);
      if (order !== 0) return order;
      i++;
      j++;
    }
  }
  return j < b.length ? -1 : 0;
}
