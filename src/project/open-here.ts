import { closeSync, constants, openSync, readlinkSync } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath } from "node:fs/promises";
import { QclockError } from "../error.ts";

/** How everything of the project is opened: no link is followed. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NOCTTY;

/**
 * A folder that is where it seems to be; undefined when that is not so easily told: `openHere` then
 * opens it, or says what is wrong.
 */
export function openFolderAtOnce(folder: string): number | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(folder, openFlags | constants.O_DIRECTORY);
  } catch {
    return undefined;
  }
  if (pathOfOpened(descriptor) === folder) return descriptor;
  closeSync(descriptor);
  return undefined;
}

/** Open a path and make sure that it is where it seems to be. */
export async function openHere(file: string, flags: number): Promise<FileHandle> {
  const handle = await open(file, openFlags | flags).catch(async (error: unknown) => {
    throw (await linkOnTheWay(file)) ?? error;
  });
  try {
    const there = pathOfOpened(handle.fd) ?? (await pathByInode(handle, file));
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

/**
 * Where the kernel has what was opened; undefined where there is no /proc. It never waits for a
 * disk.
 */
export function pathOfOpened(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
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

/**
 * The error that names the first link in what should be a real path; undefined when there is none
 * (any more).
 */
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
