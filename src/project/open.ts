import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  readdirSync,
  readlinkSync,
  statSync,
} from "node:fs";
import { type FileHandle, lstat, readdir } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import { Turns } from "../turns.ts";
import { locateInProject } from "./locate.ts";
import { openFolderAtOnce, openHere, pathOfOpened } from "./open-here.ts";
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

/**
 * The size of a folder that may hold thousands of names, which take too long to be read without a
 * wait.
 */
const largeFolderBytes = 64 * 1024;

/** Of all folders: those of a tree follow each other without a wait. */
const turns = new Turns();

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
 * The bytes of a file by its real path, piece by piece; not more than `maximumBytes`. With a
 * `buffer` all pieces are read into that, so that each has to be done with before the next. Throws
 * as `openReal`.
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
 * What `pick` makes of each entry of a folder, sorted by the bytes of the names. An entry takes
 * about a kilobyte; of those in a large folder only a few are there at a time.
 *
 * The names are looked up in the folder that was opened, so a folder that is replaced meanwhile
 * shows nothing of another one. Throws `path-outside-project` for a folder that has become a link,
 * and the system's own errors.
 *
 * The calls do not wait for each other in Node's threads, since that takes twenty times the time of
 * the calls themselves; others have their turn in between.
 */
export async function mapFolder<Picked>(
  folder: string,
  pick: (entry: FolderEntry) => Picked,
): Promise<readonly Picked[]> {
  const descriptor = openFolderAtOnce(folder);
  if (descriptor === undefined) {
    await using handle = await openHere(folder, constants.O_DIRECTORY);
    return await mapOpened(pathOfOpened(handle.fd) === undefined ? folder : handle.fd, pick);
  }
  try {
    return await mapOpened(descriptor, pick);
  } finally {
    closeSync(descriptor);
  }
}

/** Of a folder by its descriptor, or where there is no /proc by its path. */
async function mapOpened<Picked>(
  folder: string | number,
  pick: (entry: FolderEntry) => Picked,
): Promise<readonly Picked[]> {
  const at = typeof folder === "string" ? folder : `/proc/self/fd/${folder}`;
  // Each byte as one character: that takes the least memory, and sorts as the bytes do.
  const options = { encoding: "latin1" } as const;
  const isLarge = statSync(at).size > largeFolderBytes;
  const names = (isLarge ? await readdir(at, options) : readdirSync(at, options)).toSorted();
  const picked: Picked[] = [];
  for (const name of names) {
    if (turns.isOver()) await turns.next();
    picked.push(pick(lookAt(at, Buffer.from(name, "latin1"))));
  }
  return picked;
}

/** What is at a real path; no link in its place is followed. */
export async function statReal(file: string): Promise<BigIntStats> {
  return await lstat(file, { bigint: true });
}

function lookAt(folder: string, name: Buffer): FolderEntry {
  const at = Buffer.concat([Buffer.from(`${folder}/`), name]);
  const stats = lstatSync(at, { bigint: true });
  if (!stats.isSymbolicLink()) return { name, stats };
  return { name, stats, target: readlinkSync(at, { encoding: "buffer" }) };
}

/**
 * The bytes of a file that the project names, links inside the project followed; undefined when
 * there is none. Throws `path-outside-project` for one that leads out of the project, and as
 * `readWhole`.
 */
export async function readInProject(project: string, file: string): Promise<Buffer | undefined> {
  const place = await locateInProject(project, file);
  if (place.type === "missing") return undefined;
  if (place.type === "loop" || place.type === "outside") throw leadsOut(project, file, place);
  return readWhole(place.path);
}

/**
 * All of a short file by its real path. Throws as `openReal`, and `build-failed` for one that is
 * too large to be a text or a secret.
 */
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
