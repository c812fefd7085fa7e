import type { DatabasePackage } from "./write-rpmdb.ts";
import { readTable } from "./sqlite/read-table.ts";

/**
 * The packages of an `rpmdb.sqlite`, in the order of their numbers. Throws an `Error` that says
 * what is wrong with the file.
 */
export function readRpmdb(file: Uint8Array): readonly DatabasePackage[] {
  const rows = readTable(file, "Packages");
  if (rows === undefined) throw new Error("it has no packages' table");
  return rows.map(({ rowId, values }) => {
    const [, blob] = values;
    if (!(blob instanceof Uint8Array)) throw new Error(`its package ${rowId} has no header`);
    return { number: rowId, blob };
  });
}
