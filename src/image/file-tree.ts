import path from "node:path";
import { QclockError } from "../error.ts";
import { type FolderEntry, readFolder, statReal } from "../project/open.ts";
import { isUtf8, showBytes } from "../project/text.ts";
import type { FileTree } from "../stack/stack.ts";
import { whiteoutIn } from "../whiteout.ts";
import { type FileRemark, isSparse, lostMode } from "./file-remarks.ts";

/** One path of a tree, known by names and sizes alone. */
export interface FoundFile {
  /** In the image, without a leading slash. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkTarget?: string;
  /** Real path on the host. */
  readonly source: string;
  /** Of a regular file: changes whenever it does. */
  readonly stamp?: string;
  /** Of a regular file that has more than one name: the same for all of them. */
  readonly inode?: string;
}

/** Everything below one tree of `files`, and what is worth a word. */
export interface FoundTree {
  readonly files: readonly FoundFile[];
  readonly remarks: readonly FileRemark[];
}

/**
 * List a tree of `files` without reading any of them. Links are kept as links and never followed. What
 * no image can hold is left out and remarked on.
 *
 * Throws `build-failed` for what cannot be read.
 */
export async function listTree(tree: FileTree): Promise<FoundTree> {
  try {
    const stats = await statReal(tree.source);
    const walk: Walk = {
      tree,
      // A single file has no root that would show the umask.
      rootMode: stats.isDirectory() ? Number(stats.mode) & 0o7777 : 0o755,
      files: [],
      remarks: [],
    };
    const target = tree.target.replace(/^\/+|\/+$/g, "");
    await visit(walk, { source: tree.source, target, entry: { name: Buffer.alloc(0), stats } });
    return walk;
  } catch (error) {
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    throw new QclockError("build-failed", `The files of ${tree.source} cannot be read.`, {
      cause: error,
      hint: "Build again when nothing removes or replaces them, as a user who may read them.",
    });
  }
}

interface Walk {
  readonly tree: FileTree;
  readonly rootMode: number;
  readonly files: FoundFile[];
  readonly remarks: FileRemark[];
}

interface Visit {
  readonly source: string;
  readonly target: string;
  readonly entry: FolderEntry;
}

/** One folder after the other, so that a deep or wide tree needs few open files. */
async function visit(walk: Walk, { source, target, entry }: Visit): Promise<void> {
  const { tree, files } = walk;
  const { stats } = entry;
  const common = { path: target, uid: tree.uid, gid: tree.gid, source };
  if (stats.isDirectory()) {
    if (target !== "") {
      remarkOnMode(walk, { source, target, entry }, 0o755);
      files.push({ ...common, type: "directory", mode: 0o755, size: 0 });
    }
    await visitFolder(walk, source, target);
  } else if (entry.target !== undefined) {
    const linkTarget = entry.target.toString("utf8");
    files.push({ ...common, type: "symlink", mode: 0o777, size: 0, linkTarget });
  } else {
    // The umask of whoever checked the project out must not show: only the executable bit counts.
    const kept = (stats.mode & 0o100n) === 0n ? 0o644 : 0o755;
    if (tree.mode === undefined) remarkOnMode(walk, { source, target, entry }, kept);
    remarkOnSize(walk, source, entry);
    files.push({
      ...common,
      type: "file",
      mode: tree.mode ?? kept,
      size: Number(stats.size),
      stamp: `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.ino}`,
      ...(stats.nlink > 1n ? { inode: `${stats.dev}:${stats.ino}` } : {}),
    });
  }
}

async function visitFolder(walk: Walk, folder: string, target: string): Promise<void> {
  for (const entry of await readFolder(folder)) {
    const problem = problemOf(entry);
    if (problem !== undefined) {
      const source = path.join(folder, showBytes(entry.name));
      walk.remarks.push({ source, ...problem });
      continue;
    }
    const name = entry.name.toString("utf8");
    await visit(walk, {
      source: path.join(folder, name),
      target: target === "" ? name : `${target}/${name}`,
      entry,
    });
  }
}

/** Why something cannot be part of an image. */
function problemOf({ name, stats, target }: FolderEntry): Omit<FileRemark, "source"> | undefined {
  if (!isUtf8(name)) return { kind: "name-bytes" };
  if (whiteoutIn(name.toString("utf8")) !== undefined) return { kind: "whiteout" };
  if (target !== undefined && !isUtf8(target))
    return { kind: "target-bytes", note: `-> ${showBytes(target)}` };
  const isKnown = stats.isFile() || stats.isDirectory() || target !== undefined;
  return isKnown ? undefined : { kind: "special" };
}

function remarkOnMode(walk: Walk, { source, entry }: Visit, kept: number): void {
  const type = entry.stats.isDirectory() ? "directory" : "file";
  const note = lostMode(Number(entry.stats.mode) & 0o7777, { root: walk.rootMode, type, kept });
  if (note !== undefined) walk.remarks.push({ kind: "mode", source, note });
}

function remarkOnSize(walk: Walk, source: string, { stats }: FolderEntry): void {
  const size = Number(stats.size);
  const allocated = Number(stats.blocks) * 512;
  if (!isSparse(size, allocated)) return;
  const note = `(${megabytes(size)}, of which ${megabytes(allocated)} are on the disk)`;
  walk.remarks.push({ kind: "sparse", source, note });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
