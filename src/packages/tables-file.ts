import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { SpoolFile } from "./spool-file.ts";
import { type GrowingTexts, type Texts, TextTable, TextTableBuilder } from "./text-table.ts";

/**
 * A file of tables: a line that says its form, all texts, the head of each table, how long each of
 * these is, how many there are, and the SHA-256 of all before it. Numbers take four bytes.
 */
const HASH_BYTES = 32;
const NUMBER_BYTES = 4;
const PIECE_BYTES = 1024 * 1024;
/** No index has more. */
const MOST_TABLES = 16;

/** Writes tables into a file, their texts as they come, so that they take no memory. */
export class TablesWriter implements GrowingTexts, Disposable {
  readonly #hash = createHash("sha256");
  readonly #file: SpoolFile;
  readonly #tables: TextTable[] = [];

  /** Throws what the file system throws, as all of it does. */
  constructor(file: string, form: string) {
    this.#file = new SpoolFile(file, this.#hash);
    this.#file.write(firstLine(form));
  }

  add(text: string | Uint8Array): number {
    const start = this.#file.offset;
    this.#file.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
    return start;
  }

  /** Nothing is read before the file is finished. */
  read(): never {
    throw new Error("a file of tables is read when it is finished");
  }

  /** For a table whose texts go into the file right away. */
  newTable(): TextTableBuilder {
    return new TextTableBuilder(this);
  }

  /** Take a table in, its texts, too, where they are not in the file already. */
  addTable(table: TextTable): void {
    this.#tables.push(table.place === this ? table : table.movedTo(this));
  }

  finish(): void {
    const heads = this.#tables.map(({ head }) => head);
    const lengths = [...heads.map((head) => head.length), heads.length];
    for (const piece of [...heads, ...lengths.map(number)]) this.#file.write(piece);
    this.#file.flush();
    this.#file.write(this.#hash.copy().digest());
    this.#file.flush();
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/**
 * The tables of a file that this process has written; of a text nothing is read before it is asked
 * for. Throws what the file system throws.
 */
export function readTables(file: string): readonly TextTable[] {
  const texts = new TextsOfFile(file);
  const end = texts.sizeBytes - HASH_BYTES - NUMBER_BYTES;
  const numberAt = (at: number): number => texts.bytes(at, at + NUMBER_BYTES).readUInt32LE(0);
  const count = numberAt(end);
  if (count > MOST_TABLES) throw new Error("a file has more tables than any index");
  const lengthsAt = end - count * NUMBER_BYTES;
  const lengths = Array.from({ length: count }, (_, at) => numberAt(lengthsAt + at * NUMBER_BYTES));
  let at = lengthsAt - lengths.reduce((sum, length) => sum + length, 0);
  return lengths.map((length) => {
    at += length;
    return new TextTable(texts.bytes(at - length, at), texts);
  });
}

/**
 * The tables of a file that may be damaged, or of another form: undefined then. All of it is read
 * once for that. Throws what the file system throws.
 */
export async function openTables(
  file: string,
  form: string,
): Promise<readonly TextTable[] | undefined> {
  return (await isWhole(file, form)) ? readTables(file) : undefined;
}

async function isWhole(file: string, form: string): Promise<boolean> {
  await using handle = await open(file);
  const hash = createHash("sha256");
  const line = firstLine(form);
  const { size } = await handle.stat();
  const end = size - HASH_BYTES;
  if (end < line.length) return false;
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  for (let at = 0; at < end;) {
    const length = Math.min(PIECE_BYTES, end - at);
    const { bytesRead } = await handle.read(buffer, 0, length, at);
    if (bytesRead === 0) return false;
    if (at === 0 && !buffer.subarray(0, Math.min(line.length, bytesRead)).equals(line))
      return false;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  const { buffer: told } = await handle.read(Buffer.alloc(HASH_BYTES), 0, HASH_BYTES, end);
  return hash.digest().equals(told);
}

/** Open files end with the index that reads them, which nobody disposes of. */
const closing = new FinalizationRegistry<number>((descriptor) => closeSync(descriptor));

/** Whoever makes room may remove the file: what is open stays. */
class TextsOfFile implements Texts {
  readonly #descriptor: number;
  readonly sizeBytes: number;

  constructor(file: string) {
    this.#descriptor = openSync(file, "r");
    closing.register(this, this.#descriptor);
    this.sizeBytes = fstatSync(this.#descriptor).size;
  }

  read(start: number, end: number): string {
    return this.bytes(start, end).toString("latin1");
  }

  bytes(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - start);
    for (let at = 0; at < bytes.length;) {
      const length = readSync(this.#descriptor, bytes, at, bytes.length - at, start + at);
      if (length === 0) throw new Error("a file of tables was cut while it was read");
      at += length;
    }
    return bytes;
  }
}

function firstLine(form: string): Buffer {
  return Buffer.from(`qclock index 3 ${form}\n`, "latin1");
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(NUMBER_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
}
