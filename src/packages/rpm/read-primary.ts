import type { Store } from "../../store/store.ts";
import { recallTables } from "../kept-tables.ts";
import type { TextTable } from "../text-table.ts";
import { PrimaryHandler } from "./metadata/primary.ts";
import { type PrimaryIndex, PrimaryIndexBuilder } from "./metadata/primary-index.ts";
import { RECORD_FIELDS } from "./metadata/primary-record.ts";
import { readXmlFile, type StoredFile } from "./metadata-file.ts";

/**
 * The packages of a repository for one architecture, as RPM says it, and for all; what was read of
 * its list is kept in the store. Throws `package-corrupt`.
 */
export async function readPrimary(
  file: StoredFile,
  at: { readonly architecture: string; readonly store: Store; readonly signal: AbortSignal },
): Promise<PrimaryIndex> {
  const { architecture, store, signal } = at;
  const key = `${file.digest.slice("sha256:".length)}-${architecture}`;
  const form = `rpm primary 2 ${RECORD_FIELDS.join()}`;
  const tables = await recallTables({ store, key, form }, async () => {
    const builder = new PrimaryIndexBuilder([architecture, "noarch"]);
    await readXmlFile(file, new PrimaryHandler((entry) => builder.add(entry)), signal);
    const index = builder.finish();
    return [index.packages, index.providers, index.obsoleters, index.askedPaths];
  });
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
