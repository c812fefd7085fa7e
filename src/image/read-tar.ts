import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type Extract, extract, type Header } from "tar-stream";
import { decompressXz } from "../packages/xz.ts";
import type { ArchiveContent, FoundEntry } from "./archive-content.ts";
import { shown } from "./archive-name.ts";

/**
 * Read a tar file, plain or compressed with gzip, xz or zstd, which its first bytes tell. Nothing of it is
 * kept in memory but what is on its way. Throws an `Error` that says what is wrong with it.
 */
export async function readTarArchive(request: {
  readonly file: string;
  readonly content: ArchiveContent;
  /** Of the unpacked tar, its headers included. */
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { file, content, maximumBytes, signal } = request;
  const compression = await compressionOf(file);
  // Very old archives have no word for their format, but headers with checksums all the same.
  const options = { highWaterMark: 64 * 1024, allowUnknownFormat: true };
  const entries = extract(options);
  const feed = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maximumBytes) {
        throw new Error(
          `it is larger than ${maximumBytes} bytes when unpacked, out of proportion to the archive`,
        );
      }
      if (!entries.write(chunk)) await drained(entries);
      if (entries.destroyed) return;
    }
    entries.end(null);
  };
  const feeding = decompressInto(file, { compression, feed, signal }).catch((error: unknown) => {
    // Ends the loop below, which tells it.
    entries.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const entry of entries) {
      await content.add(toFound(entry.header), bytesOf(entry));
      entry.resume();
    }
  } finally {
    entries.destroy(null);
    await feeding;
  }
}

type Compression = "none" | "gzip" | "xz" | "zstd";

const MAGIC: readonly (readonly [string, Compression | "bzip2"])[] = [
  ["1f8b", "gzip"],
  ["fd377a585a00", "xz"],
  ["28b52ffd", "zstd"],
  ["425a68", "bzip2"],
];

async function compressionOf(file: string): Promise<Compression> {
  await using handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  const hex = buffer.toString("hex");
  const [, found = "none"] = MAGIC.find(([magic]) => hex.startsWith(magic)) ?? [];
  if (found === "bzip2") {
    throw new Error(
      "it is compressed with bzip2, which qclock does not read, as it does gzip, xz and zstd",
    );
  }
  return found;
}

async function decompressInto(
  file: string,
  {
    compression,
    feed,
    signal,
  }: {
    readonly compression: Compression;
    readonly feed: (chunks: AsyncIterable<Uint8Array>) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  switch (compression) {
    case "none":
      return pipeline(source, feed, { signal });
    case "gzip":
      return pipeline(source, createGunzip(), feed, { signal });
    case "zstd":
      return pipeline(source, createZstdDecompress(), feed, { signal });
    case "xz":
      return pipeline(source, decompressXz, feed, { signal });
  }
}

/** The library's type does not say what its streams are made of. */
async function* bytesOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of entry) if (piece instanceof Uint8Array) yield piece;
}

/** Resolves when there is room again, or nobody reads any more. */
async function drained(entries: Extract): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  entries.once("drain", resolve);
  entries.once("close", resolve);
  await promise;
  entries.off("drain", resolve);
  entries.off("close", resolve);
}

function toFound(header: Header): FoundEntry {
  const { name, mode, size, linkname } = header;
  if (!Number.isSafeInteger(mode) || mode < 0 || !Number.isSafeInteger(size)) {
    throw new Error(`the header of "${shown(name)}" is damaged`);
  }
  const common = { name, mode: mode & 0o7777, mtime: secondsOf(header.mtime), size };
  if (isSparse(header))
    throw new Error(`"${shown(name)}" is a sparse file, which qclock does not read`);
  // The library's type leaves out that it gives null for kinds that it does not know.
  const type: string | null = header.type;
  switch (type) {
    case "file":
    case "contiguous-file":
      return { ...common, type: "file" };
    case "directory":
      return { ...common, type: "directory" };
    case "symlink":
      return { ...common, type: "symlink", linkTarget: linkname };
    case "link":
      return { ...common, type: "hardlink", linkTarget: linkname };
    default:
      throw new Error(
        `"${shown(name)}" is a ${type?.replace("-", " ") ?? "file of an unknown kind"}`,
      );
  }
}

/** GNU's sparse files have their map in front of their content, and a made-up name. */
function isSparse({ pax }: Header): boolean {
  return (
    typeof pax === "object" &&
    pax !== null &&
    Object.keys(pax).some((key) => key.startsWith("GNU.sparse."))
  );
}

/** Whole seconds since 1970; 0 for a time before, or none. */
function secondsOf(time: Date): number {
  const seconds = Math.floor(time.getTime() / 1000);
  return Number.isSafeInteger(seconds) ? Math.max(0, seconds) : 0;
}
