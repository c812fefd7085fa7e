import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";

/** A file that somebody installed. */
export interface TreeFile {
  readonly sha256: string;
  readonly isExecutable: boolean;
  /** Its text, for those that are explained by what they say. */
  readonly text: () => Promise<string>;
}

/** Every file below a folder, by its path in it. */
export async function readTree(folder: string): Promise<ReadonlyMap<string, TreeFile>> {
  const files = new Map<string, TreeFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), {
      sha256: createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
      isExecutable: ((await stat(file)).mode & 0o111) !== 0,
      text: () => readFile(file, "utf8"),
    });
  }
  return files;
}
