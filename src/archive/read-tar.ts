import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { ArchiveLimits } from "./limits.ts";
import { ByteReader } from "./byte-reader.ts";
import { readTarHeader, tarPadding } from "./tar.ts";
import { decompress } from "./decompress.ts";
import type { ArchiveContent } from "./content.ts";

/**
 * Read a tar file, plain or compressed with gzip, xz, zstd or bzip2, which its first bytes tell.
 * Nothing of it is kept in memory but what is on its way, and what follows its end blocks is not
 * read. Throws an `Error` that says what is wrong with it.
 */
export async function readTarArchive(request: {
  readonly file: string;
  readonly content: ArchiveContent;
  readonly limits: ArchiveLimits;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { file, content, limits, signal } = request;
  const suffix = await compressionOf(file);
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const tar = new ByteReader(untilAborted(decompress(suffix, source), signal), limits.bytes);
  const nextHeader = (): ReturnType<typeof readTarHeader> =>
    readTarHeader(tar, { mayLackEnd: true });
  try {
    for (let header = await nextHeader(); header !== undefined; header = await nextHeader()) {
      const { path: name, mode, mtime, size, type, linkTarget } = header;
      const end = tar.offset + size + tarPadding(size);
      const found = { name, mode, mtime, size, type };
      await content.add(
        linkTarget === undefined ? found : { ...found, linkTarget },
        tar.stream(size),
      );
      // What was stripped was not read.
      await tar.skip(end - tar.offset);
    }
  } finally {
    await tar.close();
    source.destroy();
  }
}

const MAGIC: readonly (readonly [string, suffix: string])[] = [
  ["1f8b", ".gz"],
  ["fd377a585a00", ".xz"],
  ["28b52ffd", ".zst"],
  ["425a68", ".bz2"],
];

/** A name's ending that tells the compression; empty for none. */
async function compressionOf(file: string): Promise<string> {
  await using handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  const hex = buffer.toString("hex");
  const [, found = ""] = MAGIC.find(([magic]) => hex.startsWith(magic)) ?? [];
  return found;
}

async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    yield chunk;
  }
}
