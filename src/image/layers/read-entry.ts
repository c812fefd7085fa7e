import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";

/**
 * The topmost layer that has something at a path, and the regular file that it has there: a hard
 * link's is in the link's own layer. Undefined where it is no file.
 */
export function findFile(
  layers: readonly Layer[],
  path: string,
): { readonly layer: Layer; readonly file: LayerEntry } | undefined {
  for (const layer of layers.toReversed()) {
    const entry = layer.entries.find(path);
    if (entry === undefined) continue;
    const file = entry.type === "hardlink" ? layer.entries.find(entry.linkTarget ?? "") : entry;
    return file?.type === "file" ? { layer, file } : undefined;
  }
  return undefined;
}

/** The content of a regular file as the topmost layer that holds it has it. */
export async function readEntry(
  layers: readonly Layer[],
  { path }: Pick<LayerEntry, "path">,
): Promise<Buffer> {
  const { layer, file } = findFile(layers, path) ?? {};
  if (layer === undefined || file?.offset === undefined)
    throw new Error(`/${path} is a file of no layer`);
  await using opened = await open(layer.path);
  const { buffer } = await opened.read(Buffer.alloc(file.size), 0, file.size, file.offset);
  return buffer;
}

/**
 * The chosen files of a layer that have at least so many bytes, with their first ones, which are
 * good until the next file is asked for.
 */
export async function* readHeads(
  layer: Layer,
  headBytes: number,
  isChosen: (entry: LayerEntry) => boolean,
): AsyncGenerator<readonly [LayerEntry, Uint8Array]> {
  await using file = await open(layer.path);
  const head = Buffer.alloc(headBytes);
  for (const entry of layer.entries) {
    if (entry.offset === undefined || entry.size < headBytes || !isChosen(entry)) continue;
    await file.read(head, 0, headBytes, entry.offset);
    yield [entry, head];
  }
}

/** Bytes that are kept of what was read last: a few places of a file are looked at, each often. */
const PAGE_BYTES = 4096;

/**
 * The regular files of a layer, a few bytes at a time. Reading is synchronous: very many files are
 * looked at, of each little, which is in memory since the layer was written.
 */
export class OpenLayer {
  readonly #descriptor: number;
  readonly #page = Buffer.alloc(PAGE_BYTES);
  #pageStart = -1;
  #pageEnd = -1;

  constructor(layer: Pick<Layer, "path">) {
    this.#descriptor = openSync(layer.path, "r");
  }

  /** Good until the next ones are read. Throws a `RangeError` for what lies outside of the file. */
  read(
    { offset: start, size }: Pick<LayerEntry, "offset" | "size">,
    at: number,
    length: number,
  ): Buffer {
    if (start === undefined || !(at >= 0) || at + length > size)
      throw new RangeError("outside of the file");
    const from = start + at;
    if (length > PAGE_BYTES) return this.#readInto(Buffer.alloc(length), from);
    if (from < this.#pageStart || from + length > this.#pageEnd) {
      const read = readSync(this.#descriptor, this.#page, 0, PAGE_BYTES, from);
      [this.#pageStart, this.#pageEnd] = [from, from + read];
      if (read < length) throw new RangeError("outside of the layer");
    }
    return this.#page.subarray(from - this.#pageStart, from - this.#pageStart + length);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  #readInto(buffer: Buffer, from: number): Buffer {
    const read = readSync(this.#descriptor, buffer, 0, buffer.length, from);
    if (read < buffer.length) throw new RangeError("outside of the layer");
    return buffer;
  }
}
