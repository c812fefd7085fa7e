import { contentBytes } from "./record.ts";
import { FILE_HEADER_BYTES, pageKinds } from "./pages.ts";
import { localBytes } from "./payload.ts";
import { readVarint } from "./varint.ts";

/** A row as it is read: what is neither a text nor bytes nor a small whole number is undefined. */
export interface ReadRow {
  readonly rowId: number;
  readonly values: readonly (Uint8Array | number | undefined)[];
}

/** A tree of so many pages above each other holds more than any file does. */
const DEEPEST = 16;
const MOST_COLUMNS = 64;

/**
 * The rows of a table of a database file, in the order of their numbers; undefined when it has no
 * such table. The file may be anybody's: each page is read once at most, and no more of a record
 * than the file can hold. What a write-ahead log beside the file says is not seen.
 *
 * Throws an `Error` that says what is wrong with the file.
 */
export function readTable(file: Uint8Array, name: string): readonly ReadRow[] | undefined {
  const database = new DatabaseFile(file);
  for (const { values } of database.rows(1)) {
    const [type, found, , root] = values;
    if (textOf(type) !== "table" || textOf(found) !== name) continue;
    if (typeof root === "number") return database.rows(root);
  }
  return undefined;
}

function textOf(value: Uint8Array | number | undefined): string | undefined {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : undefined;
}

class DatabaseFile {
  readonly #file: Uint8Array;
  readonly #pageBytes: number;
  /** What a page holds for SQLite itself; some programs keep bytes of their own behind it. */
  readonly #usable: number;
  readonly #seen = new Set<number>();

  constructor(file: Uint8Array) {
    const isSqlite = Buffer.from(file.subarray(0, 16)).toString("latin1") === "SQLite format 3\0";
    if (!isSqlite || file.length < 512) throw new Error("it is no database of SQLite's");
    const header = viewOf(file);
    const size = header.getUint16(16);
    this.#file = file;
    this.#pageBytes = size === 1 ? 65_536 : size;
    this.#usable = this.#pageBytes - header.getUint8(20);
    const isPowerOfTwo = (this.#pageBytes & (this.#pageBytes - 1)) === 0;
    if (this.#pageBytes < 512 || !isPowerOfTwo || this.#usable < 480) {
      throw new Error("the size of its pages is none that SQLite has");
    }
    if (header.getUint32(56) > 1) throw new Error("its texts are not UTF-8");
  }

  rows(root: number): readonly ReadRow[] {
    const rows: ReadRow[] = [];
    this.#readTree(root, 0, rows);
    return rows;
  }

  #readTree(number: number, depth: number, rows: ReadRow[]): void {
    if (depth > DEEPEST) throw new Error("its pages are nested too deep");
    const page = this.#page(number);
    const view = viewOf(page);
    const start = number === 1 ? FILE_HEADER_BYTES : 0;
    const kind = view.getUint8(start);
    const isLeaf = kind === pageKinds.tableLeaf;
    if (!isLeaf && kind !== pageKinds.tableInterior) throw new Error("a page is of no table");
    const pointers = start + (isLeaf ? 8 : 12);
    const cells = view.getUint16(start + 3);
    if (pointers + 2 * cells > this.#usable) throw new Error("a page has more cells than bytes");
    for (let at = 0; at < cells; at++) {
      const cell = view.getUint16(pointers + 2 * at);
      if (cell + 4 > this.#usable) throw new Error("a cell lies beyond its page");
      if (isLeaf) rows.push(this.#readRow(page, cell));
      else this.#readTree(view.getUint32(cell), depth + 1, rows);
    }
    if (!isLeaf) this.#readTree(view.getUint32(start + 8), depth + 1, rows);
  }

  #readRow(page: Uint8Array, cell: number): ReadRow {
    const { value: size, end } = readVarint(page, cell);
    const { value: rowId, end: start } = readVarint(page, end);
    if (size > this.#file.length) throw new Error("a row is larger than the file");
    const local = localBytes(size, pageKinds.tableLeaf, this.#usable);
    if (start + local > this.#usable) throw new Error("a row goes beyond its page");
    const first = page.subarray(start, start + local);
    const record = local === size ? first : this.#withOverflow(first, size, page, start + local);
    return { rowId, values: decodeRecord(record) };
  }

  #withOverflow(first: Uint8Array, size: number, page: Uint8Array, pointer: number): Uint8Array {
    if (pointer + 4 > this.#usable) throw new Error("a row goes beyond its page");
    const parts = [first];
    let missing = size - first.length;
    let next = viewOf(page).getUint32(pointer);
    while (missing > 0) {
      const overflow = this.#page(next);
      const part = overflow.subarray(4, 4 + Math.min(missing, this.#usable - 4));
      parts.push(part);
      missing -= part.length;
      next = viewOf(overflow).getUint32(0);
    }
    return Buffer.concat(parts);
  }

  /** Each page belongs to one place; a second time would be a circle. */
  #page(number: number): Uint8Array {
    const page = this.#file.subarray((number - 1) * this.#pageBytes, number * this.#pageBytes);
    if (number < 1 || page.length < this.#pageBytes) {
      throw new Error(`it has no page ${number}`);
    }
    if (this.#seen.has(number)) throw new Error(`page ${number} is used twice`);
    this.#seen.add(number);
    return page;
  }
}

function decodeRecord(record: Uint8Array): ReadRow["values"] {
  const { value: headerBytes, end } = readVarint(record, 0);
  const kinds: number[] = [];
  for (let at = end; at < headerBytes;) {
    const kind = readVarint(record, at);
    kinds.push(kind.value);
    at = kind.end;
    if (kinds.length > MOST_COLUMNS) throw new Error("a row has too many columns");
  }
  let at = headerBytes;
  return kinds.map((kind) => {
    const start = at;
    at += contentBytes(kind);
    if (at > record.length) throw new Error("a row's values go beyond its end");
    return decodeValue(kind, record.subarray(start, at));
  });
}

function decodeValue(kind: number, bytes: Uint8Array): Uint8Array | number | undefined {
  if (kind >= 12) return bytes;
  if (kind === 8 || kind === 9) return kind - 8;
  if (kind < 1 || kind > 5) return undefined;
  return Buffer.from(bytes).readIntBE(0, bytes.length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
