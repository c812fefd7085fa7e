import { checkLinkTarget, parseArchiveName, shown } from "./name.ts";
import type { ByteReader } from "./byte-reader.ts";
import { takenAway } from "../whiteout.ts";
import { checkGlobalPax, decodeName, parsePax, type PaxFields } from "./pax.ts";

/** The header of one entry of a tar file. The content of a regular file follows in the reader. */
export interface TarHeader {
  /** Without `./` in front and slash at the end; the root itself is the empty text. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly linkTarget?: string;
  /** An image layer takes away what those below have at this path. */
  readonly takesAway?: true;
}

const BLOCK = 512;
/** Of a long name or of the records of a pax header. */
const LARGEST_EXTENSION = 1024 * 1024;

/**
 * The next entry of a tar stream, or undefined at its end blocks: ustar, GNU long names and pax
 * headers. Entries that no archive may hold are refused: devices, sparse files, `..`, whiteouts,
 * names that are not UTF-8. With `mayLackEnd` a tar may also stop where its end blocks should be,
 * as some programs leave it. With `onOther` devices and named pipes are told of, and passed over.
 * With `mayTakeAway` a file may be a whiteout, whose path is then that of what it takes away.
 *
 * Source: POSIX.1-2017 pax; GNU tar manual, "Basic Tar Format".
 */
export async function readTarHeader(
  reader: ByteReader,
  options: {
    readonly mayLackEnd?: boolean;
    readonly onOther?: (path: string, what: string) => void;
    readonly mayTakeAway?: boolean;
  } = {},
): Promise<TarHeader | undefined> {
  const { mayLackEnd = false, onOther, mayTakeAway = false } = options;
  let longName: string | undefined;
  let longLink: string | undefined;
  let pax: PaxFields = {};
  for (;;) {
    const block = await reader.read(BLOCK);
    if (block === undefined && mayLackEnd) return undefined;
    if (block === undefined) throw new Error("the tar file has no end");
    if (block.every((byte) => byte === 0)) return undefined;
    const raw = parseBlock(block);
    switch (raw.flag) {
      case "L":
        longName = await readText(reader, raw.size);
        continue;
      case "K":
        longLink = await readText(reader, raw.size);
        continue;
      case "x":
        pax = parsePax(await readContent(reader, raw.size));
        continue;
      case "g":
        checkGlobalPax(await readContent(reader, raw.size));
        continue;
      default: {
        const { path = longName ?? raw.name, linkpath = longLink ?? raw.link, ...rest } = pax;
        const other = NO_FILES.has(raw.flag) ? REFUSED.get(raw.flag) : undefined;
        if (onOther !== undefined && other !== undefined) {
          onOther(parseArchiveName(path).join("/"), other);
          [longName, longLink, pax] = [undefined, undefined, {}];
          continue;
        }
        const found = { ...raw, name: path, link: linkpath, ...rest };
        const taken = mayTakeAway && raw.flag === "0" ? takenAway(path) : undefined;
        if (taken === undefined) return toHeader(found);
        return { ...toHeader({ ...found, name: taken }), takesAway: true };
      }
    }
  }
}

/** Bytes that fill a file's content up to a whole block. */
export function tarPadding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

interface RawHeader {
  readonly name: string;
  readonly link: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly isSparse?: true;
}

function parseBlock(block: Uint8Array): RawHeader {
  refuseWrongChecksum(block);
  const prefix = textAt(block, 345, 155);
  const name = textAt(block, 0, 100);
  const isUstar = textAt(block, 257, 6).startsWith("ustar");
  return {
    name: isUstar && prefix !== "" && block[263] === 0x30 ? `${prefix}/${name}` : name,
    link: textAt(block, 157, 100),
    flag: String.fromCharCode(block[156] ?? 0),
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: numberAt(block, 108, 8),
    gid: numberAt(block, 116, 8),
    size: numberAt(block, 124, 12),
    mtime: timeAt(block, 136, 12),
  };
}

function refuseWrongChecksum(block: Uint8Array): void {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) {
    sum += index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
  }
  if (sum !== numberAt(block, 148, 8)) throw damaged();
}

/** What cannot be in an image, by the flag of its header. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["3", "a character device"],
  ["4", "a block device"],
  ["6", "a named pipe"],
  ["S", "a sparse file, which qclock does not read"],
]);

/** Of these, what a folder can hold; it has no content. */
const NO_FILES: ReadonlySet<string> = new Set(["3", "4", "6"]);

function toHeader(raw: RawHeader): TarHeader {
  const common = {
    path: parseArchiveName(raw.name).join("/"),
    mode: raw.mode,
    uid: raw.uid,
    gid: raw.gid,
    mtime: Math.max(0, raw.mtime),
  };
  if (raw.isSparse === true) throw refused(raw, "S");
  switch (raw.flag) {
    case "0":
    case "7":
    case "\0":
      // Before there was a flag for folders, a slash at the end told them.
      return raw.name.endsWith("/")
        ? { ...common, type: "directory", size: 0 }
        : { ...common, type: "file", size: raw.size };
    case "5":
      return { ...common, type: "directory", size: 0 };
    case "2": {
      const linkTarget = checkLinkTarget(raw.name, raw.link);
      return { ...common, type: "symlink", size: 0, linkTarget };
    }
    case "1": {
      const linkTarget = parseArchiveName(raw.link).join("/");
      return { ...common, type: "hardlink", size: 0, linkTarget };
    }
    default:
      throw refused(raw, raw.flag);
  }
}

function refused({ name }: RawHeader, flag: string): Error {
  return new Error(`"${shown(name)}" is ${REFUSED.get(flag) ?? "a file of an unknown kind"}`);
}

async function readContent(reader: ByteReader, size: number): Promise<Uint8Array> {
  if (size > LARGEST_EXTENSION) throw new Error("a tar header is larger than 1 MiB");
  const content = (await reader.read(size)) ?? new Uint8Array(0);
  if (content.length < size) throw new Error("the file ends in the middle");
  await reader.skip(tarPadding(size));
  return content;
}

async function readText(reader: ByteReader, size: number): Promise<string> {
  return decodeName(await readContent(reader, size)).replace(/\0+$/, "");
}

function textAt(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return decodeName(end === -1 ? field : field.subarray(0, end));
}

function numberAt(block: Uint8Array, start: number, length: number): number {
  const value = timeAt(block, start, length);
  if (value < 0) throw damaged();
  return value;
}

/** Octal text, or GNU's base-256 for what octal cannot hold, such as times before 1970. */
function timeAt(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) {
    const text = Buffer.from(block.subarray(start, start + length)).toString("latin1");
    const [, digits] = /^ *([0-7]*) *(?:\0.*)?$/s.exec(text) ?? [];
    if (digits === undefined) throw damaged();
    return digits === "" ? 0 : Number.parseInt(digits, 8);
  }
  // Two's complement, of which the first bit says that the number is binary and the second its
  // sign.
  let value = (first & 0x40) === 0 ? first & 0x3f : (first & 0x7f) - 0x80;
  for (let index = 1; index < length; index++) value = value * 256 + (block[start + index] ?? 0);
  if (!Number.isSafeInteger(value)) throw damaged();
  return value;
}

function damaged(): Error {
  return new Error("a tar header is damaged");
}
