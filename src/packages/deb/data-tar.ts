import { whiteoutIn } from "../../whiteout.ts";
import type { ByteReader } from "./byte-reader.ts";

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
}

const BLOCK = 512;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The next entry of a tar stream, or undefined at its end: ustar, GNU long names and pax headers.
 * Entries that no package may hold are refused: devices, `..`, whiteouts, names that are not UTF-8.
 *
 * Source: POSIX.1-2017 pax; GNU tar manual, "Basic Tar Format".
 */
export async function readTarHeader(reader: ByteReader): Promise<TarHeader | undefined> {
  let longName: string | undefined;
  let longLink: string | undefined;
  let pax = new Map<string, string>();
  for (;;) {
    const block = await reader.read(BLOCK);
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
        await readContent(reader, raw.size);
        continue;
      default:
        return toHeader({
          ...raw,
          name: pax.get("path") ?? longName ?? raw.name,
          link: pax.get("linkpath") ?? longLink ?? raw.link,
          size: Number(pax.get("size") ?? raw.size),
        });
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
    mtime: numberAt(block, 136, 12),
  };
}

function refuseWrongChecksum(block: Uint8Array): void {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) {
    sum += index >= 148 && index < 156 ? 0x20 : (block[index] ?? 0);
  }
  if (sum !== numberAt(block, 148, 8)) throw new Error("a tar header is damaged");
}

function toHeader(raw: RawHeader): TarHeader {
  const common = {
    path: cleanPath(raw.name),
    mode: raw.mode,
    uid: raw.uid,
    gid: raw.gid,
    mtime: raw.mtime,
  };
  switch (raw.flag) {
    case "0":
    case "\0":
      return { ...common, type: "file", size: raw.size };
    case "5":
      return { ...common, type: "directory", size: 0 };
    case "2":
      if (raw.link === "" || raw.link.includes("\0")) {
        throw new Error(`the link "${raw.name}" has no usable target`);
      }
      return { ...common, type: "symlink", size: 0, linkTarget: raw.link };
    case "1":
      return { ...common, type: "hardlink", size: 0, linkTarget: cleanPath(raw.link) };
    default:
      throw new Error(`"${raw.name}" is a device or of an unknown kind (${raw.flag})`);
  }
}

function cleanPath(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (name.startsWith("/") || parts.includes("..")) {
    throw new Error(`"${name}" leads out of the image`);
  }
  // A NUL would cut the name in the layer's own header, a line end would split it in dpkg's file list.
  if (/\p{Cc}/u.test(name)) throw new Error(`${JSON.stringify(name)} has control characters`);
  if (whiteoutIn(name) !== undefined) {
    throw new Error(`"${name}" is a whiteout, which would remove files from the layers below`);
  }
  return parts.join("/");
}

async function readContent(reader: ByteReader, size: number): Promise<Uint8Array> {
  if (size > 1024 * 1024) throw new Error("a tar header is larger than 1 MiB");
  const content = (await reader.read(size)) ?? new Uint8Array(0);
  await reader.skip(tarPadding(size));
  return content;
}

async function readText(reader: ByteReader, size: number): Promise<string> {
  return decode(await readContent(reader, size)).replace(/\0+$/, "");
}

function parsePax(content: Uint8Array): Map<string, string> {
  const fields = new Map<string, string>();
  let rest = Buffer.from(content);
  while (rest.length > 0) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.toString("latin1", 0, space));
    if (!Number.isSafeInteger(length) || length <= space)
      throw new Error("a pax header is damaged");
    const record = decode(rest.subarray(space + 1, length - 1));
    const equals = record.indexOf("=");
    fields.set(record.slice(0, equals), record.slice(equals + 1));
    rest = rest.subarray(length);
  }
  return fields;
}

function textAt(block: Uint8Array, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return decode(end === -1 ? field : field.subarray(0, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Error("a name is not UTF-8");
  }
}

/** Octal text, or GNU's base-256 for what octal cannot hold. */
function numberAt(block: Uint8Array, start: number, length: number): number {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) {
    const text = Buffer.from(block.subarray(start, start + length)).toString("latin1");
    return Number.parseInt(text.replace(/[\0 ]+$/, "").trim() || "0", 8);
  }
  let value = first & 0x7f;
  for (let index = 1; index < length; index++) value = value * 256 + (block[start + index] ?? 0);
  return value;
}
