import type { Dirent } from "node:fs";
import { lstat, mkdir, readdir, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProjectFile } from "../template.ts";

/**
 * A project is written into a folder of this run's own first: `.shop.qclock-init-4711` beside the
 * folder `shop` that it becomes, or `.qclock-init-4711` in a folder that is there.
 */
export function stagingName(base: string, pid: number): string {
  return `${prefixOf(base)}${pid}`;
}

function prefixOf(base: string): string {
  return `${base === "" ? "" : `.${base}`}.qclock-init-`;
}

/** The last file that gets its place: with it a project is whole. */
export const lastFile = "stack.config.yaml";

/** Write files below a folder that is not there yet. */
export async function stage(
  folder: string,
  files: readonly ProjectFile[],
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder);
  for (const { path: name, content, isExecutable } of files) {
    signal.throwIfAborted();
    const file = path.join(folder, name);
    await makeFolders(path.dirname(file));
    // Less what the user's umask takes away.
    await writeFile(file, content, { flag: "wx", mode: isExecutable ? 0o777 : 0o666 });
  }
}

/**
 * Make a folder and those above it that are missing; resolves with those that were made, the
 * uppermost first. Not by `mkdir(…, { recursive: true })`, which tries for ever below /proc.
 */
export async function makeFolders(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(folder);
    return [folder];
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" && (await lstat(folder)).isDirectory()) return [];
    const above = path.dirname(folder);
    if (code !== "ENOENT" || above === folder) throw error;
    const made = await makeFolders(above);
    await mkdir(folder);
    return [...made, folder];
  }
}

/**
 * Take away what a run left that was killed while it wrote to this place. What it had already put
 * there are further names of the files in its staging folder, and nothing else is touched; once the
 * manifest is among them the project is whole and stays.
 */
export async function removeLeftovers(
  parent: string,
  base: string,
  isAlive: (pid: number) => boolean,
): Promise<void> {
  const prefix = prefixOf(base);
  const entries = await readdir(parent, { withFileTypes: true }).catch((): Dirent[] => []);
  for (const entry of entries) {
    // A link is none of ours, whatever its name: it may lead to the project itself.
    if (!entry.isDirectory()) continue;
    const { name } = entry;
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isSafeInteger(pid) || isAlive(pid)) continue;
    const staging = path.join(parent, name);
    if (base === "") await takeBack(staging, parent);
    await rm(staging, { recursive: true, force: true });
  }
}

async function takeBack(staging: string, folder: string): Promise<void> {
  if (await isSameFile(path.join(staging, lastFile), path.join(folder, lastFile))) return;
  const entries = await readdir(staging, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const staged = path.join(entry.parentPath, entry.name);
    const placed = path.join(folder, path.relative(staging, staged));
    if (await isSameFile(staged, placed)) await unlink(placed);
  }
  // Folders that are empty now were made for them; one that is not stays.
  const folders = entries
    .filter((each) => each.isDirectory())
    .map((each) => path.relative(staging, path.join(each.parentPath, each.name)))
    .toSorted((a, b) => b.length - a.length);
  await removeEmpty(folders.map((each) => path.join(folder, each)));
}

/** Remove folders that are empty, in this order. */
export async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const each of folders) await rmdir(each).catch(() => undefined);
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((file) => lstat(file).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
