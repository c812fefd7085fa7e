import { ENTRY_BYTES } from "./header-entries.ts";
import { headerTypes, widthOf } from "./header-type.ts";
import type { HeaderEntry, RpmHeader } from "./header.ts";

/**
 * The bytes of a header without its magic number, values in the order of the entries, as
 * `RpmHeader.parse` reads them. With `region` (`tags.immutableRegion` or `signatureTags.region`)
 * all entries are in one.
 */
export function encodeHeader(entries: readonly HeaderEntry[], region?: number): Uint8Array {
  const writer = new HeaderWriter();
  if (region === undefined) writer.add(entries);
  else writer.addRegion(region, entries);
  return writer.finish();
}

/**
 * The bytes of a header with further entries behind its region, which stays as it is to the last
 * byte: the form that a database keeps an installed package in. Throws an `Error` for a header that
 * has no region, or anything behind it already.
 */
export function extendHeader(header: RpmHeader, further: readonly HeaderEntry[]): Uint8Array {
  const { region, bytes } = header;
  if (region?.entries !== header.entries().length) {
    throw new Error("its header is not of one region alone");
  }
  const indexBytes = ENTRY_BYTES * region.entries;
  const writer = new HeaderWriter({
    index: bytes.subarray(8, 8 + indexBytes),
    data: bytes.subarray(8 + indexBytes),
  });
  writer.add(further);
  return writer.finish();
}

class HeaderWriter {
  readonly #index: Uint8Array[] = [];
  readonly #data: Uint8Array[] = [];
  #indexBytes = 0;
  #dataBytes = 0;

  constructor(start?: { readonly index: Uint8Array; readonly data: Uint8Array }) {
    if (start === undefined) return;
    this.#pushIndex(start.index);
    this.#pushData(start.data);
  }

  add(entries: readonly HeaderEntry[]): void {
    for (const { tag, type, count, data } of entries) {
      const width = widthOf(type) ?? 1;
      this.#pushData(new Uint8Array((width - (this.#dataBytes % width)) % width));
      this.#pushIndex(indexEntry({ tag, type, offset: this.#dataBytes, count }));
      this.#pushData(data);
    }
  }

  /**
   * A region begins with an entry whose value is its trailer: an entry like it, with an offset that
   * points backwards over the index.
   */
  addRegion(tag: number, entries: readonly HeaderEntry[]): void {
    const inside = new HeaderWriter();
    inside.add(entries);
    const shape = { tag, type: headerTypes.binary, count: ENTRY_BYTES };
    this.#pushIndex(indexEntry({ ...shape, offset: inside.#dataBytes }));
    for (const entry of inside.#index) this.#pushIndex(entry);
    for (const piece of inside.#data) this.#pushData(piece);
    this.#pushData(indexEntry({ ...shape, offset: -ENTRY_BYTES * (entries.length + 1) }));
  }

  finish(): Uint8Array {
    const counts = new Uint8Array(8);
    viewOf(counts).setUint32(0, this.#indexBytes / ENTRY_BYTES);
    viewOf(counts).setUint32(4, this.#dataBytes);
    return Buffer.concat([counts, ...this.#index, ...this.#data]);
  }

  #pushIndex(bytes: Uint8Array): void {
    this.#index.push(bytes);
    this.#indexBytes += bytes.length;
  }

  #pushData(bytes: Uint8Array): void {
    this.#data.push(bytes);
    this.#dataBytes += bytes.length;
  }
}

function indexEntry(entry: {
  readonly tag: number;
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}): Uint8Array {
  const bytes = new Uint8Array(ENTRY_BYTES);
  const view = viewOf(bytes);
  view.setUint32(0, entry.tag);
  view.setUint32(4, entry.type);
  view.setInt32(8, entry.offset);
  view.setUint32(12, entry.count);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
