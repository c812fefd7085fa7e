import { stat } from "node:fs/promises";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import type { Layer, LayerEntry } from "./layer.ts";
import { fromLayerNote, isDigest, isLayerNote, toLayerNote } from "./layer-note.ts";

/** Which layer some inputs gave, and what is in a layer. Both are notes in the store: absent, the layer is made again. */
const BY_INPUTS = "layer-by-inputs";
const ENTRIES = "layer-paths";

/** The layer that the inputs gave before, if the store still holds it whole. */
export async function recallLayer(
  inputs: Digest,
  kind: Layer["kind"],
  store: Store,
): Promise<Layer | undefined> {
  const diffId = await store.readNote(BY_INPUTS, inputs);
  if (!isDigest(diffId)) return undefined;
  const path = await store.find(diffId);
  if (path === undefined) return undefined;
  const note = await store.readNote(ENTRIES, diffId);
  if (!isLayerNote(note)) return undefined;
  // A file that was cut short keeps its name; made again it takes that file's place.
  const { size } = await stat(path);
  if (size !== note.sizeBytes) return undefined;
  return { diffId, path, kind, sizeBytes: note.sizeBytes, entries: fromLayerNote(note) };
}

/** What is in a layer that was made here before, whether or not the layer itself is still at hand. */
export async function recallEntries(
  diffId: Digest,
  store: Store,
): Promise<readonly LayerEntry[] | undefined> {
  const note = await store.readNote(ENTRIES, diffId);
  return isLayerNote(note) ? fromLayerNote(note) : undefined;
}

/** Remember which layer the inputs gave. The entries first, so that a layer that is found has them. */
export async function rememberLayer(inputs: Digest, layer: Layer, store: Store): Promise<void> {
  const { diffId, sizeBytes, entries } = layer;
  await store.writeNote(ENTRIES, diffId, toLayerNote(sizeBytes, entries));
  await store.writeNote(BY_INPUTS, inputs, diffId);
}
