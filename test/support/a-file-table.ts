import { FileTable } from "../../src/image/files/file-table.ts";
import type { ScannedFile } from "../../src/image/files/scanned-file.ts";

/** A table of these files, each from a tree that is laid over the root. */
export function aFileTable(files: readonly ScannedFile[]): FileTable {
  const trees = files.map(({ source, path }) => ({
    source: source.slice(0, -path.length - 1),
    target: "/",
  }));
  const table = new FileTable(trees);
  for (const [tree, file] of files.entries()) table.add(tree, file);
  table.arrange();
  for (const row of table.rows()) {
    const digest = files[row]?.digest?.slice("sha256:".length);
    table.complete(row, digest === undefined ? undefined : Buffer.from(digest, "hex"));
  }
  return table;
}
