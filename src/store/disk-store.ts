import { createHash, randomUUID } from "node:crypto";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import type { Digest } from "../stack/stack.ts";
import type { Store, TemporaryBlob } from "./store.ts";

/**
 * Open the store below a folder, which is made when it is absent. Blobs lie under `blobs/sha256/ab/…`,
 * notes under `notes/<kind>/…`, unfinished files under `tmp/`. Nothing has a name that looks finished
 * before it is: files are written under a temporary name, synced and renamed, so several processes may
 * share the folder and any of them may be killed; what a killed one left unfinished is removed a day later.
 *
 * Throws `store-unusable` when the folder cannot be written.
 */
export async function openStore(directory: string): Promise<Store> {
  try {
    await mkdir(path.join(directory, "tmp"), { recursive: true });
    await removeAbandoned(path.join(directory, "tmp"));
  } catch (error) {
    throw toStoreError(error, directory);
  }
  return new DiskStore(directory);
}

const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Remove unfinished files that nobody has written to for a day: their process was killed. */
async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined || Date.now() - stats.mtimeMs < ABANDONED_AFTER_MS) continue;
    await rm(file, { recursive: true, force: true });
  }
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
        await writeWhole(file, chunk);
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

  async remove(digest: Digest): Promise<void> {
    try {
      await rm(this.#blobPath(digest), { force: true });
    } catch (error) {
      throw toStoreError(error, this.directory);
    }
  }

  async createTemporary(): Promise<TemporaryBlob> {
    const file = await this.#temporaryPath();
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
    const temporary = await this.#temporaryPath();
    try {
      await mkdir(path.dirname(target), { recursive: true });
      {
        // A note may repeat what stands in a manifest that only its owner may read.
        await using file = await open(temporary, "w", 0o600);
        await file.writeFile(JSON.stringify(value));
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw toStoreError(error, this.directory);
    }
  }

  /** The folder is made again when it is gone: a cache may be deleted at any time. */
  async #temporaryPath(): Promise<string> {
    const folder = path.join(this.directory, "tmp");
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw toStoreError(error, this.directory);
    }
    return path.join(folder, `${process.pid}-${randomUUID()}`);
  }

  #blobPath(digest: Digest): string {
    const hex = digest.slice("sha256:".length);
    return path.join(this.directory, "blobs", "sha256", hex.slice(0, 2), hex);
  }

  #notePath(kind: string, key: string): string {
    return path.join(this.directory, "notes", kind, `${key.replace(/[^A-Za-z0-9._-]/g, "_")}.json`);
  }
}

/**
 * Write all of a chunk. One `write` may take a part of it and succeed, as the last one on a full disk
 * does; only the next one fails. Without `position` the chunk goes where the last one ended.
 */
export async function writeWhole(
  file: FileHandle,
  chunk: Uint8Array,
  position?: number,
): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    const at = position === undefined ? null : position + offset;
    const { bytesWritten } = await file.write(chunk, offset, chunk.length - offset, at);
    offset += bytesWritten;
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
