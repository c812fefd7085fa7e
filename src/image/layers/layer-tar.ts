import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import { readReal } from "../../project/open.ts";
import type { Digest } from "../../digest.ts";
import { toStoreError } from "../../store/store-error.ts";
import type { Store } from "../../store/store.ts";
import type { DraftEntry } from "./draft.ts";
import type { Layer, LayerEntry } from "./layer.ts";

const BLOCK = 512;
const BUFFER = 1024 * 1024;
/** What seven octal digits hold; larger owners stand in a pax header. */
const LARGEST_ID = 0o7777777;

/**
 * Write entries as one uncompressed tar into the store: ustar, with a pax header only where a name is too
 * long for it, numeric owners, no names, no times but the one second-precise mtime. The same entries
 * give the same bytes on every machine. Entries must be sorted.
 */
export async function writeLayer(request: {
  readonly entries: readonly DraftEntry[];
  readonly kind: Layer["kind"];
  /** Newest mtime that an entry may have, seconds since 1970. */
  readonly epoch: number;
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<Layer> {
  const { entries, kind, epoch, store, signal } = request;
  await using temporary = await store.createTemporary();
  const written: LayerEntry[] = [];
  let diffId: Digest;
  let sizeBytes: number;
  try {
    await using file = await open(temporary.path, "w");
    const tar = new TarWriter(file);
    await using sources = new SourceFiles();
    for (const entry of entries) {
      signal.throwIfAborted();
      const mtime = Math.min(entry.mtime, epoch);
      await tar.writeHeader(entry, mtime);
      if (entry.type !== "file") {
        written.push(toLayerEntry(entry, { mtime }));
        continue;
      }
      const offset = tar.offset;
      const content = sources.read(entry.content, entry);
      const digest = await tar.writeContent(entry.path, entry.size, content);
      // The inputs' digest has been told as the layer's key, so other bytes must not go by it.
      if (entry.digest !== undefined && entry.digest !== digest) throw changed(entry.path);
      // Where it was known, the same string rather than an equal one: there may be very many.
      written.push(toLayerEntry(entry, { mtime, offset, digest: entry.digest ?? digest }));
    }
    ({ diffId, sizeBytes } = await tar.end());
  } catch (error) {
    throw toStoreError(error, store.directory);
  }
  const path = await temporary.commit(diffId);
  return { diffId, sizeBytes, path, kind, entries: written };
}

/** Written out: a rest without its content would take twice the memory, and there may be very many. */
function toLayerEntry(
  { path, type, mode, uid, gid, size, linkTarget, digest, origin }: DraftEntry,
  known: Pick<LayerEntry, "mtime" | "offset" | "digest">,
): LayerEntry {
  const own = {
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(digest === undefined ? {} : { digest }),
  };
  return { path, type, mode, uid, gid, size, origin, ...own, ...known };
}

class TarWriter {
  readonly #file: FileHandle;
  readonly #hash = createHash("sha256");
  #buffer = Buffer.allocUnsafe(BUFFER);
  #used = 0;
  offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async writeHeader(entry: DraftEntry, mtime: number): Promise<void> {
    const name = entry.type === "directory" ? `${entry.path}/` : entry.path;
    const link = entry.linkTarget ?? "";
    const pax: string[] = [];
    if (Buffer.byteLength(name) > 100) pax.push(paxRecord("path", name));
    if (Buffer.byteLength(link) > 100) pax.push(paxRecord("linkpath", link));
    if (entry.size > 0o77777777777) pax.push(paxRecord("size", String(entry.size)));
    if (entry.uid > LARGEST_ID) pax.push(paxRecord("uid", String(entry.uid)));
    if (entry.gid > LARGEST_ID) pax.push(paxRecord("gid", String(entry.gid)));
    if (pax.length > 0) {
      const body = Buffer.from(pax.join(""));
      await this.#put(
        header({
          ...entry,
          name: "././@PaxHeader",
          link: "",
          mode: 0o644,
          uid: 0,
          gid: 0,
          mtime: 0,
          size: body.length,
          flag: "x",
        }),
      );
      await this.#put(body);
      await this.#pad(body.length);
    }
    await this.#put(header({ ...entry, mtime, name, link, flag: FLAGS[entry.type] }));
  }

  /** Returns the digest of the content. Throws when it is not as long as its header says. */
  async writeContent(
    path: string,
    size: number,
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<Digest> {
    const hash = createHash("sha256");
    const start = this.offset;
    for await (const piece of pieces) {
      hash.update(piece);
      await this.#put(piece);
    }
    if (this.offset - start !== size) throw changed(path);
    await this.#pad(size);
    return `sha256:${hash.digest("hex")}`;
  }

  async end(): Promise<{ diffId: Digest; sizeBytes: number }> {
    await this.#put(Buffer.alloc(2 * BLOCK));
    await this.#flush();
    return { diffId: `sha256:${this.#hash.digest("hex")}`, sizeBytes: this.offset };
  }

  async #pad(size: number): Promise<void> {
    const rest = size % BLOCK;
    if (rest > 0) await this.#put(Buffer.alloc(BLOCK - rest));
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.offset += bytes.length;
    for (let from = 0; from < bytes.length;) {
      const count = Math.min(BUFFER - this.#used, bytes.length - from);
      this.#buffer.set(bytes.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
      if (this.#used === BUFFER) await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    if (this.#used === 0) return;
    const full = this.#buffer.subarray(0, this.#used);
    this.#hash.update(full);
    // `writeFile` goes on after a short write, as a disk that is nearly full gives; `write` does not.
    await this.#file.writeFile(full);
    this.#used = 0;
  }
}

/** Keeps the file that is being read open: a package's files come from one spool, mostly in its order. */
class SourceFiles implements AsyncDisposable {
  readonly #open = new Map<string, FileHandle>();
  readonly #buffer = Buffer.allocUnsafe(BUFFER);

  async *read(
    content: DraftEntry["content"],
    { path, size }: Pick<DraftEntry, "path" | "size">,
  ): AsyncGenerator<Uint8Array> {
    if (content === undefined) return;
    if (content.type === "bytes") {
      yield content.bytes;
      return;
    }
    if (content.type === "host") {
      yield* readHostFile(content.file, { path, size });
      return;
    }
    const file = this.#open.get(content.file) ?? (await open(content.file));
    this.#open.set(content.file, file);
    let position = content.offset;
    const end = content.offset + size;
    while (position < end) {
      const length = Math.min(BUFFER, end - position);
      const { bytesRead } = await file.read(this.#buffer, 0, length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield this.#buffer.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((file) => file.close()));
  }
}

/** A file of the project and, should it have grown, one byte more, so that the caller sees that. */
async function* readHostFile(
  file: string,
  { path, size }: Pick<DraftEntry, "path" | "size">,
): AsyncGenerator<Uint8Array> {
  try {
    yield* readReal(file, { maximumBytes: size + 1 });
  } catch (error) {
    if (error instanceof QclockError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new QclockError("build-failed", `/${path} cannot be read any more: ${reason}.`, {
      cause: error,
      hint: "Build again when nothing removes or replaces it.",
    });
  }
}

function changed(path: string): QclockError {
  return new QclockError("build-failed", `/${path} changed while it was read.`, {
    hint: "Build again when nothing writes to it.",
  });
}

const FLAGS = { file: "0", hardlink: "1", symlink: "2", directory: "5" } as const;

function header(fields: {
  readonly name: string;
  readonly link: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
}): Buffer {
  const block = Buffer.alloc(BLOCK);
  putText(block, 0, 100, fields.name);
  putOctal(block, 100, 8, fields.mode);
  putOctal(block, 108, 8, Math.min(fields.uid, LARGEST_ID));
  putOctal(block, 116, 8, Math.min(fields.gid, LARGEST_ID));
  putOctal(block, 124, 12, Math.min(fields.size, 0o77777777777));
  putOctal(block, 136, 12, fields.mtime);
  block.fill(0x20, 148, 156);
  block.write(fields.flag, 156, "latin1");
  putText(block, 157, 100, fields.link);
  block.write("ustar\u000000", 257, "latin1");
  putOctal(block, 329, 8, 0);
  putOctal(block, 337, 8, 0);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** Cut at a whole character; the full name stands in the pax header. */
function putText(block: Buffer, start: number, length: number, text: string): void {
  const bytes = Buffer.from(text);
  let end = Math.min(bytes.length, length);
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  bytes.copy(block, start, 0, end);
}

function putOctal(block: Buffer, start: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(body);
  let length = size + String(size).length;
  if (size + String(length).length !== length) length = size + String(length).length;
  return `${length}${body}`;
}
