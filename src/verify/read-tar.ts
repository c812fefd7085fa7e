import { QclockError } from "../error.ts";

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
 * Read a tar member by member without keeping more of each than is wanted. `wanted` says how many of a
 * member's first bytes to keep. Understands what Go's archive/tar writes: ustar, pax and GNU long names.
 */
export async function* readTar(
  input: AsyncIterable<Uint8Array>,
  wanted: (path: string, size: number) => number,
): AsyncGenerator<TarMember> {
  const reader = new BlockReader(input);
  let pax = new Map<string, string>();
  let longName: string | undefined;
  let longLink: string | undefined;
  for (;;) {
    const header = await reader.take(blockSize);
    if (header === undefined || header.every((byte) => byte === 0)) return;
    const kind = String.fromCharCode(header[156] ?? 0);
    const size = Number(pax.get("size") ?? number(header, 124, 12));
    if (kind === "x" || kind === "g" || kind === "L" || kind === "K") {
      const content = await reader.content(size, size);
      if (kind === "x") pax = paxRecords(content);
      if (kind === "L") longName = text(content, 0, content.length);
      if (kind === "K") longLink = text(content, 0, content.length);
      continue;
    }
    const prefix =
      text(header, 257, 5) === "ustar" && header[263] === 0x30 ? text(header, 345, 155) : "";
    const name = text(header, 0, 100);
    const path = plain(pax.get("path") ?? longName ?? (prefix === "" ? name : `${prefix}/${name}`));
    const linkTarget = pax.get("linkpath") ?? longLink ?? text(header, 157, 100);
    const type = typeOf(kind);
    const content = await reader.content(size, type === "file" ? wanted(path, size) : 0);
    yield {
      path,
      type,
      mode: number(header, 100, 8) & 0o7777,
      uid: Number(pax.get("uid") ?? number(header, 108, 8)),
      gid: Number(pax.get("gid") ?? number(header, 116, 8)),
      size,
      ...(type === "symlink" ? { linkTarget } : {}),
      ...(type === "hardlink" ? { linkTarget: plain(linkTarget) } : {}),
      content,
    };
    [pax, longName, longLink] = [new Map(), undefined, undefined];
  }
}

/** Hands out exact numbers of bytes of a stream that comes in pieces of any size. */
class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  /** That many bytes; undefined at the end of the stream. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#refill())) {
        if (missing === count) return undefined;
        throw new QclockError(
          "engine-failed",
          "The Engine's archive ends in the middle of a file.",
        );
      }
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  }

  /** A member's content and the padding after it, of which only the first bytes are kept. */
  async content(size: number, kept: number): Promise<Uint8Array> {
    const first = Math.min(size, kept);
    const bytes = first === 0 ? new Uint8Array() : await this.take(first);
    await this.#skip(Math.ceil(size / blockSize) * blockSize - first);
    // A copy: the piece it was cut from may be large, and is kept alive by any part of it.
    return Uint8Array.from(bytes ?? []);
  }

  async #skip(count: number): Promise<void> {
    let missing = count;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#refill())) {
        throw new QclockError(
          "engine-failed",
          "The Engine's archive ends in the middle of a file.",
        );
      }
      const skipped = Math.min(missing, this.#rest.length);
      this.#rest = this.#rest.subarray(skipped);
      missing -= skipped;
    }
  }

  async #refill(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#rest = next.value;
    return true;
  }
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

/** An octal number, or a binary one where its first bit is set, as GNU writes numbers too large for octal. */
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
