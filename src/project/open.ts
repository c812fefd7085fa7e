import { type BigIntStats, constants, readlinkSync } from "node:fs";
import { type FileHandle, lstat, open, readdir, readlink, realpath } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import { locateInProject } from "./locate.ts";
import { describeWay, type Place } from "./place.ts";

/** A thing in a folder of the project, as it was when the folder was read. */
export interface FolderEntry {
  /** Its bytes: a name need not be UTF-8. */
  readonly name: Buffer;
  readonly stats: BigIntStats;
  /** Of a symbolic link: its target's bytes. */
  readonly target?: Buffer;
}

const PIECE_BYTES = 1024 * 1024;

/** Of a Dockerfile, an ignore file or a secret. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

/** How many names of a folder are looked at together. */
const parallelLooks = 64;

/**
 * Open a regular file by its real path, as `locateInProject` gave it. No link is followed: neither
 * one in the file's place, nor one that has replaced a folder on the way since.
 *
 * The kernel can refuse links on the whole way (`openat2`), but Node cannot ask it to. Opening each
 * folder in turn would cost as many calls as a path has steps; instead the one opened file is asked
 * where it is, before anything is read from it. The kernel answers for the file itself, so a link
 * that comes and goes changes nothing.
 *
 * Throws `path-outside-project` for a link, `build-failed` for what is no regular file, and the
 * system's own errors.
 */
async function openReal(
  file: string,
): Promise<{ readonly handle: FileHandle; readonly sizeBytes: number }> {
  // Without blocking: a pipe in the file's place would wait for its other end.
  const handle = await openHere(file, constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw new QclockError("build-failed", `${file} is not a regular file.`, {
        hint: "Remove it, or name another one.",
      });
    }
    return { handle, sizeBytes: stats.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The bytes of a file by its real path, piece by piece; not more than `maximumBytes`. With a `buffer` all pieces are read
 * into that, so that each has to be done with before the next. Throws as `openReal`.
 */
export async function* readReal(
  file: string,
  {
    maximumBytes = Infinity,
    buffer: own,
  }: { readonly maximumBytes?: number; readonly buffer?: Buffer } = {},
): AsyncGenerator<Buffer> {
  const opened = await openReal(file);
  await using handle = opened.handle;
  const { sizeBytes } = opened;
  // Most files are small: a large buffer for each would cost more than reading it.
  const pieceBytes = own?.length ?? Math.min(PIECE_BYTES, sizeBytes + 1);
  for (let readBytes = 0; readBytes < maximumBytes;) {
    const length = Math.min(pieceBytes, maximumBytes - readBytes);
    const { buffer, bytesRead } = await handle.read(
      own ?? Buffer.allocUnsafe(length),
      0,
      length,
      null,
    );
    if (bytesRead === 0) return;
    readBytes += bytesRead;
    yield buffer.subarray(0, bytesRead);
    // All of it, and no byte more: most files are read with one call.
    if (readBytes >= sizeBytes && bytesRead < length) return;
  }
}

/** The first bytes of a file by its real path. */
export async function readHead(file: string, bytes: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(readReal(file, { maximumBytes: bytes })));
}

/** What a folder holds, sorted by the bytes of the names. Throws as `mapFolder`. */
export async function readFolder(folder: string): Promise<readonly FolderEntry[]> {
  return mapFolder(folder, (entry) => entry);
}

/**
 * What `pick` makes of each entry of a folder, sorted by the bytes of the names. An entry takes about a
 * kilobyte; of those in a large folder only a few are there at a time.
 *
 * The names are looked up in the folder that was opened, so a folder that is replaced meanwhile shows
 * nothing of another one. Throws `path-outside-project` for a folder that has become a link, and the
 * system's own errors.
 */
export async function mapFolder<Picked>(
  folder: string,
  pick: (entry: FolderEntry) => Picked,
): Promise<readonly Picked[]> {
  await using handle = await openHere(folder, constants.O_DIRECTORY);
  const opened = pathOfHandle(handle) === undefined ? folder : `/proc/self/fd/${handle.fd}`;
  // Each byte as one character: that takes the least memory, and sorts as the bytes do.
  const names = (await readdir(opened, { encoding: "latin1" })).toSorted();
  const picked: Picked[] = [];
  for (let start = 0; start < names.length; start += parallelLooks) {
    const some = names.slice(start, start + parallelLooks);
    const entries = await Promise.all(
      some.map((name) => lookAt(opened, Buffer.from(name, "latin1"))),
    );
    for (const entry of entries) picked.push(pick(entry));
  }
  return picked;
}

/** What is at a real path; no link in its place is followed. */
export async function statReal(file: string): Promise<BigIntStats> {
  return await lstat(file, { bigint: true });
}

async function lookAt(folder: string, name: Buffer): Promise<FolderEntry> {
  const at = Buffer.concat([Buffer.from(`${folder}/`), name]);
  const stats = await lstat(at, { bigint: true });
  if (!stats.isSymbolicLink()) return { name, stats };
  return { name, stats, target: await readlink(at, { encoding: "buffer" }) };
}

/**
 * The bytes of a file that the project names, links inside the project followed; undefined when there
 * is none. Throws `path-outside-project` for one that leads out of the project, and as `readWhole`.
 */
export async function readInProject(project: string, file: string): Promise<Buffer | undefined> {
  const place = await locateInProject(project, file);
  if (place.type === "missing") return undefined;
  if (place.type === "loop" || place.type === "outside") throw leadsOut(project, file, place);
  return readWhole(place.path);
}

/** All of a short file by its real path. Throws as `openReal`, and `build-failed` for one that is too large to be a text or a secret. */
export async function readWhole(file: string): Promise<Buffer> {
  const bytes = await readHead(file, MAXIMUM_BYTES + 1);
  if (bytes.length > MAXIMUM_BYTES) {
    throw new QclockError("build-failed", `${file} is larger than 16 MiB, the most for a text.`, {
      hint: "Name the right file.",
    });
  }
  return bytes;
}

/** The error for a path that does not stay in the project. */
export function leadsOut(
  project: string,
  file: string,
  place: Extract<Place, { readonly type: "loop" | "outside" }>,
): QclockError {
  return new QclockError(
    "path-outside-project",
    `${path.relative(project, file)} ${describeWay(project, place)}.`,
    { hint: "Put the file itself, or a link that stays in the project, in the link's place." },
  );
}

/** Open a path and make sure that it is where it seems to be. */
async function openHere(file: string, flags: number): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW, O_NOCTTY } = constants;
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NOCTTY | flags).catch(
    async (error: unknown) => {
      throw (await linkOnTheWay(file)) ?? error;
    },
  );
  try {
    const there = pathOfHandle(handle) ?? (await pathByInode(handle, file));
    if (there !== file) {
      throw (
        (await linkOnTheWay(file)) ??
        new QclockError("path-outside-project", `${file} was replaced while it was opened.`, {
          hint: "Run the command again when nothing writes to the project.",
        })
      );
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Where the kernel has what was opened; undefined where there is no /proc. It never waits for a disk. */
function pathOfHandle({ fd }: FileHandle): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** The real path that leads to what was opened, where /proc cannot tell. */
async function pathByInode(handle: FileHandle, file: string): Promise<string | undefined> {
  const real = await realpath(file);
  const [opened, found] = await Promise.all([handle.stat(), lstat(real)]);
  return opened.dev === found.dev && opened.ino === found.ino ? real : undefined;
}

/** The error that names the first link in what should be a real path; undefined when there is none (any more). */
async function linkOnTheWay(file: string): Promise<QclockError | undefined> {
  const steps = file.split("/");
  for (let count = 2; count <= steps.length; count++) {
    const at = steps.slice(0, count).join("/");
    const target = await readlink(at).catch(() => undefined);
    if (target === undefined) continue;
    return new QclockError(
      "path-outside-project",
      `${at} is a link to ${target} now; it was none when the manifest was read.`,
      { hint: "Run the command again when nothing replaces files of the project." },
    );
  }
  return undefined;
}
