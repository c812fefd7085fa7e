import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import path from "node:path";
import { expect, test } from "vitest";
import { encodeHeader } from "../../../../../src/packages/rpm/header/encode-header.ts";
import { RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import type { InstalledRpm } from "../../../../../src/packages/rpm/installed.ts";
import { readPackageFile } from "../../../../../src/packages/rpm/file/package-file.ts";
import { installedHeader } from "../../../../../src/packages/rpm/rpmdb/installed-header.ts";
import { indexTables } from "../../../../../src/packages/rpm/rpmdb/index-tables.ts";
import { readRpmdb } from "../../../../../src/packages/rpm/rpmdb/read-rpmdb.ts";
import { writeRpmdb } from "../../../../../src/packages/rpm/rpmdb/write-rpmdb.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { openedSqlite, rowsOf } from "../../../../support/rpm/opened-sqlite.ts";
import { text, texts } from "../../../../support/rpm/header-entries.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../../fixtures/rpm");
/** Made by rpm of the packages `traps` and `nothing`. */
const made = gunzipSync(readFileSync(path.join(fixtures, "database/rpmdb.sqlite.gz")));

async function anInstalled(file: string, excluded: readonly string[]): Promise<InstalledRpm> {
  const { header, signature } = await readPackageFile(path.join(fixtures, "packages", file));
  const entries = excluded.map((at) => ({
    path: at,
    type: "file" as const,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    excluded: true,
  }));
  return { name: "a", header, signature, entries };
}

test("a database of rpm's is written again with the same tables, rows and indexes", async () => {
  const written = writeRpmdb(readRpmdb(made));
  const [theirs, ours] = [await openedSqlite(made), await openedSqlite(written)];
  for (const query of [
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name <> 'sqlite_stat1'",
    "SELECT * FROM sqlite_sequence",
    "SELECT * FROM Packages",
    ...indexTables.map(({ name }) => `SELECT rowid, * FROM '${name}' ORDER BY rowid`),
  ]) {
    expect(rowsOf(theirs, query)).toEqual(rowsOf(ours, query));
  }
  expect(rowsOf(ours, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(rowsOf(ours, "PRAGMA foreign_key_check")).toEqual([]);
  expect(rowsOf(ours, "PRAGMA journal_mode")).toEqual([{ journal_mode: "delete" }]);
  expect(writeRpmdb(readRpmdb(written)).equals(written)).toBe(true);
});

test("an installed header is the one that rpm makes, with what was left out", async () => {
  const theirs = readRpmdb(made).map(({ blob }) => RpmHeader.parse(blob));
  const [time = 0] = theirs[0]?.numbers(tags.installTransactionId) ?? [];
  const ours = await Promise.all([
    anInstalled("traps-1.0-1.el9.noarch.rpm", ["usr/share/doc/traps/README"]),
    anInstalled("nothing-1-1.el9.noarch.rpm", []),
  ]);
  const headers = ours.map((item) => RpmHeader.parse(installedHeader(item, time)));
  expect(headers.map(withoutTime)).toEqual(theirs.map(withoutTime));
  expect(headers.map(({ bytes }) => bytes.length)).toEqual(theirs.map(({ bytes }) => bytes.length));
  // The first one of a transaction was installed when that began.
  expect(Buffer.from(headers[0]?.bytes ?? []).equals(theirs[0]?.bytes ?? Buffer.alloc(0))).toBe(
    true,
  );
});

/** Of installation, which rpm tells for each package of a transaction. */
function withoutTime(header: RpmHeader): unknown {
  return header.entries().filter(({ tag }) => tag !== tags.installTime);
}

test("a header that something stands behind already is not extended", async () => {
  const item = await anInstalled("nothing-1-1.el9.noarch.rpm", []);
  const header = RpmHeader.parse(installedHeader(item, 1));
  expect(() => installedHeader({ ...item, header }, 1)).toThrow("not of one region alone");
});

test("keys that are no UTF-8 stay as they are, and a group that is missing is Unknown", async () => {
  const latin = { ...text(tags.name, "?"), data: Buffer.from([0xe9, 0]) };
  const blob = encodeHeader([latin, texts(tags.requireName, ["(a or", "(rpmlib(X) and b)"])]);
  const database = await openedSqlite(writeRpmdb([{ number: 7, blob }]));
  expect(rowsOf(database, "SELECT hex(key) AS key, hnum, idx FROM Name")).toEqual([
    { key: "E9", hnum: 7, idx: 0 },
  ]);
  expect(rowsOf(database, "SELECT key FROM 'Group'")).toEqual([{ key: "Unknown" }]);
  expect(rowsOf(database, "SELECT key FROM Requirename")).toEqual([
    { key: "(a or" },
    { key: "(rpmlib(X) and b)" },
    { key: "b" },
  ]);
  expect(rowsOf(database, "SELECT seq FROM sqlite_sequence")).toEqual([{ seq: 7 }]);
});

test("a database of no packages is one, too", async () => {
  const database = await openedSqlite(writeRpmdb([]));
  expect(rowsOf(database, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  expect(rowsOf(database, "SELECT count(*) AS n FROM Packages")).toEqual([{ n: 0 }]);
  expect(readRpmdb(writeRpmdb([]))).toEqual([]);
});

test("a file without a table of packages is no database of rpm's", () => {
  expect(() => readRpmdb(Buffer.from("no"))).toThrow("no database of SQLite's");
});

test.each([[[1, 1]], [[2, 1]], [[0]], [[2 ** 32 + 1]]])(
  "a database whose packages have the numbers %j is refused",
  (given) => {
    const blob = encodeHeader([text(tags.name, "a")], tags.immutableRegion);
    const file = writeRpmdb(given.map((number) => ({ number, blob })));
    expect(() => readRpmdb(file)).toThrow("has no number that rpm gives");
  },
);
