import { constants, type Stats } from "node:fs";
import { access, lstat, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { firstOf } from "../../count.ts";
import { QclockError } from "../../error.ts";
import { visible } from "../../visible.ts";
import { toPlaceError } from "./place-error.ts";

/**
 * What a folder may hold before a project is written into it: what a new repository begins with,
 * what editors leave, and qclock installed by npm. None of it is ever written over.
 */
const mayStay =
  /^(?:\.git|\.hg|\.svn|\.jj|\.gitignore|\.gitattributes|\.github|\.editorconfig|\.idea|\.vscode|\.DS_Store|readme(?:\.\w+)?|licen[cs]e(?:\.\w+)?|copying|notice|package(?:-lock)?\.json|node_modules|qclock-.*\.tgz)$/i;

/** How many names of files in the way are told. */
const shown = 10;

/** The folder that a project is written to. */
export interface Place {
  /** Absolute, and by its real path where it is there. */
  readonly folder: string;
  readonly isThere: boolean;
}

/** Find out what is at a place. Throws when no folder is there and none can be made. */
export async function lookAtPlace(folder: string): Promise<Place> {
  const found = await look(lstat, folder);
  if (found === undefined) return { folder, isThere: false };
  const meant = found.isSymbolicLink() ? await look(stat, folder) : found;
  if (meant?.isDirectory() !== true) {
    const what = meant === undefined ? "a link that leads nowhere" : "no folder";
    throw new QclockError("usage", `${visible(folder)} is ${what}.`, {
      hint: "Name a folder, or a place where one can be made.",
    });
  }
  return { folder: await realpath(folder), isThere: true };
}

/**
 * Throws `would-lose-data` when a folder holds more than a project can be written beside: all that
 * is in the way is named, before anything is written.
 */
export async function refuseOccupied(
  { folder, isThere }: Place,
  paths: readonly string[],
): Promise<void> {
  if (!isThere) return;
  const names = await readdir(folder).catch((error: unknown) => {
    throw toPlaceError(error, folder);
  });
  const others = names.filter((name) => !mayStay.test(name));
  const occupied: string[] = [];
  for (const file of paths) if (await isOccupied(folder, file)) occupied.push(file);
  const inTheWay = [...new Set([...others, ...occupied])].toSorted();
  if (inTheWay.length === 0) return;
  throw new QclockError("would-lose-data", `${visible(folder)} is not empty.`, {
    details: firstOf(
      inTheWay.map((name) => `in the way: ${visible(name)}`),
      shown,
    ),
    hint: "Name a new folder: qclock init FOLDER. Nothing was written.",
  });
}

/** Throws `usage` unless something can be made in the folder, or in the nearest one above it. */
export async function refuseUnwritable({ folder }: Place): Promise<void> {
  for (let nearest = folder; ; nearest = path.dirname(nearest)) {
    const isMissing = (await look(stat, nearest)) === undefined;
    if (isMissing && nearest !== path.dirname(nearest)) continue;
    await access(nearest, constants.W_OK | constants.X_OK).catch((error: unknown) => {
      throw toPlaceError(error, folder);
    });
    return;
  }
}

/** Whether something is where a file is to be, or something that is no folder on the way to it. */
async function isOccupied(folder: string, file: string): Promise<boolean> {
  for (let above = path.dirname(file); above !== "."; above = path.dirname(above)) {
    const found = await look(lstat, path.join(folder, above));
    if (found?.isDirectory() === false) return true;
  }
  return (await look(lstat, path.join(folder, file))) !== undefined;
}

/** Undefined where there is nothing. */
async function look(
  how: (file: string) => Promise<Stats>,
  file: string,
): Promise<Stats | undefined> {
  try {
    return await how(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw toPlaceError(error, file);
  }
}
