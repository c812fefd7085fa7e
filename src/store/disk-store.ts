import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import type { Digest } from "../digest.ts";
import { FILE_MODE, Ownership } from "./ownership.ts";
import { jsonPieces } from "./json-pieces.ts";
import { makePrivateFolder } from "./private-folder.ts";
import { seal, unseal } from "./sealed-bytes.ts";
import { toStoreError } from "./store-error.ts";
import type { Store, TemporaryBlob } from "./store.ts";

/**
 * Open the store below a folder. Blobs lie under `blobs/sha256/ab/…`, notes under `notes/<kind>/…`,
 * unfinished files under `tmp/`. Nothing has a name that looks finished before it is: files are
 * written under a temporary name, synced and renamed, so several processes may share the folder and
 * any of them may be killed; what a killed one left unfinished is removed a day later. Folders and
 * files are the owner's alone.
 *
 * Makes nothing: folders are made when something is written, so that a command that only looks, or
 * takes a stack down, needs no store.
 */
export async function openStore(directory: string): Promise<Store> {
  // Only tidying: where it cannot be done, whoever needs the store is told why.
  await removeAbandoned(path.join(directory, "tmp")).catch(() => undefined);
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
  readonly #ownership: Ownership;

  constructor(directory: string) {
    this.directory = directory;
    this.#ownership = new Ownership(directory);
  }

  async find(digest: Digest): Promise<string | undefined> {
    const file = this.#blobPath(digest);
    return (await this.#ownership.vouches(file, digest)) ? file : undefined;
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
    const file = await this.#createFile();
    return {
      path: file,
      commit: async (digest) => {
        const target = this.#blobPath(digest);
        try {
          await moveInto(file, target);
        } catch (error) {
          throw toStoreError(error, this.directory);
        }
        return target;
      },
      // What cannot be removed now is removed a day later; the failure that led here is the one to
      // tell.
      [Symbol.asyncDispose]: () => rm(file, { force: true }).catch(() => undefined),
    };
  }

  async readNote(kind: string, key: string): Promise<unknown> {
    const bytes = await this.#readNoteFile(this.#notePath(kind, `${key}.json`));
    try {
      return bytes === undefined ? undefined : JSON.parse(bytes.toString("utf8"));
    } catch {
      // Cut short by a crash, or damaged: a note is derived and is made again.
      return undefined;
    }
  }

  async writeNote(kind: string, key: string, value: unknown): Promise<void> {
    await this.#writeNoteFile(this.#notePath(kind, `${key}.json`), jsonPieces(value));
  }

  async noteKeys(kind: string): Promise<ReadonlySet<string>> {
    const names = await readdir(this.#notePath(kind, "")).catch(() => []);
    return new Set(names.map((name) => path.parse(name).name));
  }

  async readNoteBytes(kind: string, key: string): Promise<Buffer | undefined> {
    const bytes = await this.#readNoteFile(this.#notePath(kind, `${key}.bin`));
    return bytes === undefined ? undefined : unseal(bytes);
  }

  async writeNoteBytes(kind: string, key: string, pieces: Iterable<Uint8Array>): Promise<void> {
    await this.#writeNoteFile(this.#notePath(kind, `${key}.bin`), seal(pieces));
  }

  /** Undefined when it is absent, unreadable, or may be another user's. */
  async #readNoteFile(target: string): Promise<Buffer | undefined> {
    try {
      await using file = await open(target, NOTE_FLAGS);
      // A note is believed without a proof, so nobody else may have written it.
      if (!(await this.#ownership.isOurs(await file.stat()))) return undefined;
      return await file.readFile();
    } catch {
      return undefined;
    }
  }

  async #writeNoteFile(target: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
    try {
      const { name, file } = await this.#openTemporary();
      try {
        {
          await using note = file;
          for (const piece of pieces) await note.writeFile(piece);
        }
        await moveInto(name, target);
      } catch (error) {
        // As of a temporary blob: what cannot be removed now is removed a day later.
        await rm(name, { force: true }).catch(() => undefined);
        throw error;
      }
    } catch (error) {
      const known = toStoreError(error, this.directory);
      if (!(known instanceof QclockError)) throw error;
    }
  }

  /** An empty file under `tmp/`. */
  async #createFile(): Promise<string> {
    try {
      const { name, file } = await this.#openTemporary();
      await file.close();
      return name;
    } catch (error) {
      throw toStoreError(error, this.directory);
    }
  }

  /**
   * A new file under `tmp/`, open for writing. The folder is made again when it is gone: a cache
   * may be deleted at any time.
   */
  async #openTemporary(): Promise<{ readonly name: string; readonly file: FileHandle }> {
    const name = path.join(this.directory, "tmp", `${process.pid}-${randomUUID()}`);
    const file = await inFolderOf(name, () => open(name, "wx", FILE_MODE));
    try {
      // The umask may have taken more than it should.
      await file.chmod(FILE_MODE);
      return { name, file };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  #blobPath(digest: Digest): string {
    const hex = digest.slice("sha256:".length);
    return path.join(this.directory, "blobs", "sha256", hex.slice(0, 2), hex);
  }

  #notePath(kind: string, name: string): string {
    return path.join(this.directory, "notes", kind, name.replace(/[^A-Za-z0-9._-]/g, "_"));
  }
}

/** Give a finished file its name. */
async function moveInto(file: string, target: string): Promise<void> {
  await inFolderOf(target, () => rename(file, target));
}

/**
 * Make a name in a folder, which nearly always is there: looking for it first takes as long as a
 * note takes to write.
 */
async function inFolderOf<Value>(target: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    await makePrivateFolder(path.dirname(target));
    return await work();
  }
}

/** Neither a link nor a pipe is read: the one leads elsewhere, the other never ends. */
const NOTE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Write all of a chunk. One `write` may take a part of it and succeed, as the last one on a full
 * disk does; only the next one fails. Without `position` the chunk goes where the last one ended.
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
