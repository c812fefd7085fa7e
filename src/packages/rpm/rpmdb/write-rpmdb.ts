import { RpmHeader } from "../header/header.ts";
import { indexRows } from "./index-rows.ts";
import { type IndexTable, indexTables } from "./index-tables.ts";
import { encodeRecord, integer, type SqlValue, text } from "./sqlite/record.ts";
import type { TableRow } from "./sqlite/table-tree.ts";
import { type DatabaseObject, writeSqlite } from "./sqlite/write-database.ts";

/** A package as a database has it. */
export interface DatabasePackage {
  /** By which the tables name it; the largest is never given again. */
  readonly number: number;
  /** Its installed header, without the magic number. */
  readonly blob: Uint8Array;
}

/**
 * The bytes of an `rpmdb.sqlite` of packages, which are in the order of their numbers: the tables,
 * rows and indexes that rpm 4.16.1.3 makes. `sqlite_stat1` is left out, which is for the library's
 * planner alone. Throws an `Error` for a header that cannot be read.
 */
export function writeRpmdb(packages: readonly DatabasePackage[]): Buffer {
  const headers = packages.map(({ number, blob }) => ({
    number,
    header: RpmHeader.parse(blob),
  }));
  const last = packages.at(-1)?.number;
  const sequence = last === undefined ? [] : [[text("Packages"), integer(last)]];
  return writeSqlite([
    {
      name: "Packages",
      table: "Packages",
      sql: "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)",
      content: {
        type: "table",
        rows: packages.map(({ number, blob }) => ({
          rowId: number,
          record: encodeRecord([{ type: "null" }, { type: "blob", bytes: blob }]),
        })),
      },
    },
    {
      name: "sqlite_sequence",
      table: "sqlite_sequence",
      sql: "CREATE TABLE sqlite_sequence(name,seq)",
      content: { type: "table", rows: toTableRows(sequence) },
    },
    ...indexTables.flatMap((table) =>
      objectsOf(
        table,
        headers.flatMap(({ number, header }) =>
          indexRows(table, header).map(({ key, at }) => ({ key, number, at })),
        ),
      ),
    ),
  ]);
}

interface KeyRow {
  readonly key: Uint8Array;
  readonly number: number;
  readonly at: number;
}

function objectsOf(table: IndexTable, rows: readonly KeyRow[]): readonly DatabaseObject[] {
  const { name, keyType, indexes } = table;
  const type = keyType === "TEXT" ? "text" : "blob";
  const values = rows.map(({ key, number, at }): readonly SqlValue[] => [
    { type, bytes: key },
    integer(number),
    integer(at),
  ]);
  return [
    {
      name,
      table: name,
      sql: `CREATE TABLE '${name}' (key '${keyType}' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))`,
      content: { type: "table", rows: toTableRows(values) },
    },
    ...indexes.map((column): DatabaseObject => {
      const numbered = rows.map((row, index) => ({ ...row, rowId: index + 1 }));
      // Rows are in the order of the packages' numbers as it is.
      const sorted =
        column === "key"
          ? numbered.toSorted((one, other) => Buffer.compare(one.key, other.key))
          : numbered;
      return {
        name: `${name}_${column}_idx`,
        table: name,
        sql: `CREATE INDEX '${name}_${column}_idx' ON '${name}'(${column} ASC)`,
        content: {
          type: "index",
          records: sorted.map(({ key, number, rowId }) =>
            encodeRecord([
              column === "key" ? { type, bytes: key } : integer(number),
              integer(rowId),
            ]),
          ),
        },
      };
    }),
  ];
}

function toTableRows(rows: readonly (readonly SqlValue[])[]): readonly TableRow[] {
  return rows.map((values, index) => ({ rowId: index + 1, record: encodeRecord(values) }));
}
