import { QclockError } from "../../error.ts";
import { type FolderEntry, mapFolder, statReal } from "../../project/open.ts";
import { isUtf8, showBytes } from "../../project/text.ts";
import type { FileTree } from "../../stack/stack.ts";
import { whiteoutIn } from "../../whiteout.ts";
import { keepYoungSpaceSmall } from "../../young-space.ts";
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

/** So many that their objects show in the memory of the process. */
const manyFiles = 4096;

/** List a tree of `files`. Throws as `walkTree`. */
export async function listTree(tree: FileTree): Promise<FoundTree> {
  const files: FoundFile[] = [];
  const remarks = await walkTree(tree, (file) => void files.push(file));
  return { files, remarks };
}

/**
 * Look at each path of a tree of `files` without reading any of them, all of a folder before what
 * is in its folders. Links are kept as links and never followed. What no image can hold is left out
 * and remarked on.
 *
 * Throws `build-failed` for what cannot be read.
 */
export async function walkTree(
  tree: FileTree,
  onFile: (file: FoundFile) => void,
): Promise<readonly FileRemark[]> {
  try {
    const stats = await statReal(tree.source);
    const walk: Walk = {
      tree,
      // A single file has no root that would show the umask.
      rootMode: stats.isDirectory() ? Number(stats.mode) & 0o7777 : 0o755,
      seen: 0,
      onFile,
      remarks: [],
    };
    const path = tree.target.replace(/^\/+|\/+$/g, "");
    const root = { name: Buffer.alloc(0), stats };
    if (!stats.isDirectory() || path !== "")
      take(walk, examine(walk, { source: tree.source, path }, root));
    if (stats.isDirectory()) await visitFolder(walk, { source: tree.source, path });
    return walk.remarks;
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
  /** How many paths were looked at. */
  seen: number;
  readonly onFile: (file: FoundFile) => void;
  readonly remarks: FileRemark[];
}

/** What one path comes to. */
interface Examined {
  readonly file: FoundFile;
  readonly remarks?: readonly FileRemark[];
}

/** Where something lies on the host and will lie in the image. */
type Where = Pick<FoundFile, "source" | "path">;

/** One folder after the other, so that a deep or wide tree needs few open files. */
async function visitFolder(walk: Walk, { source: folder, path: target }: Where): Promise<void> {
  const within = folder === "/" ? folder : `${folder}/`;
  const prefix = target === "" ? "" : `${target}/`;
  const found = await mapFolder(folder, (entry): Where | undefined => {
    if (++walk.seen === manyFiles) keepYoungSpaceSmall();
    const problem = problemOf(entry);
    if (problem !== undefined) {
      walk.remarks.push({ source: within + showBytes(entry.name), ...problem });
      return undefined;
    }
    const name = entry.name.toString("utf8");
    const where = { source: within + name, path: prefix + name };
    take(walk, examine(walk, where, entry));
    return entry.stats.isDirectory() ? where : undefined;
  });
  for (const where of found) if (where !== undefined) await visitFolder(walk, where);
}

function take(walk: Walk, { file, remarks = [] }: Examined): void {
  walk.remarks.push(...remarks);
  walk.onFile(file);
}

function examine({ tree, rootMode }: Walk, { source, path }: Where, entry: FolderEntry): Examined {
  const { stats } = entry;
  const { uid, gid } = tree;
  const mode = Number(stats.mode) & 0o7777;
  if (stats.isDirectory()) {
    return withRemarks(
      { path, type: "directory", mode: 0o755, uid, gid, size: 0, source },
      modeRemark(source, lostMode(mode, { root: rootMode, type: "directory", kept: 0o755 })),
    );
  }
  if (entry.target !== undefined) {
    const linkTarget = entry.target.toString("utf8");
    return { file: { path, type: "symlink", mode: 0o777, uid, gid, size: 0, linkTarget, source } };
  }
  // The umask of whoever checked the project out must not show: only the executable bit counts.
  const kept = (mode & 0o100) === 0 ? 0o644 : 0o755;
  const file: FoundFile = {
    path,
    type: "file",
    mode: tree.mode ?? kept,
    uid,
    gid,
    size: Number(stats.size),
    source,
    // Joined: a template would keep all of its parts.
    stamp: [stats.size, stats.mtimeNs, stats.ctimeNs, stats.ino].join(":"),
    ...(stats.nlink > 1n ? { inode: `${stats.dev}:${stats.ino}` } : {}),
  };
  const lost = lostMode(mode, { root: rootMode, type: "file", kept });
  return withRemarks(
    file,
    tree.mode === undefined ? modeRemark(source, lost) : undefined,
    sizeRemark(source, entry),
  );
}

/** Most files have none, and are many. */
function withRemarks(file: FoundFile, ...remarks: readonly (FileRemark | undefined)[]): Examined {
  const there = remarks.filter((remark) => remark !== undefined);
  return there.length === 0 ? { file } : { file, remarks: there };
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

function modeRemark(source: string, note: string | undefined): FileRemark | undefined {
  return note === undefined ? undefined : { kind: "mode", source, note };
}

function sizeRemark(source: string, { stats }: FolderEntry): FileRemark | undefined {
  const size = Number(stats.size);
  const allocated = Number(stats.blocks) * 512;
  if (!isSparse(size, allocated)) return undefined;
  const note = `(${megabytes(size)}, of which ${megabytes(allocated)} are on the disk)`;
  return { kind: "sparse", source, note };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
