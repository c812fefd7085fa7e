import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readDatabase, rpmDatabase, writeDatabase } from "../../../../src/packages/rpm/database.ts";
import { encodeHeader } from "../../../../src/packages/rpm/header/encode-header.ts";
import type { InstalledRpm } from "../../../../src/packages/rpm/installed.ts";
import { readPackageFile } from "../../../../src/packages/rpm/file/package-file.ts";
import { writeRpmdb } from "../../../../src/packages/rpm/rpmdb/write-rpmdb.ts";
import { tags } from "../../../../src/packages/rpm/header/tags.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { putFile } from "../../../../src/packages/scripts/root-files.ts";
import { text } from "../../../support/rpm/header-entries.ts";
import { openedSqlite, rowsOf } from "../../../support/rpm/opened-sqlite.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../fixtures/rpm");
const DATABASE = "/var/lib/rpm/rpmdb.sqlite";

async function installed(file: string): Promise<InstalledRpm> {
  const { header, signature } = await readPackageFile(path.join(fixtures, "packages", file));
  return { name: header.text(tags.name) ?? "", header, signature, entries: [] };
}

const namesIn = (root: MemoryRoot): readonly (string | undefined)[] =>
  readDatabase(root).map((header) => header.text(tags.name));

test("a child's database has the packages below as they were, and its own behind them", async () => {
  const root = new MemoryRoot({ now: 0 });
  expect(readDatabase(root)).toEqual([]);
  writeDatabase(root, [await installed("traps-1.0-1.el9.noarch.rpm")], 5);
  const below = Buffer.from(root.read(DATABASE));
  writeDatabase(root, [await installed("nothing-1-1.el9.noarch.rpm")], 6);

  expect(namesIn(root)).toEqual(["traps", "nothing"]);
  const database = await openedSqlite(root.read(DATABASE));
  const [first] = rowsOf(await openedSqlite(below), "SELECT * FROM Packages");
  expect(rowsOf(database, "SELECT * FROM Packages WHERE hnum = 1")).toEqual([first]);
  expect(rowsOf(database, "SELECT key, hnum FROM Name")).toEqual([
    { key: "traps", hnum: 1 },
    { key: "nothing", hnum: 2 },
  ]);
  expect(rowsOf(database, "SELECT hex(key) AS key FROM Installtid")).toEqual([
    { key: "05000000" },
    { key: "06000000" },
  ]);
  expect(root.stat(DATABASE)).toMatchObject({ mode: 0o644, uid: 0, gid: 0 });

  expect(rpmDatabase.path).toBe(DATABASE.slice(1));
  expect(rpmDatabase.read(root.read(DATABASE))).toEqual(
    new Map([
      ["traps:noarch", "2:1.0-1.el9"],
      ["nothing:noarch", "1^git1-1~rc.el9"],
    ]),
  );
});

test("a database that rpm made is extended", async () => {
  const root = new MemoryRoot({ now: 0 });
  const made = gunzipSync(readFileSync(path.join(fixtures, "database/rpmdb.sqlite.gz")));
  putFile(root, DATABASE, made);
  writeDatabase(root, [await installed("epel-release-latest-9.noarch.rpm")], 5);
  expect(namesIn(root)).toEqual(["traps", "nothing", "epel-release"]);
});

test("a database below that is damaged, or has changes beside it, is not extended", () => {
  const root = new MemoryRoot({ now: 0 });
  putFile(root, DATABASE, "rubbish");
  expect(() => writeDatabase(root, [], 0)).toThrow(
    "/var/lib/rpm/rpmdb.sqlite of a layer below cannot be read: it is no database of SQLite's",
  );
  expect(rpmDatabase.read(root.read(DATABASE))).toEqual(new Map());
  writeDatabase(new MemoryRoot({ now: 0 }), [], 0);
  putFile(root, `${DATABASE}-wal`, "pages");
  expect(() => readDatabase(root)).toThrow("has changes beside it");
});

test("a log of changes that is empty changes nothing", async () => {
  const root = new MemoryRoot({ now: 0 });
  writeDatabase(root, [await installed("nothing-1-1.el9.noarch.rpm")], 5);
  putFile(root, `${DATABASE}-wal`, "");
  expect(namesIn(root)).toEqual(["nothing"]);
  putFile(root, `${DATABASE}-wal`, "p");
  expect(() => readDatabase(root)).toThrow("has changes beside it");
});

test("keys of signers, which have no architecture, are no packages of an image", () => {
  const headers = [
    [text(tags.name, "gpg-pubkey"), text(tags.version, "8d8b756f"), text(tags.release, "629e59ec")],
    [text(tags.architecture, "noarch"), text(tags.version, "1"), text(tags.release, "1")],
    [
      text(tags.name, "kept"),
      text(tags.version, "1"),
      text(tags.release, "2"),
      text(tags.architecture, "noarch"),
    ],
  ].map((entries, index) => ({
    number: index + 1,
    blob: encodeHeader(entries, tags.immutableRegion),
  }));
  expect(rpmDatabase.read(writeRpmdb(headers))).toEqual(new Map([["kept:noarch", "1-2"]]));
});
