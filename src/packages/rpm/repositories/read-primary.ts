import { stat } from "node:fs/promises";
import type { Store } from "../../../store/store.ts";
import { recallTables } from "../../kept-tables.ts";
import type { TextTable } from "../../text-table.ts";
import type { MemoryTally } from "../metadata/memory-tally.ts";
import type { PrimaryIndex } from "../metadata/primary-index.ts";
import { RECORD_FIELDS } from "../metadata/primary-record.ts";
import { asCorrupt, type StoredFile } from "./metadata-file.ts";
import { writePrimaryInThread } from "./primary-thread.ts";
import { writePrimary } from "./write-primary.ts";

/** A list that is smaller is read in less time than a thread takes to start. */
const WORTH_A_THREAD_BYTES = 1024 ** 2;

/**
 * The packages of a repository for one architecture, as RPM says it, and for all; what was read of
 * its list is kept in the store. Throws `package-corrupt`.
 */
export async function readPrimary(
  file: StoredFile,
  at: {
    readonly architecture: string;
    readonly store: Store;
    readonly memory: MemoryTally;
    readonly signal: AbortSignal;
  },
): Promise<PrimaryIndex> {
  const { architecture, store, memory, signal } = at;
  const key = `${file.digest.slice("sha256:".length)}-${architecture}`;
  const form = `rpm primary 2 ${RECORD_FIELDS.join()}`;
  const tables = await recallTables({ store, key, form }, async (target) => {
    const { size } = await stat(file.stored);
    const write = size < WORTH_A_THREAD_BYTES ? writePrimary : writePrimaryInThread;
    const task = { file, architecture, target, form };
    await asCorrupt(file, signal, () => write(task, signal));
  });
  const headBytes = tables.reduce((sum, { head }) => sum + head.length, 0);
  await asCorrupt(file, signal, () => memory.keep(headBytes));
  const table = (place: number): TextTable => {
    const found = tables[place];
    if (found === undefined) throw new Error("an index of RPM packages has four tables");
    return found;
  };
  return {
    packages: table(0),
    providers: table(1),
    obsoleters: table(2),
    askedPaths: table(3),
  };
}
