import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../error.ts";
import type { AssembledImage, Digest, FileTree } from "../stack/stack.ts";
import type { Store } from "../store/store.ts";
import { comparePaths } from "./draft.ts";

/** One path that the manifest's `files` lay over an image. */
export interface ScannedFile {
  /** In the image, without a leading slash. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkTarget?: string;
  /** Of a regular file. */
  readonly digest?: Digest;
  /** On the host. */
  readonly source: string;
}

/** Everything that `files` of one image hold, sorted by path; a later tree's file takes the place of an earlier one's. */
export interface FileScan {
  readonly files: readonly ScannedFile[];
}

/** A file whose status did not change since it was hashed has the same content. */
interface StatNote {
  readonly [source: string]: readonly [stamp: string, digest: Digest];
}

const NOTE = "files";

/**
 * List and hash the files of an image. Hashes are remembered with the file's size, times and inode, so
 * that an unchanged tree costs one `lstat` a file.
 *
 * Throws `build-failed` for what cannot be part of an image (sockets, devices) or be read.
 */
export async function scanFiles(image: AssembledImage, store: Store): Promise<FileScan> {
  if (image.files.length === 0) return { files: [] };
  const key = createHash("sha256")
    .update(image.files.map(({ source }) => source).join("\0"))
    .digest("hex");
  const known = toNote(await store.readNote(NOTE, key));
  const fresh: Record<string, readonly [string, Digest]> = {};
  const found = new Map<string, ScannedFile>();
  let hashed = 0;
  const hash = async (source: string, stats: Stats): Promise<Digest> => {
    const stamp = `${stats.size}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.ino}`;
    const remembered = known[source];
    let digest = remembered?.[0] === stamp ? remembered[1] : undefined;
    if (digest === undefined) {
      digest = await hashFile(source);
      hashed++;
    }
    fresh[source] = [stamp, digest];
    return digest;
  };
  for (const tree of image.files) {
    for (const file of await scanTree(tree, hash)) found.set(file.path, file);
  }
  if (hashed > 0) await store.writeNote(NOTE, key, fresh);
  return { files: [...found.values()].toSorted((a, b) => comparePaths(a.path, b.path)) };
}

type Hash = (source: string, stats: Stats) => Promise<Digest>;

async function scanTree(tree: FileTree, hash: Hash): Promise<readonly ScannedFile[]> {
  const files: ScannedFile[] = [];
  const visit = async (source: string, target: string): Promise<void> => {
    const stats = await lstat(source);
    const owner = { uid: tree.uid, gid: tree.gid, source };
    if (stats.isDirectory()) {
      if (target !== "")
        files.push({ path: target, type: "directory", mode: 0o755, size: 0, ...owner });
      const names = await readdir(source);
      await Promise.all(
        names.map((name) =>
          visit(path.join(source, name), target === "" ? name : `${target}/${name}`),
        ),
      );
    } else if (stats.isSymbolicLink()) {
      files.push({
        path: target,
        type: "symlink",
        mode: 0o777,
        size: 0,
        linkTarget: await readlink(source),
        ...owner,
      });
    } else if (stats.isFile()) {
      // The umask of whoever checked the project out must not show: only the executable bit counts.
      const mode = tree.mode ?? ((stats.mode & 0o100) === 0 ? 0o644 : 0o755);
      files.push({
        path: target,
        type: "file",
        mode,
        size: stats.size,
        digest: await hash(source, stats),
        ...owner,
      });
    } else {
      throw new QclockError("build-failed", `${source} is neither a file, a folder nor a link.`, {
        hint: "Remove it from the folder that `files` names.",
      });
    }
  };
  try {
    await visit(tree.source, tree.target.replace(/^\/+|\/+$/g, ""));
  } catch (error) {
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    throw new QclockError("build-failed", `The files of ${tree.source} cannot be read.`, {
      cause: error,
    });
  }
  return files;
}

async function hashFile(source: string): Promise<Digest> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(source)) hash.update(chunk);
  return `sha256:${hash.digest("hex")}`;
}

function toNote(value: unknown): StatNote {
  return isNote(value) ? value : {};
}

/** The note is the store's own; one that was damaged does not parse, so its shape alone is looked at. */
function isNote(value: unknown): value is StatNote {
  return typeof value === "object" && value !== null;
}
