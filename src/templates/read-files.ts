import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { ProjectFile } from "./template.ts";

/**
 * What may lie in a checkout beside a template's own files, and is never part of one. npm packs no
 * `.gitignore`, so that a template has none either: every project gets the same.
 */
const notOfTemplates: ReadonlySet<string> = new Set([
  ".DS_Store",
  ".env",
  ".git",
  ".gitignore",
  "__pycache__",
  "artifacts",
  "node_modules",
  "stack.override.yaml",
]);

/**
 * A file, or the files below a folder, by their paths in order. Of a mode the executable bit alone
 * counts, as in git. Links are left out: npm packs none.
 */
export async function readFiles(
  folder: string,
  name: string,
  place = name,
): Promise<readonly ProjectFile[]> {
  const target = path.join(folder, name);
  const found = await stat(target);
  if (!found.isDirectory()) {
    const content = await readFile(target);
    return [{ path: place, content, isExecutable: (found.mode & 0o100) !== 0 }];
  }
  const entries = await readdir(target, { withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isSymbolicLink() && !notOfTemplates.has(entry.name))
    .map((entry) => entry.name)
    .toSorted();
  const files = names.map((each) =>
    readFiles(folder, path.join(name, each), place === "." ? each : `${place}/${each}`),
  );
  return (await Promise.all(files)).flat();
}
