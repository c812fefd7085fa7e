import { createReadStream } from "node:fs";
import { decompress } from "../../../archive/decompress.ts";
import type { Digest } from "../../../digest.ts";
import { QclockError } from "../../../error.ts";
import type { Downloader } from "../../../store/downloader.ts";
import { withinBounds } from "../../index-bounds.ts";
import type { MetadataFile } from "../metadata/repomd.ts";
import { type XmlHandler, XmlReader } from "../metadata/xml.ts";

/** A file of a repository's metadata in the store, as `repomd.xml` names it. */
export interface StoredFile {
  /** Id of the repository. */
  readonly repository: string;
  /** Path below the repository's folder, whose ending tells the compression. */
  readonly path: string;
  readonly digest: Digest;
  /** Path in the store. */
  readonly stored: string;
  /** As `repomd.xml` says; undefined when it does not. */
  readonly unpackedBytes: number | undefined;
}

/** Unpacked: lists of paths of repositories that keep every version are the largest. */
const LARGEST_UNPACKED = 8 * 1024 ** 3;
const PIECE_BYTES = 256 * 1024;

/**
 * Bring a file into the store. Its digest is proved each time, since what stands in it is believed.
 * Throws what fetching throws.
 */
export async function fetchMetadata(
  file: MetadataFile,
  from: {
    readonly repository: string;
    readonly url: string;
    readonly downloader: Downloader;
    readonly signal: AbortSignal;
  },
): Promise<StoredFile> {
  const { repository, url, downloader, signal } = from;
  const { path, sizeBytes, unpackedBytes } = file;
  const digest: Digest = `sha256:${file.sha256}`;
  const urls = [`${url}/${path}`];
  const stored = await downloader.toStore({ urls, digest, sizeBytes, prove: true, signal });
  return { repository, path, digest, stored, unpackedBytes };
}

/** Read a file of XML piece by piece. Throws `package-corrupt` when it cannot be read. */
export async function readXmlFile(
  file: StoredFile,
  handler: XmlHandler,
  signal: AbortSignal,
): Promise<void> {
  await asCorrupt(file, signal, () => readPieces(file, new XmlReader(handler), signal));
}

/** Takes in what is in a file. */
export interface PieceReader {
  write(piece: Uint8Array): void;
  end(): void;
}

/** Unpack a file and read it. Throws what the reader throws, and when it cannot be unpacked. */
export async function readPieces(
  file: StoredFile,
  reader: PieceReader,
  signal: AbortSignal,
): Promise<void> {
  for await (const piece of unpack(file, signal, LARGEST_UNPACKED)) reader.write(piece);
  reader.end();
}

/** The text of a file as a whole. Throws `package-corrupt` when it is no text, or too large. */
export async function readTextFile(
  file: StoredFile,
  maximumBytes: number,
  signal: AbortSignal,
): Promise<string> {
  return await asCorrupt(file, signal, async () => {
    const pieces = await Array.fromAsync(unpack(file, signal, maximumBytes));
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces));
  });
}

/** Do something with a file, and say of what it was when it fails. */
export async function asCorrupt<Value>(
  file: Pick<StoredFile, "repository" | "path">,
  signal: AbortSignal,
  work: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw corruptMetadata(file, error);
  }
}

/** A failure as `package-corrupt` with the file that is to blame; what is another's fault stays. */
export function corruptMetadata(
  { repository, path }: Pick<StoredFile, "repository" | "path">,
  error: unknown,
): unknown {
  // A failed system call is no fault of the metadata.
  if (error instanceof QclockError || !(error instanceof Error) || "syscall" in error) return error;
  return new QclockError(
    "package-corrupt",
    `The metadata of ${repository} (${path}) cannot be read: ${error.message}.`,
    {
      cause: error,
      hint: "Its digest is as repomd.xml says, so it is damaged at its source: take another mirror.",
    },
  );
}

function unpack(
  { path, stored, unpackedBytes }: StoredFile,
  signal: AbortSignal,
  largest: number,
): AsyncIterable<Uint8Array> {
  const content = createReadStream(stored, { highWaterMark: PIECE_BYTES });
  const maximumBytes = Math.min(unpackedBytes ?? largest, largest);
  return withinBounds(decompress(path, content), { maximumBytes, signal });
}
