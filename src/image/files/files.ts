import { createHash, hash } from "node:crypto";
import path from "node:path";
import { QclockError } from "../../error.ts";
import { readReal } from "../../project/open.ts";
import { bufferAtOnce, readAtOnce } from "../../project/read-at-once.ts";
import type { AssembledImage, FileTree } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { Turns } from "../../turns.ts";
import { FileHashes, writeFileHashes } from "./file-hashes.ts";
import { type FileRemark, type RemarkSummary, summarizeRemarks } from "./file-remarks.ts";
import { FileTable, sourceOf } from "./file-table.ts";
import { walkTree } from "./file-tree.ts";

/**
 * Everything that `files` of one image hold; a later tree's file takes the place of an earlier
 * one's.
 */
export interface FileScan {
  readonly files: FileTable;
  /** What the image will not have as it is on the disk. */
  readonly remarks?: readonly FileRemark[];
}

/** Whoever wants to know of a scan before it ends. */
export interface ScanListener {
  /** There is a content that no file of the image had when they were hashed last. */
  readonly onNew?: () => void;
  /** Takes what need not be waited for to go on; absent: it is waited for. */
  readonly afterwards?: (work: Promise<void>) => void;
}

/** Of an image that has no files of the project. */
export const noFiles: FileScan = { files: new FileTable([]) };

/** How many large files are read at a time: each is open meanwhile. */
const parallelReads = 8;

/** Of so many files that are hashed it is looked up whether their content is new. */
const LOOKED_UP = 16;

/** How much of a large file is read at a time. */
const pieceBytes = 256 * 1024;

/**
 * List and hash the files of an image. Hashes are remembered with the file's size, times and inode,
 * so that an unchanged tree costs one `lstat` a file.
 *
 * Throws `build-failed` for what cannot be part of an image or be read, `path-outside-project` for
 * a link that has taken a folder's or a file's place.
 */
export async function scanFiles(
  image: AssembledImage,
  store: Store,
  listener: ScanListener = {},
): Promise<FileScan> {
  if (image.files.length === 0) return noFiles;
  const files = new FileTable(image.files);
  const remarks: FileRemark[] = [];
  for (const [number, tree] of image.files.entries()) {
    const found = await walkTree(tree, (file) => files.add(number, file));
    remarks.push(...withoutDeclared(found, tree, image));
  }
  refuse(summarizeRemarks(remarks, (file) => file));
  files.arrange();
  await hashAll(image, files, { store, ...listener });
  return { files, ...(remarks.length === 0 ? {} : { remarks }) };
}

/** Remarks about a tree but for those about folders whose mode `directories` gives. */
export function withoutDeclared(
  remarks: readonly FileRemark[],
  tree: FileTree,
  { directories }: Pick<AssembledImage, "directories">,
): readonly FileRemark[] {
  if (remarks.length === 0 || directories.length === 0) return remarks;
  const given = new Set(directories.map(({ path: at }) => sourceOf(tree, at.slice(1))));
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

/** Give each regular file the digest of its content: a remembered one, or that of what is read. */
async function hashAll(
  image: AssembledImage,
  files: FileTable,
  { store, onNew, afterwards }: ScanListener & { readonly store: Store },
): Promise<void> {
  const key = createHash("sha256")
    .update(image.files.map(({ source }) => source).join("\0"))
    .digest("hex");
  const known = await FileHashes.read(store, key);
  let hashed = 0;
  let hasNew = false;
  const queue = files.rows().values();
  const turns = new Turns();
  const small = bufferAtOnce();
  const work = async (): Promise<void> => {
    let large: Buffer | undefined;
    for (const row of queue) {
      if (turns.isOver()) await turns.next();
      if (!files.isRegular(row)) {
        files.complete(row);
        continue;
      }
      let digest = known.find(files.stampOf(row));
      if (digest === undefined) {
        const { source } = files.at(row);
        const content = readAtOnce(source, small);
        digest =
          content === undefined
            ? await hashFile(source, (large ??= Buffer.allocUnsafe(pieceBytes)))
            : hash("sha256", content, "buffer");
        hashed++;
        if (!hasNew && hashed <= LOOKED_UP && known.lacks(digest)) {
          hasNew = true;
          onNew?.();
        }
      }
      files.complete(row, digest);
    }
  };
  await Promise.all(Array.from({ length: parallelReads }, work));
  if (hashed === 0) return;
  const remembering = writeFileHashes(store, key, files.records());
  if (afterwards === undefined) await remembering;
  else afterwards(remembering);
}

async function hashFile(source: string, buffer: Buffer): Promise<Buffer> {
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
  return content.digest();
}
