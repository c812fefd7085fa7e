import { link, lstat, readdir, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { FILE_MODE, Ownership } from "./ownership.ts";
import { makePrivateFolder } from "./private-folder.ts";
import type { Store } from "./store.ts";

/** What is kept of each kind, in bytes; beyond that the least recently used go. */
export const derivedLimits = {
  /** Package indexes in a form that is quick to read: that of Debian's main takes 30 MB, and a release has three. */
  indexes: 256 * 1024 ** 2,
  /** Packages taken apart, uncompressed: an image of 100 packages takes some 250 MB. */
  packages: 2 * 1024 ** 3,
} as const;

export type DerivedKind = keyof typeof derivedLimits;

/** How much there is of a kind. */
export interface DerivedUse {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Files that were made from others of the store and only save the time to make them again, by a key that tells what they were made
 * from. They may go at any time: what is not found, cannot be read, or cannot be kept is made anew, so that nothing here rejects.
 * Whoever reads one has to notice damage by himself.
 */
export class DerivedFiles {
  readonly #folder: string;
  readonly #limitBytes: number;
  readonly #ownership: Ownership;

  constructor(
    store: Pick<Store, "directory">,
    kind: DerivedKind,
    limitBytes: number = derivedLimits[kind],
  ) {
    this.#folder = path.join(store.directory, "derived", kind);
    this.#limitBytes = limitBytes;
    this.#ownership = new Ownership(store.directory);
  }

  /** Path of a file that nobody else can have written, which counts as used now; undefined when there is none. */
  async find(key: string): Promise<string | undefined> {
    const file = path.join(this.#folder, key);
    try {
      const found = await lstat(file);
      // Believed without a proof, as a note is: a link, or a file that others could write to, is not taken.
      const isClosed = found.isFile() && (found.mode & 0o777) === FILE_MODE;
      if (!isClosed || !(await this.#ownership.isOurs(found))) return undefined;
      const now = new Date();
      await utimes(file, now, now);
      return file;
    } catch {
      return undefined;
    }
  }

  /** Keep a finished file of the store's disk, of mode 0600, under one more name. The first one of a key stays. */
  async keep(key: string, file: string): Promise<void> {
    try {
      await makePrivateFolder(this.#folder);
      // A link appears whole or not at all, and who has the file open, or under another name, keeps it when it goes.
      await link(file, path.join(this.#folder, key));
    } catch {
      // There already, or a disk that is full or has no links.
    }
  }

  /** Let go of a file that was found damaged. */
  async remove(key: string): Promise<void> {
    await rm(path.join(this.#folder, key), { force: true }).catch(() => undefined);
  }

  async use(): Promise<DerivedUse> {
    const files = await this.#list();
    return { files: files.length, bytes: sizeOf(files) };
  }

  /** Remove what was used least recently until at most so many bytes are left; absent: the limit of the kind. */
  async prune(maximumBytes: number = this.#limitBytes): Promise<DerivedUse> {
    const files = await this.#list();
    let left = sizeOf(files);
    const removed: typeof files = [];
    for (const entry of files.toSorted((a, b) => a.usedMs - b.usedMs)) {
      if (left <= maximumBytes) break;
      await this.remove(entry.name);
      left -= entry.bytes;
      removed.push(entry);
    }
    return { files: removed.length, bytes: sizeOf(removed) };
  }

  async #list(): Promise<
    { readonly name: string; readonly bytes: number; readonly usedMs: number }[]
  > {
    const names = await readdir(this.#folder).catch(() => []);
    const found = await Promise.all(
      names.map(async (name) => {
        const stats = await stat(path.join(this.#folder, name)).catch(() => undefined);
        return stats === undefined ? [] : [{ name, bytes: stats.size, usedMs: stats.mtimeMs }];
      }),
    );
    return found.flat();
  }
}

function sizeOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
