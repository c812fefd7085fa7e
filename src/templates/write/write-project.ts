import { constants, copyFile, link, readdir, rename, rm, unlink } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";
import type { ProjectFile } from "../template.ts";
import { lookAtPlace, type Place, refuseOccupied, refuseUnwritable } from "./place.ts";
import { toPlaceError } from "./place-error.ts";
import {
  lastFile,
  makeFolders,
  removeEmpty,
  removeLeftovers,
  stage,
  stagingName,
} from "./staging.ts";

/** What was written, and what was left as it was. */
export interface WrittenProject {
  /** Absolute, by its real path. */
  readonly folder: string;
  /** Relative to the folder. */
  readonly written: readonly string[];
  /** Files of the project that were there before. */
  readonly kept: readonly string[];
}

/** Files that a repository may have already, by qclock's names; a project does without qclock's. */
const optional: ReadonlyMap<string, RegExp> = new Map([
  [".gitignore", /^\.gitignore$/],
  ["README.md", /^readme(?:\.\w+)?$/i],
]);

export interface WriteRequest {
  /** Absolute. */
  readonly folder: string;
  readonly files: readonly ProjectFile[];
  /** Of this process. */
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Throws when a project cannot be written to a folder, before anybody is asked what is to be in it.
 * What runs left there that were killed is taken away.
 */
export async function checkPlace({
  folder,
  isAlive,
}: Pick<WriteRequest, "folder" | "isAlive">): Promise<void> {
  const place = await lookAtPlace(folder);
  if (place.isThere) await removeLeftovers(place.folder, "", isAlive);
  await refuseOccupied(place, []);
  await refuseUnwritable(place);
}

/**
 * Write a project whole or not at all: nothing gets its place before everything is written, nothing
 * that is there is written over, and what was done is undone when something fails.
 *
 * Throws `would-lose-data` for a folder with other files, `usage` for a place that cannot be
 * written, `disk-full`.
 */
export async function writeProject(request: WriteRequest): Promise<WrittenProject> {
  const place = await lookAtPlace(request.folder);
  try {
    return await (place.isThere ? writeInto(place, request) : writeNew(place.folder, request));
  } catch (error) {
    throw toPlaceError(error, request.folder);
  }
}

/** A folder that is not there gets its name when all is in it. */
async function writeNew(folder: string, request: WriteRequest): Promise<WrittenProject> {
  const { files, pid, isAlive, signal } = request;
  const parent = path.dirname(folder);
  const base = path.basename(folder);
  const made = await makeFolders(parent);
  const staging = path.join(parent, stagingName(base, pid));
  try {
    await removeLeftovers(parent, base, isAlive);
    await stage(staging, files, signal);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    await removeEmpty(made.toReversed());
    throw error;
  }
  return { folder, written: files.map((file) => file.path), kept: [] };
}

/**
 * A folder that is there keeps what it has and its identity, since somebody's shell may be in it:
 * each file gets its name in turn, the manifest last.
 */
async function writeInto(place: Place, request: WriteRequest): Promise<WrittenProject> {
  const { folder } = place;
  const { pid, isAlive, signal } = request;
  await removeLeftovers(folder, "", isAlive);
  const present = await readdir(folder);
  const keptFor = ({ path: name }: ProjectFile): string | undefined => {
    const pattern = optional.get(name);
    return pattern === undefined ? undefined : present.find((each) => pattern.test(each));
  };
  const kept = request.files.flatMap((file) => keptFor(file) ?? []);
  const files = request.files.filter((file) => keptFor(file) === undefined);
  const written = files.map((file) => file.path);
  await refuseOccupied(place, written);
  const staging = path.join(folder, stagingName("", pid));
  const undo: (() => Promise<void>)[] = [];
  try {
    await stage(staging, files, signal);
    for (const name of [...written.filter((each) => each !== lastFile), lastFile]) {
      signal.throwIfAborted();
      const target = path.join(folder, name);
      const made = await makeFolders(path.dirname(target));
      if (made.length > 0) undo.push(() => removeEmpty(made.toReversed()));
      await giveName(path.join(staging, name), target);
      undo.push(() => unlink(target));
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { folder, written, kept };
}

/**
 * Give a staged file its place: as a further name, by which the next run knows it again when this
 * one is killed. `rename` would replace what somebody put there in the meantime.
 */
async function giveName(staged: string, target: string): Promise<void> {
  try {
    await link(staged, target);
  } catch (error) {
    if (isExisting(error)) throw occupied(target);
    // Not every file system has hard links.
    await copyFile(staged, target, constants.COPYFILE_EXCL).catch((again: unknown) => {
      throw isExisting(again) ? occupied(target) : again;
    });
  }
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function occupied(file: string): QclockError {
  return new QclockError("would-lose-data", `${file} has come up in the meantime.`, {
    hint: "Name a new folder: qclock init FOLDER. Nothing was written.",
  });
}
