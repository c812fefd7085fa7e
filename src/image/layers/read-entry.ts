import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";

/** The content of a regular file as the topmost layer that holds it has it. */
export async function readEntry(
  layers: readonly Layer[],
  entry: Pick<LayerEntry, "path" | "size">,
): Promise<Buffer> {
  for (const layer of layers.toReversed()) {
    const found = layer.entries.find(entry.path);
    if (found?.offset === undefined) continue;
    await using file = await open(layer.path);
    const { buffer } = await file.read(Buffer.alloc(found.size), 0, found.size, found.offset);
    return buffer;
  }
  throw new Error(`/${entry.path} is a file of no layer`);
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

  /** Throws a `RangeError` for what lies outside of the file. */
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
