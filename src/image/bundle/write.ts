import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import { tarPadding } from "../../archive/tar.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import { tarHeader } from "../../archive/tar-header.ts";
import {
  type BundleDocument,
  type BundleEntry,
  type BundleFile,
  blobPath,
  DOCUMENT_NAME,
  formatDocument,
  isFileEntry,
} from "./document.ts";

/** Something that goes into a bundle, with where its bytes come from. */
export interface BundleMember {
  readonly entry: BundleEntry;
  /** For messages: the file that it is read from. */
  readonly source: string;
  readonly read: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const PIECE_BYTES = 1024 * 1024;
/** What eleven octal digits hold; a larger size stands in a pax header. */
const LARGEST_SIZE = 0o77777777777;

/** A blob of the store as a member. */
export async function storedMember(store: Store, digest: Digest): Promise<BundleMember> {
  const file = await store.find(digest);
  if (file === undefined) throw new QclockError("store-unusable", `${digest} has left the store.`);
  const { size } = await stat(file);
  return {
    entry: { path: blobPath(digest), size, sha256: digest.slice("sha256:".length) },
    source: file,
    read: () => readPieces(file),
  };
}

/**
 * A file of this machine, piece by piece; `pieces` where it is not one of the store. Throws
 * `digest-mismatch` when it cannot be read any more.
 */
export async function* readPieces(
  file: string,
  pieces?: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces ?? createReadStream(file, { highWaterMark: PIECE_BYTES });
  } catch (error) {
    if (error instanceof QclockError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw changed(file, reason, error);
  }
}

/** Some bytes as a member. */
export function bytesMember(
  path: string,
  bytes: Uint8Array,
): BundleMember & { readonly entry: BundleFile } {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { entry: { path, size: bytes.length, sha256 }, source: path, read: () => [bytes] };
}

/**
 * A bundle's bytes: `bundle.json`, then every member in the order given, as a plain tar without
 * times, owners or anything else of this machine. Nothing is held in memory but a piece.
 *
 * Throws `digest-mismatch` when a file has changed since its digest was told.
 */
export async function* writeBundle(
  document: Omit<BundleDocument, "entries">,
  members: readonly BundleMember[],
): AsyncGenerator<Uint8Array> {
  const head = Buffer.from(
    formatDocument({ ...document, entries: members.map(({ entry }) => entry) }),
  );
  yield* writeFile(bytesMember(DOCUMENT_NAME, head));
  for (const member of members) {
    const { entry } = member;
    if (isFileEntry(entry)) yield* writeFile(member);
    else if ("link" in entry)
      yield headerOf(entry.path, { flag: "2", mode: 0o777, link: entry.link });
    else yield headerOf(`${entry.path}/`, { flag: "5", mode: 0o755 });
  }
  yield Buffer.alloc(1024);
}

async function* writeFile({ entry, source, read }: BundleMember): AsyncGenerator<Uint8Array> {
  if (!isFileEntry(entry)) return;
  const mode = entry.executable === true ? 0o755 : 0o644;
  yield headerOf(entry.path, { flag: "0", mode, size: entry.size });
  const hash = createHash("sha256");
  let written = 0;
  for await (const piece of read()) {
    written += piece.length;
    // The header has promised the size: more than that must not go out.
    if (written > entry.size) break;
    hash.update(piece);
    yield piece;
  }
  if (written !== entry.size || hash.digest("hex") !== entry.sha256)
    throw changed(source, "it is not what it was");
  const fill = tarPadding(entry.size);
  if (fill > 0) yield Buffer.alloc(fill);
}

function headerOf(
  path: string,
  entry: { flag: "0" | "2" | "5"; mode: number; size?: number; link?: string },
): Buffer {
  const { flag, mode, size = 0, link = "" } = entry;
  const records = [
    ...(Buffer.byteLength(path) > 100 ? [paxRecord("path", path)] : []),
    ...(Buffer.byteLength(link) > 100 ? [paxRecord("linkpath", link)] : []),
    ...(size > LARGEST_SIZE ? [paxRecord("size", String(size))] : []),
  ];
  if (records.length === 0) return tarHeader(path, size, { flag, mode, link });
  const body = Buffer.from(records.join(""));
  const short = tarHeader(shorten(path), Math.min(size, LARGEST_SIZE), {
    flag,
    mode,
    link: shorten(link),
  });
  const pax = tarHeader("././@PaxHeader", body.length, { flag: "x" });
  return Buffer.concat([pax, body, Buffer.alloc(tarPadding(body.length)), short]);
}

/** What stands in the header itself, for readers that know no pax: the beginning, in ASCII. */
function shorten(text: string): string {
  return Buffer.byteLength(text) <= 100 ? text : text.replaceAll(/[^ -~]/g, "_").slice(0, 100);
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(body);
  let length = size + String(size).length;
  if (size + String(length).length !== length) length = size + String(length).length;
  return `${length}${body}`;
}

function changed(file: string, reason: string, cause?: unknown): QclockError {
  return new QclockError(
    "digest-mismatch",
    `${file} changed while the bundle was written: ${reason}.`,
    {
      cause,
      hint: "Run the command again; delete the file first when it lies in the store.",
    },
  );
}
