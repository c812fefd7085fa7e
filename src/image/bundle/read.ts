import { createHash } from "node:crypto";
import { QclockError } from "../../error.ts";
import { ByteReader } from "../../archive/byte-reader.ts";
import { readTarHeader, type TarHeader, tarPadding } from "../../archive/tar.ts";
import {
  type BundleDocument,
  type BundleEntry,
  type BundleFile,
  DOCUMENT_NAME,
  invalid,
  isFileEntry,
  NO_BUNDLE_HINT,
  parseDocument,
} from "./document.ts";

/**
 * A file of a bundle as it goes by. Its content proves itself: reading it to the end throws unless
 * it has the digest that `bundle.json` names.
 */
export interface BundledFile {
  readonly entry: BundleFile;
  readonly content: AsyncIterable<Uint8Array>;
}

/** A bundle whose head was read. */
export interface OpenBundle extends AsyncDisposable {
  readonly document: BundleDocument;
  /**
   * Every file in the bundle's order; each must be read before the next is asked for. Ends well
   * only when the bundle is whole.
   */
  readonly files: () => AsyncGenerator<BundledFile>;
}

/** A head is some hundred bytes for each package; more is no bundle. */
const LARGEST_HEAD = 64 * 1024 * 1024;

/**
 * Open a bundle that comes as a stream. Everything that the rest may hold is known and checked from
 * here on.
 *
 * Throws `bundle-invalid` for what is no bundle, one of a newer qclock, and a head that is damaged.
 */
export async function openBundle(
  source: AsyncIterable<Uint8Array>,
  name: string,
): Promise<OpenBundle> {
  const reader = new ByteReader(source);
  const header = await readTarHeader(reader).catch((error: unknown) => {
    if (error instanceof QclockError) throw error;
    throw invalid(name, "it is no bundle", NO_BUNDLE_HINT, error);
  });
  if (header?.path !== DOCUMENT_NAME || header.type !== "file" || !(header.size <= LARGEST_HEAD))
    throw invalid(name, "it is no bundle", NO_BUNDLE_HINT);
  const text = await inTime(name, async () => {
    const bytes = await reader.read(header.size);
    await reader.skip(tarPadding(header.size));
    return new TextDecoder().decode(bytes);
  });
  const document = parseDocument(text, name);
  return {
    document,
    files: () => readFiles(reader, document.entries, name),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

async function* readFiles(
  reader: ByteReader,
  entries: readonly BundleEntry[],
  name: string,
): AsyncGenerator<BundledFile> {
  for (const entry of entries) {
    const header = await inTime(name, () => readTarHeader(reader));
    refuseOther(header, entry, name);
    if (!isFileEntry(entry)) continue;
    let isRead = false;
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield* readContent(reader, entry, name);
      isRead = true;
    };
    yield { entry, content: content() };
    if (!isRead) throw new Error(`${entry.path} was not read`);
    await inTime(name, () => reader.skip(tarPadding(entry.size)));
  }
  const rest = await inTime(name, () => readTarHeader(reader));
  if (rest !== undefined) throw invalid(name, `it holds ${shown(rest.path)} beyond its list`);
}

async function* readContent(
  reader: ByteReader,
  entry: BundleFile,
  name: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let missing = entry.size;
  for await (const piece of reader.stream(entry.size)) {
    hash.update(piece);
    missing -= piece.length;
    yield piece;
  }
  if (missing > 0) throw cutShort(name, entry.path);
  const actual = hash.digest("hex");
  if (actual !== entry.sha256)
    throw invalid(
      name,
      `${entry.path} has the digest sha256:${actual} instead of sha256:${entry.sha256}`,
    );
}

/** The archive must hold what its list says, in the same order. */
function refuseOther(header: TarHeader | undefined, entry: BundleEntry, name: string): void {
  if (header === undefined) throw cutShort(name, entry.path);
  const type = isFileEntry(entry) ? "file" : "link" in entry ? "symlink" : "directory";
  const isSame =
    header.path === entry.path &&
    header.type === type &&
    header.size === (isFileEntry(entry) ? entry.size : 0) &&
    (!("link" in entry) || header.linkTarget === entry.link);
  if (isSame) return;
  throw invalid(name, `it holds ${shown(header.path)} where its list has ${shown(entry.path)}`);
}

/** What a reader of the archive's form throws means that bytes are missing or wrong. */
async function inTime<Value>(name: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof QclockError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/has no end|ends in the middle/.test(reason)) throw cutShort(name, undefined, error);
    throw invalid(name, reason, undefined, error);
  }
}

function cutShort(name: string, path?: string, cause?: unknown): Error {
  const place = path === undefined ? "" : `, in ${shown(path)}`;
  return invalid(
    name,
    `it was cut short${place}`,
    "Carry it over again, and compare its digest with the one where it was saved.",
    cause,
  );
}

function shown(path: string): string {
  return JSON.stringify(path);
}
