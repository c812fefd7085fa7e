import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RpmHeader } from "../../../src/packages/rpm/header/header.ts";
import { indexTables } from "../../../src/packages/rpm/rpmdb/index-tables.ts";
import { readRpmdb } from "../../../src/packages/rpm/rpmdb/read-rpmdb.ts";
import { tags } from "../../../src/packages/rpm/header/tags.ts";
import { readContent, type Root } from "../root/tar-root.ts";

const DATABASE = "/var/lib/rpm/rpmdb.sqlite";

/**
 * The tables in which the databases of two roots differ: every row of every table, and every header
 * to its last byte but for the times of installation. dnf numbers packages in another order, and
 * adds the keys of signers as packages.
 */
export async function differingTables(
  folder: string,
  roots: { readonly dnf: Root; readonly qclock: Root },
): Promise<readonly string[]> {
  const [dnf, qclock] = await Promise.all([
    tablesOf(path.join(folder, "dnf.sqlite"), roots.dnf),
    tablesOf(path.join(folder, "qclock.sqlite"), roots.qclock),
  ]);
  return [...dnf].filter(([table, rows]) => qclock.get(table) !== rows).map(([table]) => table);
}

/** The rows of each table as one text. */
async function tablesOf(file: string, root: Root): Promise<ReadonlyMap<string, string>> {
  const node = root.get(DATABASE);
  if (node === undefined) throw new Error(`there is no ${DATABASE}`);
  const bytes = readContent(node);
  // Its write-ahead log is empty, and a copy without one is opened as any other file.
  await writeFile(file, bytes.fill(1, 18, 20));
  using database = new DatabaseSync(file, { readOnly: true });
  const rowsOf = (query: string): string => JSON.stringify(database.prepare(query).all());
  const compared = indexTables.filter(({ tag }) => tag !== tags.installTransactionId);
  return new Map([
    ["integrity", rowsOf("PRAGMA integrity_check")],
    [
      "schema",
      rowsOf("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"),
    ],
    ["Packages", JSON.stringify(headersIn(bytes))],
    ...compared.map(({ name }): [string, string] => [
      name,
      rowsOf(
        `SELECT Name.key AS package, hex(each.key) AS key, each.idx AS at FROM '${name}' AS each
         JOIN Name ON Name.hnum = each.hnum
         WHERE Name.key <> 'gpg-pubkey' ORDER BY package, each.rowid`,
      ),
    ]),
  ]);
}

/** All that headers say, sorted by package, without the times. */
function headersIn(file: Uint8Array): readonly string[] {
  const times: readonly number[] = [tags.installTime, tags.installTransactionId];
  return readRpmdb(file)
    .map(({ blob }) => RpmHeader.parse(blob))
    .filter((header) => header.text(tags.name) !== "gpg-pubkey")
    .map((header) => {
      const entries = header
        .entries()
        .filter(({ tag }) => !times.includes(tag))
        .map(({ tag, type, data }) => `${tag} ${type} ${Buffer.from(data).toString("hex")}`);
      return [header.text(tags.name), ...entries].join("\n");
    })
    .toSorted();
}
