import { DatabasePages, FILE_HEADER_BYTES, PAGE_BYTES } from "./pages.ts";
import { encodeRecord, integer, type SqlValue, text } from "./record.ts";
import { type TableRow, writeTable } from "./table-tree.ts";
import { writeIndex } from "./index-tree.ts";

/** A table or an index of a database, with what is in it. */
export interface DatabaseObject {
  readonly name: string;
  /** The table that it is, or that it is of. */
  readonly table: string;
  /** The statement that made it, as SQLite keeps it. */
  readonly sql: string;
  readonly content:
    | { readonly type: "table"; readonly rows: Iterable<TableRow> }
    /** Records of the indexed value and the row's number, sorted by both. */
    | { readonly type: "index"; readonly records: Iterable<Uint8Array> };
}

/** The library that EL9 has, which the file says it was written by. */
const SQLITE_VERSION = 3_034_001;

/**
 * A database as a file of SQLite's, journal mode DELETE. The same objects give the same bytes
 * everywhere, which the library does not promise from one version to the next.
 *
 * Source: SQLite's "Database File Format".
 */
export function writeSqlite(objects: readonly DatabaseObject[]): Buffer {
  const pages = new DatabasePages();
  const rows = objects.map(({ name, table, sql, content }, index) => {
    const root =
      content.type === "table"
        ? writeTable(pages, content.rows)
        : writeIndex(pages, content.records);
    const values: readonly SqlValue[] = [
      text(content.type),
      text(name),
      text(table),
      integer(root),
      text(sql),
    ];
    return { rowId: index + 1, record: encodeRecord(values) };
  });
  writeTable(pages, rows, 1);
  writeFileHeader(pages);
  return pages.finish();
}

function writeFileHeader(pages: DatabasePages): void {
  const header = pages.at(1).subarray(0, FILE_HEADER_BYTES);
  header.write("SQLite format 3\0", 0, "latin1");
  header.writeUInt16BE(PAGE_BYTES, 16);
  // Versions for reading and writing: 1 is a journal that is deleted, 2 a write-ahead log.
  header.set([1, 1, 0, 64, 32, 32], 18);
  const [changes, schemaCookie, schemaFormat, utf8] = [1, 1, 4, 1];
  header.writeUInt32BE(changes, 24);
  header.writeUInt32BE(pages.count, 28);
  header.writeUInt32BE(schemaCookie, 40);
  header.writeUInt32BE(schemaFormat, 44);
  header.writeUInt32BE(utf8, 56);
  header.writeUInt32BE(changes, 92);
  header.writeUInt32BE(SQLITE_VERSION, 96);
}
