import { access, constants, copyFile, open, stat } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import { writeWhole } from "./disk-store.ts";
import { putInPlace } from "./put-in-place.ts";

/**
 * Pieces are gathered to this size: a call of the system for each small one would cost more than
 * the writing.
 */
const BUFFER_BYTES = 1024 * 1024;

/**
 * Write a file whole or not at all: beside its place first, synced, then renamed. Whatever goes
 * wrong, nothing of it stays and what was there before is still there. Resolves with the number of
 * bytes.
 *
 * Throws `would-lose-data` for a file in the way unless it may be replaced, `usage` for a place
 * that cannot be written, `disk-full`.
 */
export async function writeWholeFile(request: {
  /** Absolute. */
  readonly file: string;
  readonly content: AsyncIterable<Uint8Array>;
  /** Whether a file in the way is replaced. */
  readonly replace: boolean;
}): Promise<number> {
  const { file, content, replace } = request;
  await refuseOccupied(file, replace);
  const onDisk = <Value>(work: Promise<Value>): Promise<Value> =>
    work.catch((error: unknown) => {
      throw toFileError(error, file);
    });
  let bytes: number | undefined;
  const placing = putInPlace(file, async (temporary) => {
    await using handle = await onDisk(open(temporary, "wx"));
    const written = await writeGathered(content, (piece) => onDisk(writeWhole(handle, piece)));
    await onDisk(handle.sync());
    // Asked again: writing may have taken minutes.
    await refuseOccupied(file, replace);
    bytes = written;
  });
  // What fails before that is the content's failure, or told of the disk already.
  await placing.catch((error: unknown) => {
    throw bytes === undefined ? error : toFileError(error, file);
  });
  await syncFolder(path.dirname(file));
  return bytes ?? 0;
}

/**
 * Throws unless the file can be made, or may be replaced: before hours of work rather than after
 * them.
 */
export async function refuseOccupied(file: string, replace: boolean): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) {
    await access(path.dirname(file), constants.W_OK).catch((error: unknown) => {
      throw toFileError(error, file);
    });
    return;
  }
  if (!found.isFile()) {
    throw new QclockError("usage", `${file} is there and is no file.`, {
      hint: "Name a file to write.",
    });
  }
  if (replace) return;
  throw new QclockError("would-lose-data", `${file} is there already.`, {
    hint: "Name another file, or replace it with --force.",
  });
}

/**
 * A copy of a file beside it, under the first free name of `<file>.bak`, `<file>.bak.1`, … Resolves
 * with its path.
 */
export async function keepCopy(file: string): Promise<string> {
  for (let count = 0; ; count++) {
    const copy = count === 0 ? `${file}.bak` : `${file}.bak.${count}`;
    try {
      await copyFile(file, copy, constants.COPYFILE_EXCL);
      return copy;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw toFileError(error, copy);
    }
  }
}

async function writeGathered(
  content: AsyncIterable<Uint8Array>,
  write: (piece: Uint8Array) => Promise<void>,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let used = 0;
  let written = 0;
  for await (const piece of content) {
    written += piece.length;
    if (used + piece.length > BUFFER_BYTES) {
      await write(buffer.subarray(0, used));
      used = 0;
    }
    if (piece.length >= BUFFER_BYTES) await write(piece);
    else {
      buffer.set(piece, used);
      used += piece.length;
    }
  }
  await write(buffer.subarray(0, used));
  return written;
}

/**
 * So that the name, too, outlives a stick that is pulled out; not every file system lets a folder
 * be synced.
 */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch {
    // The file itself is on the disk.
  }
}

/** Say which file, and what to do about it; what is no error of the file system passes through. */
function toFileError(error: unknown, file: string): unknown {
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new QclockError("disk-full", `No space is left to write ${file}.`, {
        cause: error,
        hint: "Free some space, or name a place on another disk. Nothing half-written was kept.",
      });
    case "EFBIG":
      return new QclockError("disk-full", `${file} is too large for its file system.`, {
        cause: error,
        hint: "FAT holds no file of 4 GiB or more: format the disk with another file system. Nothing half-written was kept.",
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
      return new QclockError("usage", `${file} cannot be written.`, {
        cause: error,
        hint: "Name a file in a folder that is there and can be written.",
      });
    default:
      return error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
