import { createWriteStream, type Stats } from "node:fs";
import { chmod, link, lstat, mkdir, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ByteReader } from "../../archive/byte-reader.ts";
import { shown } from "../../archive/name.ts";
import { readTarHeader, type TarHeader, tarPadding } from "../../archive/tar.ts";
import { QclockError } from "../../error.ts";
import { putInPlace } from "../../store/put-in-place.ts";

/** Where an archive is unpacked to, and who is told what of it is left out. */
export interface UnpackRequest {
  readonly archive: AsyncIterable<Uint8Array>;
  /** What the archive's first path becomes. Its folder is there. */
  readonly target: string;
  readonly onLeftOut: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Write what a container's archive holds: a file, or a folder with all that is in it. The archive
 * is a stranger's, so nothing is written but below the target. No link is followed, be it of the
 * archive or one that was there before: a path below a link is refused, and what is written at a
 * link's place replaces the link. Bits that give a file its owner's privileges are not taken over.
 * Resolves with the number of files and links.
 */
export async function unpackTree(request: UnpackRequest): Promise<number> {
  const reader = new ByteReader(request.archive);
  const writer = new TreeWriter(request.target);
  const onOther = (name: string, what: string): void =>
    request.onLeftOut(`${shown(name)} is ${what}, and is left out.`);
  try {
    for (;;) {
      request.signal.throwIfAborted();
      const header = await readTarHeader(reader, { onOther });
      if (header === undefined) break;
      const end = reader.offset + header.size + tarPadding(header.size);
      await writer.add(header, reader.stream(header.size));
      await reader.skip(end - reader.offset);
    }
    await writer.finish();
    return writer.written;
  } catch (error) {
    request.signal.throwIfAborted();
    throw asCopyError(error, request.target);
  } finally {
    await reader.close();
  }
}

/** A failure in words: of the archive, or of this machine's file system. */
function asCopyError(error: unknown, target: string): unknown {
  if (error instanceof QclockError || !(error instanceof Error)) return error;
  if (!("code" in error)) {
    return new QclockError("copy-failed", `The container's archive is refused: ${error.message}.`, {
      cause: error,
    });
  }
  const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
  return new QclockError(
    isFull ? "disk-full" : "copy-failed",
    `${target} cannot be written: ${error.message}.`,
    { cause: error },
  );
}

class TreeWriter {
  readonly #target: string;
  /** The first step of every path of the archive; undefined before the first entry. */
  #root: string | undefined;
  /** Folders that are known to be real ones. */
  readonly #folders = new Set<string>();
  /** Of new folders, set at the end: one that nobody may write to has to be filled first. */
  readonly #modes = new Map<string, number>();
  /** Files of the archive, by their paths in it: nothing else is what a hard link may lead to. */
  readonly #files = new Set<string>();
  written = 0;

  constructor(target: string) {
    this.#target = target;
  }

  async add(header: TarHeader, content: AsyncIterable<Uint8Array>): Promise<void> {
    const file = this.#placeOf(header.path);
    await this.#requireFolders(file);
    const present = await look(file);
    if (header.type === "directory") {
      if (present === undefined) {
        await mkdir(file, 0o700);
        this.#modes.set(file, header.mode & 0o777);
      } else if (!present.isDirectory()) throw inTheWay(file, "no folder");
      this.#folders.add(file);
      return;
    }
    if (present?.isDirectory() === true) throw inTheWay(file, "a folder");
    await this.#replace(file, header, content);
    if (header.type === "file") this.#files.add(header.path);
    // Some systems make a hard link to what a link leads to, which lies anywhere.
    else if (header.type === "symlink") this.#files.delete(header.path);
    this.written += 1;
  }

  async finish(): Promise<void> {
    // What lies deepest first: a folder that may not be entered hides what is in it.
    for (const [folder, mode] of [...this.#modes].toReversed()) await chmod(folder, mode);
  }

  #placeOf(name: string): string {
    const [first = "", ...rest] = name.split("/");
    this.#root ??= first;
    if (first !== this.#root) throw new Error(`"${shown(name)}" is not in "${shown(this.#root)}"`);
    return path.join(this.#target, ...rest);
  }

  /** Every folder between the target and what is below it is a folder, and not a link to one. */
  async #requireFolders(file: string): Promise<void> {
    const missing: string[] = [];
    for (let above = file; above !== this.#target;) {
      above = path.dirname(above);
      if (this.#folders.has(above)) break;
      missing.unshift(above);
    }
    for (const folder of missing) {
      const present = await look(folder);
      if (present === undefined) await mkdir(folder);
      else if (!present.isDirectory())
        throw inTheWay(folder, present.isSymbolicLink() ? "a link" : "no folder");
      this.#folders.add(folder);
    }
  }

  /** Nothing half-written ever has the name. */
  async #replace(
    file: string,
    header: TarHeader,
    content: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const { type, linkTarget = "", mode, mtime, size } = header;
    await putInPlace(file, async (temporary) => {
      if (type === "symlink") await symlink(linkTarget, temporary);
      else if (type === "hardlink") await this.#linkTo(linkTarget, temporary);
      else {
        await pipeline(
          Readable.from(content),
          createWriteStream(temporary, { flags: "wx", mode: 0o600 }),
        );
        // An archive that ends early ends its last file early, without an error.
        if ((await lstat(temporary)).size !== size) throw new Error("it ends in the middle");
        await chmod(temporary, mode & 0o777);
        await utimes(temporary, mtime, mtime);
      }
    });
  }

  async #linkTo(linkTarget: string, temporary: string): Promise<void> {
    if (!this.#files.has(linkTarget))
      throw new Error(`a hard link leads to "${shown(linkTarget)}", which is no file of it`);
    await link(this.#placeOf(linkTarget), temporary);
  }
}

function inTheWay(file: string, what: string): QclockError {
  return new QclockError(
    "copy-failed",
    `${file} cannot be written: there is ${what} in its place.`,
    {
      hint: "Copy to an empty folder, or move it away.",
    },
  );
}

async function look(file: string): Promise<Stats | undefined> {
  return await lstat(file).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
}
