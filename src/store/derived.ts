import { link, lstat, rm, utimes } from "node:fs/promises";
import path from "node:path";
import { listFiles, type StoredFile, useOf } from "./list-files.ts";
import { FILE_MODE, Ownership } from "./ownership.ts";
import { makePrivateFolder } from "./private-folder.ts";
import type { Store } from "./store.ts";

/** What is kept of each kind, in bytes; beyond that the least recently used go. */
export const derivedLimits = {
  /**
   * Package indexes in a form that is quick to read: that of Debian's main takes 30 MB, and a
   * release has three; a repository of RPM packages that keeps every version takes some hundred.
   */
  indexes: 2 * 1024 ** 3,
  /** Packages taken apart, uncompressed: an image of 100 packages takes some 250 MB. */
  packages: 2 * 1024 ** 3,
} as const;

export type DerivedKind = keyof typeof derivedLimits;

/**
 * Files that were made from others of the store and only save the time to make them again, by a key
 * that tells what they were made from. They may go at any time: what is not found, cannot be read,
 * or cannot be kept is made anew, so that nothing here rejects. Whoever reads one has to notice
 * damage by himself.
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

  /**
   * Path of a file that nobody else can have written, which counts as used now; undefined when
   * there is none.
   */
  async find(key: string): Promise<string | undefined> {
    const file = path.join(this.#folder, key);
    try {
      const found = await lstat(file);
      // Believed without a proof, as a note is: a link, or a file that others could write to, is
      // not taken.
      const isClosed = found.isFile() && (found.mode & 0o777) === FILE_MODE;
      if (!isClosed || !(await this.#ownership.isOurs(found))) return undefined;
      await markUsed(file);
      return file;
    } catch {
      return undefined;
    }
  }

  /**
   * Keep a finished file of the store's disk, of mode 0600, under one more name. The first one of a
   * key stays.
   */
  async keep(key: string, file: string): Promise<void> {
    try {
      await makePrivateFolder(this.#folder);
      // A link appears whole or not at all, and who has the file open, or under another name, keeps
      // it when it goes.
      await link(file, path.join(this.#folder, key));
    } catch {
      // There already, or a disk that is full or has no links.
    }
  }

  /** Let go of a file that was found damaged. */
  async remove(key: string): Promise<void> {
    await rm(path.join(this.#folder, key), { force: true }).catch(() => undefined);
  }

  async list(): Promise<readonly StoredFile[]> {
    return listFiles(this.#folder);
  }

  /** Remove what was used least recently until the rest is within the kind's limit. */
  async prune(): Promise<void> {
    const files = await this.list();
    let left = useOf(files).bytes;
    for (const { file, bytes } of files.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (left <= this.#limitBytes) return;
      await this.remove(path.basename(file));
      left -= bytes;
    }
  }
}

/**
 * Let a file of the store count as used now. Where it cannot be told so it counts as older than it
 * is.
 */
export async function markUsed(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}
