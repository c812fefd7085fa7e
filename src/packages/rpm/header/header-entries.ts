import { type HeaderType, headerTypes, isHeaderType, widthOf } from "./header-type.ts";

/** One entry of a header. */
export interface HeaderEntry {
  readonly tag: number;
  readonly type: HeaderType;
  /** How many values it has. */
  readonly count: number;
  /** The values as they are stored, big-endian; each text with the zero that ends it. */
  readonly data: Uint8Array;
}

/**
 * The part of a header that is exactly as the package's builder wrote it. A database puts what it
 * knows itself behind it.
 */
export interface HeaderRegion {
  readonly tag: number;
  /** Entries of the index that belong to it, its own among them. */
  readonly entries: number;
  /** Bytes of the data that belong to it. */
  readonly dataBytes: number;
}

/** What a header holds. */
export interface HeaderContent {
  /** In the order of the index. */
  readonly entries: readonly HeaderEntry[];
  readonly region?: HeaderRegion;
}

/** Bytes of an entry of the index, and of the trailer of a region. */
export const ENTRY_BYTES = 16;
/** As rpm bounds them (`HEADER_TAGS_MAX`, `HEADER_DATA_MAX`). */
const MOST_ENTRIES = 0xffff;
const LARGEST_DATA = 256 * 1024 ** 2;
/** Tags below are of regions. Source: rpm's `rpmtag.h`, `HEADER_TAGBASE`. */
const FIRST_TAG = 64;

/**
 * Count of entries and bytes of the data, which a header begins with. Throws an `Error` when they
 * are more than rpm takes.
 */
export function readHeaderSize(bytes: Uint8Array): {
  readonly entries: number;
  readonly dataBytes: number;
} {
  if (bytes.length < 8) throw new Error("its header ends in the middle");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [entries, dataBytes] = [view.getUint32(0), view.getUint32(4)];
  if (entries === 0) throw new Error("its header has no entries");
  if (entries > MOST_ENTRIES || dataBytes > LARGEST_DATA) {
    throw new Error(`its header claims ${entries} entries and ${dataBytes} bytes`);
  }
  return { entries, dataBytes };
}

/**
 * Parse a header without its magic number. As rpm wants it, the values lie in the order of the
 * index and never overlap, so that the work is never more than the bytes. Throws an `Error` that
 * says what is wrong.
 */
export function readEntries(bytes: Uint8Array): HeaderContent {
  const { entries: count, dataBytes } = readHeaderSize(bytes);
  const start = 8 + ENTRY_BYTES * count;
  if (bytes.length !== start + dataBytes) {
    throw new Error(
      `its header has ${bytes.length} bytes where its counts mean ${start + dataBytes}`,
    );
  }
  const data = bytes.subarray(start);
  const index = Array.from({ length: count }, (_, at) => readIndexEntry(bytes, 8 + 16 * at));
  const region = readRegion(index, data);
  const entries: HeaderEntry[] = [];
  let end = 0;
  for (const [at, entry] of index.entries()) {
    if (at === 0 && region !== undefined) {
      // Its data is the trailer, which lies behind those of the entries of the region.
      entries.push({ ...valuesOf(entry, data, entry.offset), tag: region.tag });
      continue;
    }
    if (at === region?.entries) end = Math.max(end, region.dataBytes);
    if (entry.tag < FIRST_TAG) throw new Error(`its header has a tag ${entry.tag}`);
    const values = valuesOf(entry, data, end);
    end = entry.offset + values.data.length;
    const trailer = region === undefined ? data.length : region.dataBytes - ENTRY_BYTES;
    if (region !== undefined && at < region.entries && end > trailer) {
      throw new Error(`tag ${entry.tag} of its header goes beyond the region that it is in`);
    }
    entries.push(values);
  }
  refuseTwins(entries, region);
  return region === undefined ? { entries } : { entries, region };
}

interface IndexEntry {
  readonly tag: number;
  readonly type: number;
  /** Below zero in the trailer of a region alone. */
  readonly offset: number;
  readonly count: number;
}

function readIndexEntry(bytes: Uint8Array, at: number): IndexEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, ENTRY_BYTES);
  return {
    tag: view.getUint32(0),
    type: view.getUint32(4),
    offset: view.getInt32(8),
    count: view.getUint32(12),
  };
}

/**
 * The region that the first entry of an index describes: its offset names a trailer, and that names
 * how far the region goes in the index. Undefined when the first entry is an ordinary one.
 */
function readRegion(index: readonly IndexEntry[], data: Uint8Array): HeaderRegion | undefined {
  const [first] = index;
  if (first === undefined || first.tag >= FIRST_TAG) return undefined;
  const { tag, type, offset, count } = first;
  const dataBytes = offset + ENTRY_BYTES;
  const isSound = type === headerTypes.binary && count === ENTRY_BYTES;
  if (!isSound || offset < 0 || dataBytes > data.length) {
    throw new Error("the region of its header is not described as rpm does");
  }
  const trailer = readIndexEntry(data, offset);
  const entries = -trailer.offset / ENTRY_BYTES;
  // The signature headers of old packages have a trailer with the tag HEADER_IMAGE.
  const isTrailer = trailer.tag === tag || (tag === 62 && trailer.tag === 61);
  const isWhole = Number.isInteger(entries) && entries >= 1 && entries <= index.length;
  if (!isTrailer || trailer.type !== type || trailer.count !== count || !isWhole) {
    throw new Error("the region of its header ends in another way than it begins");
  }
  return { tag, entries, dataBytes };
}

/** An entry with its values, which may begin at `from` at the earliest. */
function valuesOf(entry: IndexEntry, data: Uint8Array, from: number): HeaderEntry {
  const { tag, type, offset, count } = entry;
  if (!isHeaderType(type)) throw new Error(`tag ${tag} of its header has an unknown type ${type}`);
  const width = widthOf(type);
  if (count === 0 || (type === headerTypes.string && count !== 1)) {
    throw new Error(`tag ${tag} of its header claims ${count} values`);
  }
  if (offset < from || offset > data.length || offset % (width ?? 1) !== 0) {
    throw new Error(`tag ${tag} of its header has values where none may be`);
  }
  const end = width === undefined ? endOfTexts(data, offset, count) : offset + width * count;
  if (end === undefined || end > data.length) {
    throw new Error(`tag ${tag} of its header goes beyond the header's end`);
  }
  return { tag, type, count, data: data.subarray(offset, end) };
}

/** Where a number of texts ends that each end with a zero; undefined when there are fewer. */
function endOfTexts(data: Uint8Array, from: number, count: number): number | undefined {
  let end = from;
  for (let left = count; left > 0; left--) {
    const zero = data.indexOf(0, end);
    if (zero === -1) return undefined;
    end = zero + 1;
  }
  return end;
}

/** Two readers might each take another one of two values; behind a region they replace. */
function refuseTwins(entries: readonly HeaderEntry[], region: HeaderRegion | undefined): void {
  for (const part of [entries.slice(0, region?.entries), entries.slice(region?.entries)]) {
    const seen = new Set<number>();
    for (const { tag } of part) {
      if (seen.has(tag)) throw new Error(`its header has tag ${tag} twice`);
      seen.add(tag);
    }
  }
}
