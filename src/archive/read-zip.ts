import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import type { ArchiveLimits } from "./limits.ts";
import type { ArchiveContent, FoundEntry } from "./content.ts";
import { shown } from "./name.ts";

/**
 * Systems whose zip programs keep Unix modes: Unix and macOS. Source: PKWARE APPNOTE 6.3.10,
 * 4.4.2.2.
 */
const UNIX = new Set([3, 19]);

/**
 * Read a zip file by its directory. Throws an `Error` that says what is wrong with it. What it
 * declares to become is added up before anything is unpacked.
 */
export async function readZipArchive(request: {
  readonly file: string;
  readonly content: ArchiveContent;
  readonly limits: ArchiveLimits;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { file, content, limits, signal } = request;
  const zip = await openPromise(file, { autoClose: false });
  try {
    if (zip.entryCount > limits.entries) {
      throw new Error(`it holds more than ${limits.entries} entries`);
    }
    let declared = 0;
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      declared += entry.uncompressedSize;
      if (declared > limits.bytes) {
        throw new Error(
          `it declares more than ${limits.bytes} bytes, out of proportion to the archive`,
        );
      }
      entries.push(entry);
    }
    for (const entry of entries) {
      await addEntry(zip, entry, { content, signal });
    }
  } finally {
    zip.close();
  }
}

async function addEntry(
  zip: ZipFile,
  entry: Entry,
  { content, signal }: { readonly content: ArchiveContent; readonly signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  const name = entry.fileName;
  const common = {
    name,
    // A zip's own times have no time zone; the machine's must not show.
    mtime: Math.max(0, Math.floor(entry.getLastModDate({ timezone: "UTC" }).getTime() / 1000)) || 0,
    size: entry.uncompressedSize,
  };
  const { type, mode } = kindOf(entry);
  if (type === "directory") return content.add({ ...common, type, mode }, nothing());
  if (entry.isEncrypted()) throw new Error(`"${shown(name)}" is encrypted`);
  if (!entry.canDecodeFileData()) {
    throw new Error(
      `"${shown(name)}" is compressed with method ${entry.compressionMethod}, which qclock does not read`,
    );
  }
  const stream = await zip.openReadStreamPromise(entry);
  const bytes = checked(stream, { entry, signal });
  try {
    if (type === "file") return await content.add({ ...common, type, mode }, bytes);
    const linkTarget = await readTarget(name, bytes);
    return await content.add({ ...common, type, mode, linkTarget }, nothing());
  } finally {
    stream.destroy();
  }
}

/** From the modes that Unix programs write; other programs tell folders by their names alone. */
function kindOf(
  entry: Entry,
): Pick<FoundEntry, "mode"> & { readonly type: "file" | "directory" | "symlink" } {
  const isFolder = entry.fileName.endsWith("/");
  const unix = UNIX.has(entry.versionMadeBy >>> 8) ? entry.externalFileAttributes >>> 16 : 0;
  const format = unix & 0o170000;
  const mode = unix & 0o7777;
  switch (format) {
    case 0o120000:
      return { type: "symlink", mode };
    case 0o040000:
    case 0o100000:
    case 0:
      return isFolder || format === 0o040000
        ? { type: "directory", mode: mode === 0 ? 0o755 : mode }
        : { type: "file", mode: mode === 0 ? 0o644 : mode };
    default:
      throw new Error(`"${shown(entry.fileName)}" is a device, a pipe or a socket`);
  }
}

/** The library compares sizes alone. */
async function* checked(
  stream: AsyncIterable<Uint8Array>,
  { entry, signal }: { readonly entry: Entry; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  let checksum = 0;
  for await (const piece of stream) {
    signal.throwIfAborted();
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (checksum !== entry.crc32) {
    throw new Error(`"${shown(entry.fileName)}" does not have the checksum that it declares`);
  }
}

async function readTarget(name: string, stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > 4096) throw new Error(`the link "${shown(name)}" has no usable target`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An entry without content.
}
