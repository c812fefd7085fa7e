import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import type { Digest } from "../../digest.ts";
import { DerivedFiles } from "../../store/derived.ts";
import type { Store } from "../../store/store.ts";
import { FIELDS, type ParsedIndex } from "./packages-index.ts";
import { TextTable } from "./text-table.ts";

/**
 * The first line of a kept index; a file that begins otherwise was written by a qclock that kept
 * other things of an index. After it come the SHA-256 of the rest, the length of the first table in
 * four bytes, and the two tables.
 */
const FIRST_LINE = Buffer.from(`qclock index 1 ${FIELDS.join()}\n`, "latin1");
const HASH_BYTES = 32;
const LENGTH_BYTES = 4;

/**
 * A Packages file as it was read before; `read` reads it where the store has not kept that, and
 * what it gives is kept. Decompressing and reading the one of Debian's main takes two seconds,
 * loading what was kept some hundredths.
 */
export async function recallIndex(
  store: Store,
  digest: Digest,
  read: () => Promise<ParsedIndex>,
): Promise<ParsedIndex> {
  const kept = new DerivedFiles(store, "indexes");
  const key = digest.slice("sha256:".length);
  const file = await kept.find(key);
  const known = file === undefined ? undefined : await load(file).catch(() => undefined);
  if (known !== undefined) return known;
  const index = await read();
  if (file !== undefined) await kept.remove(key);
  await save(index, { store, kept, key });
  return index;
}

/** Undefined for a file that is of another form, or damaged. */
async function load(file: string): Promise<ParsedIndex | undefined> {
  const bytes = await readFile(file);
  const body = bytes.subarray(FIRST_LINE.length + HASH_BYTES);
  const hash = bytes.subarray(FIRST_LINE.length, FIRST_LINE.length + HASH_BYTES);
  if (!bytes.subarray(0, FIRST_LINE.length).equals(FIRST_LINE)) return undefined;
  if (!createHash("sha256").update(body).digest().equals(hash)) return undefined;
  const middle = LENGTH_BYTES + body.readUInt32LE(0);
  return {
    packages: new TextTable(body.subarray(LENGTH_BYTES, middle)),
    providers: new TextTable(body.subarray(middle)),
  };
}

async function save(
  { packages, providers }: ParsedIndex,
  place: { readonly store: Store; readonly kept: DerivedFiles; readonly key: string },
): Promise<void> {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(packages.bytes.length);
  const body = [length, packages.bytes, providers.bytes];
  const hash = createHash("sha256");
  for (const part of body) hash.update(part);
  try {
    await using temporary = await place.store.createTemporary();
    {
      await using file = await open(temporary.path, "w");
      for (const part of [FIRST_LINE, hash.digest(), ...body]) await file.writeFile(part);
    }
    await place.kept.keep(place.key, temporary.path);
    await place.kept.prune();
  } catch {
    // A full disk, or a store that is closed to us: the index is read again next time.
  }
}
