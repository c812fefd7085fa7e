import type { DatabasePackage } from "./write-rpmdb.ts";
import { readTable } from "./sqlite/read-table.ts";

/** rpm counts in 32 bits, and packages are added behind the last one. */
const LARGEST_NUMBER = 2 ** 31;

/**
 * The packages of an `rpmdb.sqlite`, in the order of their numbers. Throws an `Error` that says
 * what is wrong with the file.
 */
export function readRpmdb(file: Uint8Array): readonly DatabasePackage[] {
  const rows = readTable(file, "Packages");
  if (rows === undefined) throw new Error("it has no packages' table");
  return rows.map(({ rowId, values }, at) => {
    const [, blob] = values;
    if (rowId > LARGEST_NUMBER || rowId <= (rows[at - 1]?.rowId ?? 0)) {
      throw new Error(`its package ${rowId} has no number that rpm gives`);
    }
    if (!(blob instanceof Uint8Array)) throw new Error(`its package ${rowId} has no header`);
    return { number: rowId, blob };
  });
}
