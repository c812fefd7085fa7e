import { lstat, readdir } from "node:fs/promises";
import path from "node:path";

/** A file of the store. */
export interface StoredFile {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  /** When it was written, or last told to have been used. */
  readonly usedAtMs: number;
}

/** How much there is of something. */
export interface Use {
  readonly files: number;
  readonly bytes: number;
}

/**
 * All regular files below a folder; none where it cannot be read, since what is listed may go at
 * any time.
 */
export async function listFiles(folder: string): Promise<readonly StoredFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: StoredFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const stats = await lstat(file).catch(() => undefined);
    if (stats !== undefined) found.push({ file, bytes: stats.size, usedAtMs: stats.mtimeMs });
  }
  return found;
}

export function useOf(files: readonly Pick<StoredFile, "bytes">[]): Use {
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
