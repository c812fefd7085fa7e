import { TablesWriter } from "../../tables-file.ts";
import { PrimaryIndexBuilder } from "../metadata/primary-index.ts";
import { PrimaryReader } from "../metadata/primary-reader.ts";
import { readPieces, type StoredFile } from "./metadata-file.ts";

/** What is asked of whoever reads a repository's list of packages. */
export interface PrimaryTask {
  readonly file: StoredFile;
  /** As RPM says it; packages for all are read as well. */
  readonly architecture: string;
  /** Where the tables go, and how they are called: see `TablesWriter`. */
  readonly target: string;
  readonly form: string;
}

/**
 * Read a list of packages and write its four tables: packages, providers, obsoleters, asked paths.
 * Throws an `Error` that says what is wrong with the list, or what the file system throws.
 */
export async function writePrimary(
  { file, architecture, target, form }: PrimaryTask,
  signal: AbortSignal,
): Promise<void> {
  using writer = new TablesWriter(target, form);
  const builder = new PrimaryIndexBuilder([architecture, "noarch"], {
    newTable: () => writer.newTable(),
  });
  await readPieces(file, new PrimaryReader((entry) => builder.add(entry)), signal);
  const { packages, providers, obsoleters, askedPaths } = builder.finish();
  for (const table of [packages, providers, obsoleters, askedPaths]) writer.addTable(table);
  writer.finish();
}
