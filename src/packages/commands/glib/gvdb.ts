import { toBytes } from "../../scripts/bytes.ts";
import { glibHash, inGlibOrder } from "./hash-table.ts";
import { type GVariant, variantBytes } from "./gvariant.ts";

/** What a key of a table leads to. Keys within `list` are those of the same table. */
export type GvdbItem =
  | { readonly type: "value"; readonly value: GVariant }
  | { readonly type: "table"; readonly table: GvdbTable };

/** Keys in the order in which they are put in. */
export interface GvdbTable {
  /** Below the empty key, which lists them. */
  readonly listed: ReadonlyMap<string, GvdbItem>;
  readonly others: ReadonlyMap<string, GvdbItem>;
}

/**
 * A file of GLib's database of tables, as its own builder lays it out.
 *
 * Source: gvdb-builder.c, gvdb-format.h.
 */
export function formatGvdb(table: GvdbTable): Uint8Array {
  const builder = new Builder();
  const root = builder.addTable(table);
  return builder.finish(root);
}

interface Place {
  readonly start: number;
  readonly end: number;
}

const HEADER_SIZE = 24;
const ITEM_SIZE = 24;
const NONE = 0xff_ff_ff_ff;

class Builder {
  readonly #chunks: { readonly at: number; readonly bytes: Buffer }[] = [];
  #offset = HEADER_SIZE;

  addTable({ listed, others }: GvdbTable): Place {
    const order = inGlibOrder(["", ...listed.keys(), ...others.keys()]);
    const buckets: string[][] = order.map(() => []);
    for (const key of order) buckets[glibHash(key) % order.length]?.unshift(key);
    const sorted = buckets.flat();
    const indexes = new Map(sorted.map((key, index) => [key, index]));
    const head = 8 + 4 * buckets.length;
    const place = this.#allocate(4, head + ITEM_SIZE * sorted.length);
    const { bytes } = place;
    bytes.writeUInt32LE(5 * 2 ** 27, 0);
    bytes.writeUInt32LE(buckets.length, 4);
    let first = 0;
    for (const [number, bucket] of buckets.entries()) {
      bytes.writeUInt32LE(first, 8 + 4 * number);
      for (const [index, key] of bucket.entries()) {
        const at = head + ITEM_SIZE * (first + index);
        const name = this.#append(1, toBytes(key));
        bytes.writeUInt32LE(glibHash(key), at);
        bytes.writeUInt32LE(listed.has(key) ? (indexes.get("") ?? NONE) : NONE, at + 4);
        bytes.writeUInt32LE(name.start, at + 8);
        bytes.writeUInt16LE(key.length, at + 12);
        const content = this.#content(key, { listed, others }, indexes);
        if (content === undefined) continue;
        bytes.write(content.letter, at + 14, "latin1");
        bytes.writeUInt32LE(content.place.start, at + 16);
        bytes.writeUInt32LE(content.place.end, at + 20);
      }
      first += bucket.length;
    }
    return place;
  }

  finish({ start, end }: Place): Uint8Array {
    const file = Buffer.alloc(this.#offset);
    file.write("GVariant", 0, "latin1");
    file.writeUInt32LE(start, 16);
    file.writeUInt32LE(end, 20);
    for (const { at, bytes } of this.#chunks) bytes.copy(file, at);
    return file;
  }

  /** The empty key lists the others; where there are none it has no content. */
  #content(
    key: string,
    { listed, others }: GvdbTable,
    indexes: ReadonlyMap<string, number>,
  ): { readonly letter: string; readonly place: Place } | undefined {
    const item = listed.get(key) ?? others.get(key);
    if (item?.type === "value") {
      return { letter: "v", place: this.#append(8, variantBytes(item.value)) };
    }
    if (item?.type === "table") return { letter: "H", place: this.addTable(item.table) };
    if (listed.size === 0) return undefined;
    const list = Buffer.alloc(4 * listed.size);
    for (const [number, name] of [...listed.keys()].toSorted().entries()) {
      list.writeUInt32LE(indexes.get(name) ?? NONE, 4 * number);
    }
    return { letter: "L", place: this.#append(4, list) };
  }

  #append(alignment: number, content: Uint8Array): Place {
    const place = this.#allocate(alignment, content.length);
    place.bytes.set(content);
    return place;
  }

  #allocate(alignment: number, size: number): Place & { readonly bytes: Buffer } {
    const start = Math.ceil(this.#offset / alignment) * alignment;
    const end = start + size;
    const bytes = Buffer.alloc(size);
    this.#offset = end;
    this.#chunks.push({ at: start, bytes });
    return { start, end, bytes };
  }
}
