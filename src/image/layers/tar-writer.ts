import { createHash, hash } from "node:crypto";
import type { Digest } from "../../digest.ts";
import type { DraftEntry } from "./draft.ts";

const BLOCK = 512;
const BUFFER = 1024 * 1024;
/** What seven octal digits hold; larger owners stand in a pax header. */
const LARGEST_ID = 0o7777777;
const LARGEST_SIZE = 0o77777777777;

/**
 * Writes a tar through two buffers in turn, one of which is filled while the other is written:
 * ustar, with a pax header only where a name is too long for it, numeric owners, no names. What
 * fits into a buffer is put there without waiting, since most entries are small and many.
 */
export class TarWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #hash = createHash("sha256");
  #buffer = Buffer.alloc(BUFFER);
  #other = Buffer.alloc(BUFFER);
  #writing: Promise<void> = Promise.resolve();
  #used = 0;
  #flushed = 0;

  /** `write` has to be done with the bytes when it ends; until then it is not called again. */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Where the next byte goes. */
  get offset(): number {
    return this.#flushed + this.#used;
  }

  /** Whether so many bytes can be put without waiting. */
  hasRoom(bytes: number): boolean {
    return this.#used + bytes <= this.#buffer.length;
  }

  /** Write what is in the buffer out, so that it has room for so many bytes. */
  async makeRoom(bytes: number): Promise<void> {
    await this.#flush();
    if (bytes > this.#buffer.length) this.#buffer = Buffer.alloc(bytes);
  }

  /** There has to be room for `headerRoom` of the entry. */
  putHeader(entry: DraftEntry, mtime: number): void {
    const name = nameInTar(entry);
    const link = entry.linkTarget ?? "";
    const pax = paxRecords(entry, name, link);
    if (pax.length > 0) {
      const size = pax.length;
      const fields = { name: "././@PaxHeader", link: "", mode: 0o644, uid: 0, gid: 0, mtime: 0 };
      writeHeader(this.#take(BLOCK), { ...fields, size, flag: "x" });
      this.#take(size).set(pax);
      this.pad(size);
    }
    const { mode, uid, gid, size, type } = entry;
    writeHeader(this.#take(BLOCK), { name, link, mode, uid, gid, mtime, size, flag: FLAGS[type] });
  }

  /** There has to be room for them. Returns their digest. */
  putContent(bytes: Uint8Array): Digest {
    this.#take(bytes.length).set(bytes);
    this.pad(bytes.length);
    return `sha256:${hash("sha256", bytes, "hex")}`;
  }

  /**
   * Content that comes in pieces, without what fills its last block. Returns its digest and how
   * long it is.
   */
  async writeContent(
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
    const content = createHash("sha256");
    const start = this.offset;
    for await (const piece of pieces) {
      content.update(piece);
      for (let from = 0; from < piece.length;) {
        if (!this.hasRoom(1)) await this.#flush();
        const to = Math.min(piece.length, from + this.#buffer.length - this.#used);
        this.#take(to - from).set(piece.subarray(from, to));
        from = to;
      }
    }
    if (!this.hasRoom(BLOCK)) await this.#flush();
    return { digest: `sha256:${content.digest("hex")}`, sizeBytes: this.offset - start };
  }

  /** Fill the last block of so much content. There has to be room for it. */
  pad(size: number): void {
    this.#take(fillOf(size)).fill(0);
  }

  async end(): Promise<{ readonly diffId: Digest; readonly sizeBytes: number }> {
    if (!this.hasRoom(2 * BLOCK)) await this.#flush();
    this.#take(2 * BLOCK).fill(0);
    await this.#flush();
    await this.#writing;
    return { diffId: `sha256:${this.#hash.digest("hex")}`, sizeBytes: this.#flushed };
  }

  /** The next bytes of the buffer, to be filled. */
  #take(bytes: number): Buffer {
    const end = this.#used + bytes;
    if (end > this.#buffer.length) throw new Error("the buffer has no room");
    const taken = this.#buffer.subarray(this.#used, end);
    this.#used = end;
    return taken;
  }

  async #flush(): Promise<void> {
    if (this.#used === 0) return;
    const full = this.#buffer.subarray(0, this.#used);
    await this.#writing;
    this.#writing = this.#write(full);
    // Whoever comes next to write is told; nobody does when the layer fails for another reason.
    this.#writing.catch(() => undefined);
    this.#hash.update(full);
    this.#flushed += this.#used;
    this.#used = 0;
    [this.#buffer, this.#other] = [this.#other, this.#buffer];
  }
}

/** So many bytes at most, for all that stands before an entry's content. */
export function headerRoom({ path, linkTarget = "" }: DraftEntry): number {
  // A character takes at most three bytes of UTF-8 for each of its code units.
  return 4 * BLOCK + 3 * (path.length + linkTarget.length);
}

/** So many bytes of the tar for so much content. */
export function contentRoom(size: number): number {
  return size + fillOf(size);
}

function fillOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

const FLAGS = { file: "0", hardlink: "1", symlink: "2", directory: "5", whiteout: "0" } as const;

function nameInTar({ type, path }: DraftEntry): string {
  if (type === "directory") return `${path}/`;
  if (type !== "whiteout") return path;
  const name = path.lastIndexOf("/") + 1;
  return `${path.slice(0, name)}.wh.${path.slice(name)}`;
}

function writeHeader(
  block: Buffer,
  fields: {
    readonly name: string;
    readonly link: string;
    readonly flag: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly mtime: number;
    readonly size: number;
  },
): void {
  block.fill(0);
  // Cut at a whole character where it is too long; the full name stands in the pax header.
  block.write(fields.name, 0, 100);
  putOctal(block, 100, 8, fields.mode);
  putOctal(block, 108, 8, Math.min(fields.uid, LARGEST_ID));
  putOctal(block, 116, 8, Math.min(fields.gid, LARGEST_ID));
  putOctal(block, 124, 12, Math.min(fields.size, LARGEST_SIZE));
  putOctal(block, 136, 12, fields.mtime);
  block.fill(0x20, 148, 156);
  block.write(fields.flag, 156, "latin1");
  block.write(fields.link, 157, 100);
  block.write("ustar\u000000", 257, "latin1");
  putOctal(block, 329, 8, 0);
  putOctal(block, 337, 8, 0);
  let sum = 0;
  // By index: an iterator over all headers of a large layer shows in its time.
  for (let at = 0; at < BLOCK; at++) sum += block[at] ?? 0;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}

function putOctal(block: Buffer, start: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
}

/** A name of pax for what Linux knows as extended attributes, which engines take from layers. */
const CAPABILITIES = "SCHILY.xattr.security.capability";

function paxRecords(entry: DraftEntry, name: string, link: string): Buffer {
  const { size, uid, gid, capabilities } = entry;
  let records = "";
  if (isLong(name)) records += paxRecord("path", name);
  if (isLong(link)) records += paxRecord("linkpath", link);
  if (size > LARGEST_SIZE) records += paxRecord("size", String(size));
  if (uid > LARGEST_ID) records += paxRecord("uid", String(uid));
  if (gid > LARGEST_ID) records += paxRecord("gid", String(gid));
  const texts = Buffer.from(records);
  if (capabilities === undefined) return texts;
  // Bytes, which are no text: each is one character while the record is made.
  const value = Buffer.from(capabilities, "hex").toString("latin1");
  const record = paxRecord(CAPABILITIES, value, "latin1");
  return Buffer.concat([texts, Buffer.from(record, "latin1")]);
}

function isLong(text: string): boolean {
  return text.length > 100 || Buffer.byteLength(text) > 100;
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string, encoding: "utf8" | "latin1" = "utf8"): string {
  const body = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(body, encoding);
  let length = size + String(size).length;
  if (size + String(length).length !== length) length = size + String(length).length;
  return `${length}${body}`;
}
