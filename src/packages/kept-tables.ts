import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { QclockError } from "../error.ts";
import { DerivedFiles } from "../store/derived.ts";
import { concernsStore, toStoreError } from "../store/store-error.ts";
import type { Store } from "../store/store.ts";
import { openTables, readTables, TablesWriter } from "./tables-file.ts";
import type { TextTable } from "./text-table.ts";

/** Tables that were read from an index, and under what they are kept. */
export interface KeptTables {
  /** Tells what they were read from: characters of a file's name. */
  readonly key: string;
  /**
   * What is kept of an index, and how, in one line: tables of another form are read anew, such as
   * those that another qclock kept.
   */
  readonly form: string;
  readonly store: Store;
}

/**
 * The tables that were read from an index before. Where the store has not kept them, `write` reads
 * it and writes them into the file that it is given (`TablesWriter`), which is kept. Decompressing
 * and reading the one of Debian's main takes two seconds, opening what was kept some hundredths.
 *
 * Throws what `write` throws; `disk-full` or `store-unusable` where no place takes the file.
 */
export async function recallTables(
  place: KeptTables,
  write: (file: string) => Promise<void>,
): Promise<readonly TextTable[]> {
  const { store, key, form } = place;
  const kept = new DerivedFiles(store, "indexes");
  const file = await kept.find(key);
  const known =
    file === undefined ? undefined : await openTables(file, form).catch(() => undefined);
  if (known !== undefined) return known;
  if (file !== undefined) await kept.remove(key);
  try {
    await using temporary = await store.createTemporary();
    await write(temporary.path);
    await kept.keep(key, temporary.path);
    await kept.prune();
    return readTables(temporary.path);
  } catch (error) {
    if (!isOfStore(error, store)) throw error;
    // A full disk, or a store that is closed to us: the index is read again next time.
    return await writeElsewhere(write).catch((other: unknown) => {
      const isSystem = other instanceof Error && "syscall" in other;
      throw isSystem ? toStoreError(error, store.directory) : other;
    });
  }
}

/** Whether the store could not take the file; a failed write does not say which file it is of. */
function isOfStore(error: unknown, store: Store): boolean {
  if (error instanceof QclockError)
    return error.code === "disk-full" || error.code === "store-unusable";
  const isWrite = error instanceof Error && "syscall" in error && error.syscall === "write";
  return isWrite || concernsStore(error, store.directory);
}

/** `write` for tables that are in memory. */
export async function writeTables(
  file: string,
  form: string,
  tables: readonly TextTable[],
): Promise<void> {
  using writer = new TablesWriter(file, form);
  for (const table of tables) writer.addTable(table);
  writer.finish();
}

async function writeElsewhere(
  write: (file: string) => Promise<void>,
): Promise<readonly TextTable[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "qclock-index-"));
  try {
    const file = path.join(folder, "tables");
    await write(file);
    return readTables(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
