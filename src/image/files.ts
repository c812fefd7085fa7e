import { createHash } from "node:crypto";
import path from "node:path";
import { QclockError } from "../error.ts";
import { readReal } from "../project/open.ts";
import type { AssembledImage, Digest } from "../stack/stack.ts";
import type { Store } from "../store/store.ts";
import { comparePaths } from "./draft.ts";
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

/** A file whose status did not change since it was hashed has the same content. */
interface StatNote {
  readonly [source: string]: readonly [stamp: string, digest: Digest];
}

const NOTE = "files";

/** How many files are read at a time: each is open meanwhile. */
const parallelReads = 8;

/**
 * List and hash the files of an image. Hashes are remembered with the file's size, times and inode, so
 * that an unchanged tree costs one `lstat` a file.
 *
 * Throws `build-failed` for what cannot be part of an image or be read, `path-outside-project` for a link
 * that has taken a folder's or a file's place.
 */
export async function scanFiles(image: AssembledImage, store: Store): Promise<FileScan> {
  if (image.files.length === 0) return { files: [] };
  const found = new Map<string, FoundFile>();
  const remarks: FileRemark[] = [];
  for (const tree of image.files) {
    const listed = await listTree(tree);
    remarks.push(...withoutDeclared(listed.remarks, listed.files, image));
    for (const file of listed.files) found.set(file.path, file);
  }
  refuse(summarizeRemarks(remarks, (file) => file));
  const sorted = [...found.values()].toSorted((a, b) => comparePaths(a.path, b.path));
  const digests = await hashAll(image, sorted, store);
  const leaders = new Map<string, string>();
  const files = sorted.map(({ stamp: _, inode, ...file }): ScannedFile => {
    const digest = digests.get(file.source);
    const leader = inode === undefined ? undefined : leaders.get(inode);
    if (inode !== undefined && leader === undefined) leaders.set(inode, file.path);
    return {
      ...file,
      ...(digest === undefined ? {} : { digest }),
      ...(leader === undefined ? {} : { linkedTo: leader }),
    };
  });
  return { files, ...(remarks.length === 0 ? {} : { remarks }) };
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

/** Digests of all regular files, by their place on the host. */
async function hashAll(
  image: AssembledImage,
  files: readonly FoundFile[],
  store: Store,
): Promise<ReadonlyMap<string, Digest>> {
  const key = createHash("sha256")
    .update(image.files.map(({ source }) => source).join("\0"))
    .digest("hex");
  const known = toNote(await store.readNote(NOTE, key));
  const digests = new Map<string, Digest>();
  const fresh: Record<string, readonly [string, Digest]> = {};
  let hashed = 0;
  const queue = files.values();
  const work = async (): Promise<void> => {
    for (const { source, stamp } of queue) {
      if (stamp === undefined) continue;
      const remembered = known[source];
      let digest = remembered?.[0] === stamp ? remembered[1] : undefined;
      if (digest === undefined) {
        digest = await hashFile(source);
        hashed++;
      }
      fresh[source] = [stamp, digest];
      digests.set(source, digest);
    }
  };
  await Promise.all(Array.from({ length: parallelReads }, work));
  if (hashed > 0) await store.writeNote(NOTE, key, fresh);
  return digests;
}

async function hashFile(source: string): Promise<Digest> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of readReal(source)) hash.update(chunk);
  } catch (error) {
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    throw new QclockError("build-failed", `${source} cannot be read.`, {
      cause: error,
      hint: "Build again when nothing removes or replaces it, as a user who may read it.",
    });
  }
  return `sha256:${hash.digest("hex")}`;
}

function toNote(value: unknown): StatNote {
  return isNote(value) ? value : {};
}

/** The note is the store's own; one that was damaged does not parse, so its shape alone is looked at. */
function isNote(value: unknown): value is StatNote {
  return typeof value === "object" && value !== null;
}
