import { createHash, hash } from "node:crypto";
import path from "node:path";
import { QclockError } from "../../error.ts";
import { readReal } from "../../project/open.ts";
import { bufferAtOnce, readAtOnce } from "../../project/read-at-once.ts";
import { comparePaths } from "../../archive/path-order.ts";
import type { Digest } from "../../digest.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { Turns } from "../../turns.ts";
import { FileHashes } from "./file-hashes.ts";
import { type FileRemark, type RemarkSummary, summarizeRemarks } from "./file-remarks.ts";
import { type FoundFile, listTree } from "./file-tree.ts";

/** One path that the manifest's `files` lay over an image. */
export interface ScannedFile extends Omit<FoundFile, "stamp" | "inode"> {
  /** Of a regular file. */
  readonly digest?: Digest;
  /** Of a regular file: the path, in the image, of the first one that is a hard link to it. */
  readonly linkedTo?: string;
}

/** Everything that `files` of one image hold, sorted by path; a later tree's file takes the place of an earlier one's. */
export interface FileScan {
  readonly files: readonly ScannedFile[];
  /** What the image will not have as it is on the disk. */
  readonly remarks?: readonly FileRemark[];
}

/** How many large files are read at a time: each is open meanwhile. */
const parallelReads = 8;

/** How much of a large file is read at a time. */
const pieceBytes = 256 * 1024;

/**
 * List and hash the files of an image. Hashes are remembered with the file's size, times and inode, so
 * that an unchanged tree costs one `lstat` a file.
 *
 * Throws `build-failed` for what cannot be part of an image or be read, `path-outside-project` for a link
 * that has taken a folder's or a file's place.
 */
export async function scanFiles(image: AssembledImage, store: Store): Promise<FileScan> {
  if (image.files.length === 0) return { files: [] };
  const trees: (readonly FoundFile[])[] = [];
  const remarks: FileRemark[] = [];
  for (const tree of image.files) {
    const listed = await listTree(tree);
    remarks.push(...withoutDeclared(listed.remarks, listed.files, image));
    trees.push(listed.files);
  }
  refuse(summarizeRemarks(remarks, (file) => file));
  const sorted = overlay(trees).toSorted((a, b) => comparePaths(a.path, b.path));
  const digests = await hashAll(image, sorted, store);
  const links = linksAmong(sorted);
  const files = sorted.map((file, index) =>
    toScanned(file, { digest: digests[index], linkedTo: links.get(file) }),
  );
  return { files, ...(remarks.length === 0 ? {} : { remarks }) };
}

/** Of files at one path the last. */
function overlay(trees: readonly (readonly FoundFile[])[]): readonly FoundFile[] {
  const [first = [], ...others] = trees;
  if (others.length === 0) return first;
  return [...new Map(trees.flat().map((file) => [file.path, file])).values()];
}

/** The files that are another name of an earlier one, with that one's path. */
function linksAmong(files: readonly FoundFile[]): ReadonlyMap<FoundFile, string> {
  const leaders = new Map<string, string>();
  const links = new Map<FoundFile, string>();
  for (const file of files) {
    if (file.inode === undefined) continue;
    const leader = leaders.get(file.inode);
    if (leader === undefined) leaders.set(file.inode, file.path);
    else links.set(file, leader);
  }
  return links;
}

function toScanned(
  found: FoundFile,
  { digest, linkedTo }: { readonly [key in "digest" | "linkedTo"]: ScannedFile[key] },
): ScannedFile {
  const { linkTarget } = found;
  return {
    // Written out: a rest without the stamp would take twice the memory, and there may be very many.
    path: found.path,
    type: found.type,
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    size: found.size,
    source: found.source,
    ...(digest === undefined ? {} : { digest }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(linkedTo === undefined ? {} : { linkedTo }),
  };
}

/** Remarks but for those about folders whose mode `directories` gives. */
export function withoutDeclared(
  remarks: readonly FileRemark[],
  files: readonly FoundFile[],
  { directories }: Pick<AssembledImage, "directories">,
): readonly FileRemark[] {
  if (remarks.length === 0 || directories.length === 0) return remarks;
  const declared = new Set(directories.map((directory) => directory.path));
  const given = new Set(
    files.filter((file) => declared.has(`/${file.path}`)).map(({ source }) => source),
  );
  return remarks.filter(({ kind, source }) => kind !== "mode" || !given.has(source));
}

/** What an image will not have as it is on the disk, in sentences. */
export function noticesOf(image: AssembledImage, { remarks = [] }: FileScan): readonly string[] {
  return summarizeRemarks(remarks, inItsTree(image)).map(
    ({ message, hint }) => `Image ${image.name}: ${message} ${hint}`,
  );
}

/** A path of the host as it begins in the manifest's `files`. */
function inItsTree({ files }: AssembledImage): (absolutePath: string) => string {
  return (file) => {
    const tree = files.find(({ source }) => file === source || file.startsWith(`${source}/`));
    return tree === undefined ? file : path.relative(path.dirname(tree.source), file);
  };
}

function refuse(summaries: readonly RemarkSummary[]): void {
  const errors = summaries.filter(({ isError }) => isError);
  const [first, ...others] = errors;
  if (first === undefined) return;
  throw new QclockError("build-failed", first.message, {
    hint: first.hint,
    details: others.map(({ message }) => message),
  });
}

/** Digests of all regular files, each at its file's place. */
async function hashAll(
  image: AssembledImage,
  files: readonly FoundFile[],
  store: Store,
): Promise<readonly (Digest | undefined)[]> {
  const key = createHash("sha256")
    .update(image.files.map(({ source }) => source).join("\0"))
    .digest("hex");
  const known = await FileHashes.read(store, key);
  const fresh = new FileHashes(files.length);
  const digests = Array.from<Digest | undefined>({ length: files.length });
  let hashed = 0;
  const queue = files.entries();
  const turns = new Turns();
  const small = bufferAtOnce();
  const work = async (): Promise<void> => {
    let large: Buffer | undefined;
    for (const [index, { source, stamp }] of queue) {
      if (stamp === undefined) continue;
      if (turns.isOver()) await turns.next();
      let digest = known.find(source, stamp);
      if (digest === undefined) {
        const content = readAtOnce(source, small);
        digest =
          content === undefined
            ? await hashFile(source, (large ??= Buffer.allocUnsafe(pieceBytes)))
            : `sha256:${hash("sha256", content, "hex")}`;
        hashed++;
      }
      fresh.add(source, stamp, digest);
      digests[index] = digest;
    }
  };
  await Promise.all(Array.from({ length: parallelReads }, work));
  if (hashed > 0) await fresh.write(store, key);
  return digests;
}

async function hashFile(source: string, buffer: Buffer): Promise<Digest> {
  const content = createHash("sha256");
  try {
    for await (const piece of readReal(source, { buffer })) content.update(piece);
  } catch (error) {
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    throw new QclockError("build-failed", `${source} cannot be read.`, {
      cause: error,
      hint: "Build again when nothing removes or replaces it, as a user who may read it.",
    });
  }
  return `sha256:${content.digest("hex")}`;
}
