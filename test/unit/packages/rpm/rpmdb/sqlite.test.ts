import { readFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { readTable } from "../../../../../src/packages/rpm/rpmdb/sqlite/read-table.ts";
import {
  encodeRecord,
  integer,
  type SqlValue,
} from "../../../../../src/packages/rpm/rpmdb/sqlite/record.ts";
import {
  putVarint,
  readVarint,
  varintBytes,
} from "../../../../../src/packages/rpm/rpmdb/sqlite/varint.ts";
import {
  type DatabaseObject,
  writeSqlite,
} from "../../../../../src/packages/rpm/rpmdb/sqlite/write-database.ts";
import { openedSqlite, rowsOf } from "../../../../support/rpm/opened-sqlite.ts";
import { mutate } from "../../../../support/mutate.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";
import { temporaryFolder } from "../../../../support/temporary-store.ts";

/** Enough tables that the list of them takes more than one page. */
const filling: readonly DatabaseObject[] = Array.from({ length: 30 }, (_, index) => ({
  name: `t${index}`,
  table: `t${index}`,
  sql: `CREATE TABLE t${index} (${"x".repeat(150)})`,
  content: { type: "table", rows: [] },
}));

/** A table of keys with an index, and the file that it is in. */
function withKeys(keys: readonly Uint8Array[]): Buffer {
  const value = (bytes: Uint8Array): SqlValue => ({ type: "blob", bytes });
  const rows = keys.map((key, at) => ({
    rowId: at + 1,
    record: encodeRecord([value(key), integer(at)]),
  }));
  const sorted = keys
    .map((key, at) => ({ key, rowId: at + 1 }))
    .toSorted((one, other) => Buffer.compare(one.key, other.key));
  const records = sorted.map(({ key, rowId }) => encodeRecord([value(key), integer(rowId)]));
  return writeSqlite([
    {
      name: "k",
      table: "k",
      sql: "CREATE TABLE k (key BLOB, at)",
      content: { type: "table", rows },
    },
    { name: "i", table: "k", sql: "CREATE INDEX i ON k(key)", content: { type: "index", records } },
    ...filling,
  ]);
}

/** The lengths that a seed decides, many of them at the bounds of a page. */
function someKeys(seed: number): readonly Uint8Array[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const bounds = [0, 1, 488, 489, 1001, 1002, 1003, 4050, 4060, 4061, 4062, 4092, 4096, 8184, 9000];
  const isSmall = seed % 2 === 0;
  return Array.from({ length: below(isSmall ? 5000 : 300) }, () => {
    const length = isSmall ? below(40) : (bounds[below(bounds.length)] ?? 0) + below(3);
    return Buffer.alloc(length, below(256));
  });
}

test.each(Array.from({ length: 16 }, (_, seed) => seed))(
  "SQLite finds in a file what was put there, by the table and by the index (seed %i)",
  async (seed) => {
    const keys = someKeys(seed);
    const bytes = withKeys(keys);
    expect(withKeys(keys).equals(bytes)).toBe(true);
    const database = await openedSqlite(bytes);
    expect(rowsOf(database, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    const hexOf = (key: Uint8Array): string => Buffer.from(key).toString("hex").toUpperCase();
    expect(rowsOf(database, "SELECT hex(key) AS key, at FROM k ORDER BY rowid")).toEqual(
      keys.map((key, at) => ({ key: hexOf(key), at })),
    );
    const [count] = rowsOf(database, "SELECT count(*) AS n FROM k INDEXED BY i WHERE key >= x''");
    expect(count).toEqual({ n: keys.length });
    expect(readTable(bytes, "k")).toEqual(
      keys.map((key, at) => ({ rowId: at + 1, values: [Buffer.from(key), at] })),
    );
    expect(readTable(bytes, "nothing")).toBeUndefined();
  },
);

test("keys of each length around what a page holds of one are found whole", async () => {
  // As much as stands in a table's leaf or in an index's page, with no, one and two pages more.
  const most = [1002, 4061].flatMap((local) => [0, 1, 2].map((more) => local + more * 4092));
  const lengths = most.flatMap((each) => Array.from({ length: 16 }, (_, less) => each + 2 - less));
  const keys = lengths.map((length, at) => Buffer.alloc(length, at + 1));
  const bytes = withKeys(keys);
  const database = await openedSqlite(bytes);
  expect(rowsOf(database, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  const found = rowsOf(database, "SELECT length(key) AS length, hex(key) AS key FROM k");
  expect(found).toEqual(
    keys.map((key) => ({ length: key.length, key: key.toString("hex").toUpperCase() })),
  );
  expect(readTable(bytes, "k")?.map(({ values: [key] }) => key)).toEqual(keys);
});

test("the same keys are found in the order of their rows, also where one divides two pages", async () => {
  for (let count = 0; count < 700; count += 23) {
    const database = await openedSqlite(
      withKeys(Array.from({ length: count }, () => Buffer.from("k"))),
    );
    expect(rowsOf(database, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  }
});

function outcomeOf(work: () => unknown): string {
  try {
    work();
    return "read";
  } catch (error) {
    return error instanceof Error && error.constructor === Error ? "refused" : String(error);
  }
}

test("whatever a file holds, it is read or refused with a reason", () => {
  const random = seededRandom(5);
  const original = withKeys(someKeys(3));
  for (let run = 0; run < 400; run++) {
    const bytes = mutate(original, random);
    expect(outcomeOf(() => readTable(bytes, "k"))).toMatch(/^(?:read|refused)$/);
  }
});

test.each<readonly [what: string, change: (file: Buffer) => unknown, reason: RegExp]>([
  ["another magic number", (file) => file.write("x"), /no database of SQLite's/],
  ["pages of 3 bytes", (file) => file.writeUInt16BE(3, 16), /size of its pages/],
  ["texts of UTF-16", (file) => file.writeUInt32BE(2, 56), /not UTF-8/],
  ["a page that is its own child", (file) => file.writeUInt32BE(1, 108), /page 1 is used twice/],
  ["a page that is not there", (file) => file.writeUInt32BE(99_999, 108), /has no page 99999/],
  ["a page of an index", (file) => file.writeUInt8(2, 100), /a page is of no table/],
  ["more cells than bytes", (file) => file.writeUInt16BE(5000, 103), /more cells than bytes/],
])("a file with %s is refused", (_, change, reason) => {
  const file = withKeys([Buffer.from("a")]);
  change(file);
  expect(() => readTable(file, "k")).toThrow(reason);
});

test("numbers take as many bytes as they need", () => {
  const target = Buffer.alloc(16);
  for (const value of [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 48]) {
    const end = putVarint(target, 1, value);
    expect(end).toBe(1 + varintBytes(value));
    expect(readVarint(target, 1)).toEqual({ value, end });
  }
  expect(() => readVarint(Buffer.alloc(9, 0xff), 0)).toThrow("too large");
  expect(() => readVarint(Buffer.from([0x80]), 0)).toThrow("beyond its page");
});

test("SQLite finds numbers of every size that were put into a row", async () => {
  const bounds = [7, 8, 15, 16, 23, 24, 31, 32, 40].map((bits) => 2 ** bits);
  const values = [0, 1, 2, ...bounds.flatMap((bound) => [bound - 1, bound])];
  const rows = values.map((value, at) => ({
    rowId: at * at + 1,
    record: encodeRecord([{ type: "null" }, integer(value)]),
  }));
  const bytes = writeSqlite([
    { name: "n", table: "n", sql: "CREATE TABLE n (x, v)", content: { type: "table", rows } },
    ...filling,
  ]);
  const database = await openedSqlite(bytes);
  expect(rowsOf(database, "SELECT rowid, typeof(x) AS x, v FROM n")).toEqual(
    values.map((value, at) => ({ rowid: at * at + 1, x: "null", v: value })),
  );
  expect(readTable(bytes, "n")).toEqual(
    values.map((value, at) => ({ rowId: at * at + 1, values: [undefined, value] })),
  );
});

/** A file that SQLite itself makes. */
async function madeBySqlite(...statements: readonly string[]): Promise<Buffer> {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "made.sqlite");
  const database = new DatabaseSync(file);
  for (const statement of statements) database.exec(statement);
  database.close();
  return await readFile(file);
}

const LONG =
  "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700) SELECT";

test.each([512, 1024, 4096, 65_536])(
  "rows that SQLite wrote are read, in pages of %i bytes",
  async (pageBytes) => {
    const file = await madeBySqlite(
      `PRAGMA page_size = ${pageBytes}`,
      "CREATE TABLE other (a)",
      "CREATE TABLE t (number INTEGER PRIMARY KEY, v)",
      `INSERT INTO t SELECT i, zeroblob(i * 37 % 5000) FROM ${LONG} i FROM n)`,
      "DELETE FROM t WHERE number % 5 = 0",
      "INSERT INTO t VALUES (1000000, 'a text'), (9007199254740991, NULL)",
    );
    const rows = readTable(file, "t") ?? [];
    const expected = Array.from({ length: 700 }, (_, at) => at + 1)
      .filter((number) => number % 5 !== 0)
      .map((number) => [number, (number * 37) % 5000]);
    expect(
      rows
        .slice(0, -2)
        .map(({ rowId, values: [, bytes] }) => [rowId, Buffer.from(bytes as Buffer).length]),
    ).toEqual(expected);
    expect(rows.slice(-2)).toEqual([
      { rowId: 1_000_000, values: [undefined, Buffer.from("a text")] },
      { rowId: 9_007_199_254_740_991, values: [undefined, undefined] },
    ]);
    expect(readTable(file, "other")).toEqual([]);
    expect(readTable(file, "none")).toBeUndefined();
  },
);

test("numbers that SQLite wrote are read, those of eight bytes and fractions left out", async () => {
  const numbers = [0, 1, -1, 127, -128, 128, 32_767, -32_768, 8_388_607, -8_388_608, 2 ** 31 - 1];
  const larger = [-(2 ** 31), 2 ** 31, 2 ** 47 - 1, -(2 ** 47)];
  const values = [...numbers, ...larger];
  const list = [...values, 2 ** 47, 0.5].map((value) => `(${value})`).join(", ");
  const file = await madeBySqlite("CREATE TABLE t (v)", `INSERT INTO t VALUES ${list}`);
  expect(readTable(file, "t")?.map(({ values: [value] }) => value)).toEqual([
    ...values,
    undefined,
    undefined,
  ]);
});

test("a row of 64 columns is read, and of more refused", async () => {
  const columns = (count: number): string =>
    Array.from({ length: count }, (_, at) => `c${at}`).join();
  const made = (count: number): Promise<Buffer> =>
    madeBySqlite(
      `CREATE TABLE t (${columns(count)})`,
      `INSERT INTO t VALUES (${Array.from({ length: count }, () => "7").join()})`,
    );
  expect(readTable(await made(64), "t")?.[0]?.values).toEqual(Array.from({ length: 64 }, () => 7));
  const many = await made(65);
  expect(() => readTable(many, "t")).toThrow("too many columns");
});

/** Changes the one row of a table, whose page is the second; its cell stands at the page's end. */
function withCell(change: (page: Buffer, cell: number) => void): () => unknown {
  return () => {
    const file = writeSqlite([
      {
        name: "k",
        table: "k",
        sql: "CREATE TABLE k (a)",
        content: {
          type: "table",
          rows: [{ rowId: 1, record: encodeRecord([{ type: "blob", bytes: Buffer.alloc(6, 7) }]) }],
        },
      },
      ...filling,
    ]);
    const page = file.subarray(4096, 8192);
    change(page, page.readUInt16BE(8));
    return readTable(file, "k");
  };
}

test("a row that says more than there is is refused", () => {
  expect(withCell(() => undefined)()).toEqual([{ rowId: 1, values: [Buffer.alloc(6, 7)] }]);
  // A cell: the record's size, the row's number, the size of its head, and the kind of its value.
  expect(withCell((page, cell) => page.writeUInt8(100, cell))).toThrow(
    "a row goes beyond its page",
  );
  expect(withCell((page, cell) => page.writeUInt8(7, cell))).toThrow("beyond its end");
  expect(withCell((page, cell) => page.writeUInt8(26, cell + 3))).toThrow("beyond its end");
  expect(withCell((page) => page.writeUInt16BE(4093, 8))).toThrow("a cell lies beyond its page");
  expect(withCell((page, cell) => page.set([0xff, 0xff, 0xff, 0x7f], cell))).toThrow(
    "a row is larger than the file",
  );
  // A record that goes on in another page, whose number would stand behind the page's end.
  expect(withCell((page, cell) => page.set([0xbf, 0x40], cell))).toThrow(
    "a row goes beyond its page",
  );
});
