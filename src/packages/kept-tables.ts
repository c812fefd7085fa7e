import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { DerivedFiles } from "../store/derived.ts";
import type { Store } from "../store/store.ts";
import { TextTable } from "./text-table.ts";

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

const HASH_BYTES = 32;
const NUMBER_BYTES = 4;

/**
 * The tables that were read from an index before; `read` reads it where the store has not kept
 * them, and what it gives is kept. Decompressing and reading the one of Debian's main takes two
 * seconds, loading what was kept some hundredths.
 */
export async function recallTables(
  place: KeptTables,
  read: () => Promise<readonly TextTable[]>,
): Promise<readonly TextTable[]> {
  const kept = new DerivedFiles(place.store, "indexes");
  const file = await kept.find(place.key);
  const known = file === undefined ? undefined : await load(file, place).catch(() => undefined);
  if (known !== undefined) return known;
  const tables = await read();
  if (file !== undefined) await kept.remove(place.key);
  await save(tables, place, kept);
  return tables;
}

/**
 * The line that a kept file begins with. After it come the SHA-256 of the rest, and each table with
 * its length in four bytes before it.
 */
function firstLine({ form }: KeptTables): Buffer {
  return Buffer.from(`qclock index 2 ${form}\n`, "latin1");
}

/** Undefined for a file that is of another form, or damaged. */
async function load(file: string, place: KeptTables): Promise<readonly TextTable[] | undefined> {
  const bytes = await readFile(file);
  const line = firstLine(place);
  const body = bytes.subarray(line.length + HASH_BYTES);
  const hash = bytes.subarray(line.length, line.length + HASH_BYTES);
  if (!bytes.subarray(0, line.length).equals(line)) return undefined;
  if (!createHash("sha256").update(body).digest().equals(hash)) return undefined;
  const tables: TextTable[] = [];
  for (let at = 0; at < body.length;) {
    const start = at + NUMBER_BYTES;
    at = start + body.readUInt32LE(at);
    tables.push(new TextTable(body.subarray(start, at)));
  }
  return tables;
}

async function save(
  tables: readonly TextTable[],
  place: KeptTables,
  kept: DerivedFiles,
): Promise<void> {
  const body = tables.flatMap(({ bytes }) => {
    const length = Buffer.alloc(NUMBER_BYTES);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const hash = createHash("sha256");
  for (const part of body) hash.update(part);
  try {
    await using temporary = await place.store.createTemporary();
    {
      await using file = await open(temporary.path, "w");
      for (const part of [firstLine(place), hash.digest(), ...body]) await file.writeFile(part);
    }
    await kept.keep(place.key, temporary.path);
    await kept.prune();
  } catch {
    // A full disk, or a store that is closed to us: the index is read again next time.
  }
}
