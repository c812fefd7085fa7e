import { QclockError } from "../error.ts";
import { ByteReader } from "./byte-reader.ts";

/** One member of a tar, as the Engine writes them. */
export interface TarMember {
  /** Without a leading `./` or `/` and without a trailing slash. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly linkTarget?: string;
  /** The first bytes of its content, at most as many as were asked for. */
  readonly content: Uint8Array;
}

const blockSize = 512;

/**
 * Read a tar member by member without keeping more of each than is wanted. `wanted` says how many
 * of a member's first bytes to keep. Understands what Go's archive/tar writes: ustar, pax and GNU
 * long names. Unlike the reader of packages it takes what it finds: an image is to be judged, not
 * refused.
 */
export async function* readTar(
  input: AsyncIterable<Uint8Array>,
  wanted: (path: string, size: number) => number,
): AsyncGenerator<TarMember> {
  const reader = new ByteReader(input);
  try {
    yield* readMembers(reader, wanted);
  } catch (error) {
    if (error instanceof QclockError) throw error;
    throw new QclockError("engine-failed", "The Engine's archive cannot be read.", {
      cause: error,
    });
  } finally {
    await reader.close();
  }
}

/**
 * The content of the first member, at most so many bytes of it: a file that the Engine was asked
 * for comes in a tar of its own. Nothing for what is no regular file.
 */
export async function readFirst(
  input: AsyncIterable<Uint8Array>,
  maximumBytes: number,
): Promise<Buffer> {
  let first: Uint8Array | undefined;
  // To its end, so that the connection serves the next call.
  for await (const { content } of readTar(input, () => (first === undefined ? maximumBytes : 0)))
    first ??= content;
  return Buffer.from(first ?? []);
}

/** Headers that hold a part of the next one, because it did not fit there. */
interface Overrides {
  readonly pax: ReadonlyMap<string, string>;
  readonly name?: string;
  readonly link?: string;
}

async function* readMembers(
  reader: ByteReader,
  wanted: (path: string, size: number) => number,
): AsyncGenerator<TarMember> {
  let overrides: Overrides = { pax: new Map() };
  for (;;) {
    const header = await reader.read(blockSize);
    if (header === undefined || header.every((byte) => byte === 0)) return;
    const kind = String.fromCharCode(header[156] ?? 0);
    const size = Number(overrides.pax.get("size") ?? number(header, 124, 12));
    if ("xgLK".includes(kind)) {
      const content = await readContent(reader, size, size);
      if (kind === "x") overrides = { ...overrides, pax: paxRecords(content) };
      if (kind === "L") overrides = { ...overrides, name: text(content, 0, content.length) };
      if (kind === "K") overrides = { ...overrides, link: text(content, 0, content.length) };
      continue;
    }
    const member = readHeader(header, kind, overrides);
    const kept = member.type === "file" ? wanted(member.path, size) : 0;
    yield { ...member, size, content: await readContent(reader, size, kept) };
    overrides = { pax: new Map() };
  }
}

function readHeader(
  header: Uint8Array,
  kind: string,
  { pax, name: longName, link }: Overrides,
): Omit<TarMember, "size" | "content"> {
  const isUstar = text(header, 257, 5) === "ustar" && header[263] === 0x30;
  const prefix = isUstar ? text(header, 345, 155) : "";
  const name = text(header, 0, 100);
  const linkTarget = pax.get("linkpath") ?? link ?? text(header, 157, 100);
  const type = typeOf(kind);
  return {
    path: plain(pax.get("path") ?? longName ?? (prefix === "" ? name : `${prefix}/${name}`)),
    type,
    mode: number(header, 100, 8) & 0o7777,
    uid: Number(pax.get("uid") ?? number(header, 108, 8)),
    gid: Number(pax.get("gid") ?? number(header, 116, 8)),
    ...(type === "symlink" ? { linkTarget } : {}),
    ...(type === "hardlink" ? { linkTarget: plain(linkTarget) } : {}),
  };
}

/** A member's content and the padding after it, of which only the first bytes are kept. */
async function readContent(reader: ByteReader, size: number, kept: number): Promise<Uint8Array> {
  const first = Math.min(size, kept);
  const bytes = first === 0 ? undefined : await reader.read(first);
  if (first > 0 && bytes === undefined) throw new Error("the file ends in the middle");
  await reader.skip(Math.ceil(size / blockSize) * blockSize - first);
  // A copy: the piece it was cut from may be large, and is kept alive by any part of it.
  return Uint8Array.from(bytes ?? []);
}

function typeOf(kind: string): TarMember["type"] {
  switch (kind) {
    case "0":
    case "\0":
    case "7":
      return "file";
    case "1":
      return "hardlink";
    case "2":
      return "symlink";
    case "5":
      return "directory";
    default:
      return "other";
  }
}

/**
 * An octal number, or a binary one where its first bit is set, as GNU writes numbers too large for
 * octal.
 */
function number(header: Uint8Array, offset: number, length: number): number {
  const first = header[offset] ?? 0;
  if ((first & 0x80) === 0) return Number.parseInt(text(header, offset, length).trim() || "0", 8);
  let value = first & 0x7f;
  for (let index = offset + 1; index < offset + length; index += 1)
    value = value * 256 + (header[index] ?? 0);
  return value;
}

function text(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return Buffer.from(end === -1 ? field : field.subarray(0, end)).toString("utf8");
}

/** `<length> <key>=<value>\n`, the length counting the whole record in bytes. */
function paxRecords(content: Uint8Array): Map<string, string> {
  const bytes = Buffer.from(content);
  const records = new Map<string, string>();
  for (let offset = 0; offset < bytes.length;) {
    const space = bytes.indexOf(0x20, offset);
    const length = Number(bytes.toString("latin1", offset, space));
    if (space === -1 || !Number.isInteger(length) || length <= 0) break;
    const record = bytes.toString("utf8", space + 1, offset + length - 1);
    const equals = record.indexOf("=");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    offset += length;
  }
  return records;
}

function plain(path: string): string {
  return path.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
}
