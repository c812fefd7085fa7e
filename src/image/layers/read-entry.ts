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
