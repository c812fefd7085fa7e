import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import { type ArchiveLimits, limitsFor } from "../../archive/limits.ts";
import { ArchiveContent, type ArchiveEntry, type SpooledFile } from "../../archive/content.ts";
import { shown } from "../../archive/name.ts";
import { readZipArchive } from "../../archive/read-zip.ts";
import { Spool } from "../../archive/spool.ts";
import { corruptWheel } from "../../packages/wheels/corrupt-wheel.ts";
import type { LockedWheel } from "../../packages/package.ts";
import { normalizeName } from "../../python/name.ts";
import { isSameVersion } from "../../python/version.ts";
import { toStoreError } from "../../store/store-error.ts";
import { parseRecord, recordHashOf } from "./record.ts";

/** A file of a wheel that was taken apart, with its bytes in the spool. */
export interface WheelFile {
  readonly path: string;
  /** Whether its owner may run it. */
  readonly isExecutable: boolean;
  readonly content: SpooledFile;
}

/** A wheel that was taken apart, and whose RECORD fits its files. */
export interface UnpackedWheel {
  /** Sorted by path. */
  readonly files: readonly WheelFile[];
  /** Folder with what the wheel says of itself, such as `flask-3.0.3.dist-info`. */
  readonly distInfo: string;
  /** Folder of what does not go into site-packages, such as `flask-3.0.3.data`. */
  readonly data: string;
  /**
   * Bytes of a file by its path, or the first of them; undefined where the wheel has none there.
   * Throws an `Error` for more than is held in memory.
   */
  readonly read: (path: string, firstBytes?: number) => Promise<Buffer | undefined>;
}

/** Files that stand beside RECORD and are not listed in it. */
const SIGNATURES = ["RECORD", "RECORD.jws", "RECORD.p7s"];

/** What a wheel says of itself is held in memory. */
const LARGEST_TEXT = 64 * 1024 * 1024;

/**
 * Take a wheel apart and compare it with its RECORD. Throws `wheel-corrupt` with what is wrong,
 * `disk-full`.
 *
 * Source: the packaging specifications, "Binary distribution format" (PEP 427).
 */
export async function unpackWheel(request: {
  readonly wheel: Pick<LockedWheel, "name" | "version" | "file">;
  /** The file, whose digest has been proved. */
  readonly path: string;
  /** Where the contents of its files are written, one after another. */
  readonly spool: string;
  /** Absent: by the size of the file. */
  readonly limits?: ArchiveLimits;
  readonly storeDirectory: string;
  readonly signal: AbortSignal;
}): Promise<UnpackedWheel> {
  const { wheel, path, spool, signal } = request;
  try {
    const limits = request.limits ?? limitsFor((await stat(path)).size);
    const entries = await readEntries({ path, spool, limits, signal });
    const files = entries.flatMap((entry) => toFile(entry));
    const unpacked = describe(wheel, files, readerOf(spool, files));
    await refuseOtherFormats(unpacked);
    await compareRecord(unpacked, spool);
    return unpacked;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    if ("syscall" in error) throw toStoreError(error, request.storeDirectory);
    throw corruptWheel(wheel.file, error.message, error);
  }
}

async function readEntries(request: {
  readonly path: string;
  readonly spool: string;
  readonly limits: ArchiveLimits;
  readonly signal: AbortSignal;
}): Promise<readonly ArchiveEntry[]> {
  const { path, limits, signal } = request;
  await using handle = await open(request.spool, "w");
  const spool = new Spool(handle);
  const content = new ArchiveContent({ spool, strip: 0, limits });
  await readZipArchive({ file: path, content, limits, signal });
  await spool.flush();
  return content.finish();
}

function toFile({ path, type, mode, file }: ArchiveEntry): readonly WheelFile[] {
  if (type === "symlink") {
    throw new Error(`"${shown(path)}" is a link, and a wheel has none`);
  }
  if (file === undefined) return [];
  return [{ path, isExecutable: (mode & 0o111) !== 0, content: file }];
}

function describe(
  { name, version }: Pick<LockedWheel, "name" | "version">,
  files: readonly WheelFile[],
  read: UnpackedWheel["read"],
): UnpackedWheel {
  const tops = new Set(files.map(({ path }) => path.split("/")[0] ?? ""));
  const found = [...tops].filter((top) => top.endsWith(".dist-info"));
  const [distInfo] = found;
  if (distInfo === undefined) throw new Error("it has no folder .dist-info");
  if (found.length > 1) {
    throw new Error(`it has several folders .dist-info: ${shown(found.join(", "))}`);
  }
  const base = distInfo.slice(0, -".dist-info".length);
  const dash = base.lastIndexOf("-");
  const own = { name: base.slice(0, Math.max(0, dash)), version: base.slice(dash + 1) };
  const isSame =
    normalizeName(own.name) === name && isSameVersion(own.version.replaceAll("_", "-"), version);
  if (!isSame) throw new Error(`its folder ${shown(distInfo)} is another project's or version's`);
  const data = `${base}.data`;
  const foreign = [...tops].find((top) => top.endsWith(".data") && top !== data);
  if (foreign !== undefined) throw new Error(`it has a folder ${shown(foreign)} beside its own`);
  return { files, distInfo, data, read };
}

function readerOf(spool: string, files: readonly WheelFile[]): UnpackedWheel["read"] {
  const byPath = new Map(files.map((file) => [file.path, file.content]));
  return async (path, firstBytes = Infinity) => {
    const content = byPath.get(path);
    if (content === undefined) return undefined;
    const size = Math.min(content.size, firstBytes);
    if (size > LARGEST_TEXT) {
      throw new Error(`"${shown(path)}" is larger than ${LARGEST_TEXT} bytes`);
    }
    await using handle = await open(spool, "r");
    const { buffer } = await handle.read(Buffer.alloc(size), 0, size, content.offset);
    return buffer;
  };
}

/** A wheel of another major version may mean something else by the same names. */
async function refuseOtherFormats({ distInfo, read }: UnpackedWheel): Promise<void> {
  const text = (await read(`${distInfo}/WHEEL`))?.toString("utf8");
  if (text === undefined) throw new Error("it has no .dist-info/WHEEL");
  const [, format, major] = /^Wheel-Version:\s*((\d+)\.\d+)\s*$/im.exec(text) ?? [];
  if (major !== "1") {
    throw new Error(
      format === undefined
        ? "its WHEEL does not say which format it has"
        : `it has format ${shown(format)} of wheels, and qclock reads 1`,
    );
  }
}

/** Every file but RECORD itself and its signatures is listed, with its own digest. */
async function compareRecord(
  { files, distInfo, read }: UnpackedWheel,
  spool: string,
): Promise<void> {
  const text = (await read(`${distInfo}/RECORD`))?.toString("utf8");
  if (text === undefined) throw new Error("it has no .dist-info/RECORD");
  const unlisted = new Map(files.map((file) => [file.path, file]));
  for (const name of SIGNATURES) unlisted.delete(`${distInfo}/${name}`);
  const seen = new Set<string>();
  for (const { path, hash, size } of parseRecord(text)) {
    if (SIGNATURES.some((name) => path === `${distInfo}/${name}`)) continue;
    if (seen.has(path)) throw new Error(`its RECORD lists "${shown(path)}" twice`);
    seen.add(path);
    const file = unlisted.get(path);
    if (file === undefined) throw new Error(`its RECORD lists "${shown(path)}", which it lacks`);
    unlisted.delete(path);
    if (size !== "" && size !== String(file.content.size)) {
      throw new Error(`"${shown(path)}" has another size than its RECORD says`);
    }
    if (hash !== (await hashLike(hash, file, spool))) {
      throw new Error(
        hash === ""
          ? `its RECORD has no hash of "${shown(path)}"`
          : `"${shown(path)}" has other bytes than its RECORD says`,
      );
    }
  }
  const [extra] = unlisted.keys();
  if (extra !== undefined) throw new Error(`its RECORD does not list "${shown(extra)}"`);
}

/** The digest of a file by the algorithm of another digest. */
async function hashLike(hash: string, { content }: WheelFile, spool: string): Promise<string> {
  const [algorithm = ""] = hash.split("=", 1);
  // What the specification allows: SHA-256 or better.
  if (algorithm !== "sha384" && algorithm !== "sha512") {
    return recordHashOf(content.digest.slice("sha256:".length));
  }
  const { offset, size } = content;
  const hashing = createHash(algorithm);
  if (size > 0) {
    const bytes = createReadStream(spool, { start: offset, end: offset + size - 1 });
    for await (const piece of bytes) hashing.update(piece);
  }
  return `${algorithm}=${hashing.digest("base64url")}`;
}
