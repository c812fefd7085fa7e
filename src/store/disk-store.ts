import { randomUUID } from "node:crypto";
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import type { Digest } from "../stack/stack.ts";
import type { Store, TemporaryBlob } from "./store.ts";

/**
 * Open the store below a folder, which is made when it is absent. Blobs lie under `blobs/sha256/ab/…`,
 * notes under `notes/<kind>/…`, unfinished files under `tmp/`. Nothing has a name that looks finished
 * before it is: files are written under a temporary name, synced and renamed, so several processes may
 * share the folder and any of them may be killed.
 *
 * Throws `store-unusable` when the folder cannot be written.
 */
export async function openStore(directory: string): Promise<Store> {
  try {
    await mkdir(path.join(directory, "tmp"), { recursive: true });
  } catch (error) {
    throw toStoreError(error, directory);
  }
  return new DiskStore(directory);
}

class DiskStore implements Store {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async find(digest: Digest): Promise<string | undefined> {
    const file = this.#blobPath(digest);
    return (await isFile(file)) ? file : undefined;
  }

  async put(digest: Digest, content: AsyncIterable<Uint8Array>): Promise<string> {
    await using temporary = await this.createTemporary();
    const hash = createHash("sha256");
    try {
      await using file = await open(temporary.path, "w");
      for await (const chunk of content) {
        hash.update(chunk);
        await file.write(chunk);
      }
      await file.sync();
    } catch (error) {
      throw toStoreError(error, this.directory);
    }
    const actual: Digest = `sha256:${hash.digest("hex")}`;
    if (actual !== digest) {
      throw new QclockError("digest-mismatch", `Expected ${digest}, but the content is ${actual}.`);
    }
    return await temporary.commit(digest);
  }

  async createTemporary(): Promise<TemporaryBlob> {
    const file = path.join(this.directory, "tmp", `${process.pid}-${randomUUID()}`);
    return {
      path: file,
      commit: async (digest) => {
        const target = this.#blobPath(digest);
        try {
          await mkdir(path.dirname(target), { recursive: true });
          await rename(file, target);
        } catch (error) {
          throw toStoreError(error, this.directory);
        }
        return target;
      },
      [Symbol.asyncDispose]: () => rm(file, { force: true }),
    };
  }

  async readNote(kind: string, key: string): Promise<unknown> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#notePath(kind, key), "utf8"));
      return value;
    } catch {
      // Absent, cut short by a crash, or damaged: a note is derived and is made again.
      return undefined;
    }
  }

  async writeNote(kind: string, key: string, value: unknown): Promise<void> {
    const target = this.#notePath(kind, key);
    const temporary = path.join(this.directory, "tmp", `${process.pid}-${randomUUID()}`);
    try {
      await mkdir(path.dirname(target), { recursive: true });
      {
        await using file = await open(temporary, "w");
        await file.writeFile(JSON.stringify(value));
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw toStoreError(error, this.directory);
    }
  }

  #blobPath(digest: Digest): string {
    const hex = digest.slice("sha256:".length);
    return path.join(this.directory, "blobs", "sha256", hex.slice(0, 2), hex);
  }

  #notePath(kind: string, key: string): string {
    return path.join(this.directory, "notes", kind, `${key.replace(/[^A-Za-z0-9._-]/g, "_")}.json`);
  }
}

/** Name the folder when the disk is full or closed to us; anything else passes through. */
export function toStoreError(error: unknown, directory: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new QclockError("disk-full", `No space is left for the store in ${directory}.`, {
        cause: error,
        hint: "Free some space, or put the store elsewhere with QCLOCK_STORE. Nothing half-written was kept.",
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
      return new QclockError("store-unusable", `The store in ${directory} cannot be written.`, {
        cause: error,
        hint: "Make the folder writable, or name another one with QCLOCK_STORE.",
      });
    default:
      return error;
  }
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
