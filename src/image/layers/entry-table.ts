import type { Digest } from "../../digest.ts";
import { RowColumn } from "../columns/row-column.ts";
import { TextColumn } from "../columns/text-column.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { originKey } from "./origin.ts";

/** What most paths of a layer have in common with others. */
type Attributes = Pick<
  LayerEntry,
  "type" | "mode" | "uid" | "gid" | "mtime" | "origin" | "capabilities"
>;

/**
 * Where things are in a row: number of its attributes, size, where its content starts, number of
 * its link's target, digest.
 */
const SIZE = 4;
const OFFSET = 12;
const LINK = 20;
const DIGEST = 24;
const ROW_BYTES = 56;
const NO_OFFSET = -1;

/** What an entry has none of; no content has this digest. */
const NO_DIGEST = Buffer.alloc(ROW_BYTES - DIGEST);

/**
 * The entries of a layer, sorted by path. There may be very many, so that each is a row of some 100
 * bytes, its path included, in the form in which the store keeps them; objects are made while one
 * goes over them.
 */
export class EntryTable implements Iterable<LayerEntry> {
  readonly #paths: TextColumn;
  readonly #links: TextColumn;
  readonly #rows: RowColumn;
  readonly #attributes: Attributes[];
  readonly #attributeNumbers = new Map<string, number>();

  constructor(parts: EntryTableParts = noParts) {
    this.#paths = new TextColumn(...parts.paths);
    this.#links = new TextColumn(...parts.links);
    this.#rows = new RowColumn(ROW_BYTES, parts.rows);
    this.#attributes = [...parts.attributes];
  }

  static of(entries: Iterable<LayerEntry>): EntryTable {
    const table = new EntryTable();
    for (const entry of entries) table.add(entry);
    return table;
  }

  /** An entry behind all that are there. */
  add(entry: LayerEntry): void {
    const { path, size, linkTarget, digest, offset = NO_OFFSET } = entry;
    this.#paths.add(path);
    const row = this.#rows.add();
    row.writeUInt32LE(this.#numberOf(entry), 0);
    row.writeDoubleLE(size, SIZE);
    row.writeDoubleLE(offset, OFFSET);
    if (linkTarget !== undefined) row.writeUInt32LE(this.#links.add(linkTarget) + 1, LINK);
    if (digest !== undefined) row.write(digest.slice("sha256:".length), DIGEST, "hex");
  }

  get length(): number {
    return this.#rows.length;
  }

  *[Symbol.iterator](): Generator<LayerEntry> {
    for (let row = 0; row < this.length; row++) yield this.#at(row);
  }

  find(path: string): LayerEntry | undefined {
    const bytes = Buffer.from(path);
    const row = this.#firstFrom(bytes);
    return row < this.length && this.#paths.compare(row, bytes) === 0 ? this.#at(row) : undefined;
  }

  /** The paths that begin with a text. */
  *pathsFrom(prefix: string): Generator<string> {
    for (let row = this.#firstFrom(Buffer.from(prefix)); row < this.length; row++) {
      const path = this.#paths.at(row);
      if (!path.startsWith(prefix)) return;
      yield path;
    }
  }

  /** What it is made of, to be kept as it is. */
  parts(): EntryTableParts {
    return {
      paths: this.#paths.parts(),
      links: this.#links.parts(),
      rows: this.#rows.bytes(),
      attributes: this.#attributes,
    };
  }

  #at(row: number): LayerEntry {
    const bytes = this.#rows.at(row);
    const attributes = this.#attributes[bytes.readUInt32LE(0)];
    if (attributes === undefined) throw new Error(`there is no entry ${row}`);
    const { type, mode, uid, gid, mtime, origin, capabilities } = attributes;
    const link = bytes.readUInt32LE(LINK);
    const offset = bytes.readDoubleLE(OFFSET);
    const hasDigest = bytes.compare(NO_DIGEST, 0, NO_DIGEST.length, DIGEST) !== 0;
    const digest: Digest = `sha256:${hasDigest ? bytes.toString("hex", DIGEST) : ""}`;
    return {
      path: this.#paths.at(row),
      type,
      mode,
      uid,
      gid,
      mtime,
      origin,
      size: bytes.readDoubleLE(SIZE),
      ...(capabilities === undefined ? {} : { capabilities }),
      ...(link === 0 ? {} : { linkTarget: this.#links.at(link - 1) }),
      ...(hasDigest ? { digest } : {}),
      ...(offset === NO_OFFSET ? {} : { offset }),
    };
  }

  /** The first row whose path is not less than these bytes. */
  #firstFrom(bytes: Buffer): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#paths.compare(middle, bytes) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #numberOf({ type, mode, uid, gid, mtime, origin, capabilities }: Attributes): number {
    const owned = `${type} ${mode} ${uid} ${gid} ${mtime} ${capabilities ?? ""}`;
    const key = `${owned} ${originKey(origin)}`;
    const known = this.#attributeNumbers.get(key);
    if (known !== undefined) return known;
    const number =
      this.#attributes.push({
        type,
        mode,
        uid,
        gid,
        mtime,
        origin,
        ...(capabilities === undefined ? {} : { capabilities }),
      }) - 1;
    this.#attributeNumbers.set(key, number);
    return number;
  }
}

/** A table's columns, and what its rows have in common. */
export interface EntryTableParts {
  readonly paths: readonly [bytes: Buffer, ends: Buffer];
  readonly links: readonly [bytes: Buffer, ends: Buffer];
  readonly rows: Buffer;
  readonly attributes: readonly Attributes[];
}

const nothing = Buffer.alloc(0);
const noParts: EntryTableParts = {
  paths: [nothing, nothing],
  links: [nothing, nothing],
  rows: nothing,
  attributes: [],
};
