import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { chmod, lstat, stat } from "node:fs/promises";
import type { Digest } from "../digest.ts";

/** Mode of every file of the store. */
export const FILE_MODE = 0o600;

/**
 * Which files of a store may be used as they are. A file that only this user can have written was
 * checked when it came in; any other one may have been changed since, and is read and compared with
 * its digest.
 */
export class Ownership {
  readonly #directory: string;
  readonly #proved = new Set<Digest>();
  #isFolderOurs: Promise<boolean> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether a file is what its digest says. Never rejects: what cannot be read is not. */
  async vouches(file: string, digest: Digest): Promise<boolean> {
    const found = await lstat(file).catch(() => undefined);
    // A link is not followed: nothing in the store is one.
    if (found?.isFile() !== true) return false;
    if (this.#proved.has(digest)) return true;
    const isOursAlone = await this.isOurs(found);
    if (isOursAlone && (found.mode & 0o777) === FILE_MODE) return true;
    if ((await digestOf(file)) !== digest) return false;
    this.#proved.add(digest);
    // So that the next run need not read it again.
    if (isOursAlone) await chmod(file, FILE_MODE).catch(() => undefined);
    return true;
  }

  /** Whether nobody else can have written a file of the store, or put another one in its place. */
  async isOurs(found: Pick<Stats, "uid">): Promise<boolean> {
    if (process.getuid === undefined) return true;
    if (found.uid !== process.getuid()) return false;
    this.#isFolderOurs ??= this.#closeFolder();
    return this.#isFolderOurs;
  }

  /**
   * The store's own folder decides who reaches all that is in it. One that an older version left
   * open is closed.
   */
  async #closeFolder(): Promise<boolean> {
    try {
      const found = await stat(this.#directory);
      if (found.uid !== process.getuid?.()) return false;
      if ((found.mode & 0o077) !== 0) await chmod(this.#directory, 0o700);
      return true;
    } catch {
      return false;
    }
  }
}

async function digestOf(file: string): Promise<Digest | undefined> {
  try {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk);
    }
    return `sha256:${hash.digest("hex")}`;
  } catch {
    return undefined;
  }
}
