import { stat } from "node:fs/promises";
import type { Digest } from "../../digest.ts";
import type { LeftScript } from "../../packages/installation.ts";
import { markUsed } from "../../store/derived.ts";
import type { Store } from "../../store/store.ts";
import { type ReadBelow, readsTheSame, shapesOf } from "./below.ts";
import type { EntryTable } from "./entry-table.ts";
import { isOfPackages, type Layer } from "./layer.ts";
import { decodeLayerNote, encodeLayerNote } from "./layer-note.ts";

/**
 * Which layer some inputs gave, over these layers and over layers of this shape, and what is in a
 * layer. All are notes in the store: absent, the layer is made again.
 */
const BY_INPUTS = "layer-by-inputs";
const BY_SHAPE = "layer-by-shape";
const ENTRIES = "layer-entries";

/** By what a layer is remembered. */
export interface LayerKey {
  readonly kind: Layer["kind"];
  /** Digest of what the layer is made from, when these stand for the layers below. */
  readonly inputs: (below: readonly Digest[]) => Digest;
  readonly below: readonly Layer[];
}

/** A layer that was just made, and which contents of the layers below had a part in it. */
export interface MadeLayer {
  readonly layer: Layer;
  readonly reads: ReadBelow;
  /**
   * Of packages: their scripts that did not run to their end, and of which nothing is in the layer.
   */
  readonly left?: readonly LeftScript[];
}

/** Layers that a run has recalled, by what they were made from: each is looked for once. */
export type RecalledLayers = Map<Digest, Promise<Layer | undefined>>;

/**
 * The layer that the inputs gave before, if the store still holds it whole: over the same layers,
 * or over others that differ in nothing that it was made from. What is found is `recalled` the next
 * time.
 */
export async function recallLayer(
  key: LayerKey,
  store: Store,
  recalled: RecalledLayers = new Map(),
): Promise<Layer | undefined> {
  const exact = exactKey(key);
  const looking = recalled.get(exact) ?? lookForLayer(key, exact, store);
  recalled.set(exact, looking);
  const layer = await looking.catch(() => undefined);
  // It may be made meanwhile.
  if (layer === undefined) recalled.delete(exact);
  return await looking;
}

async function lookForLayer(
  key: LayerKey,
  exact: Digest,
  store: Store,
): Promise<Layer | undefined> {
  const diffId = await store.readNote(BY_INPUTS, exact);
  if (isDigest(diffId)) return await findLayer(diffId, key.kind, store);
  const shape = shapeKey(key);
  const note = shape === undefined ? undefined : await store.readNote(BY_SHAPE, shape);
  if (!isShapeNote(note) || !readsTheSame(key.below, new Map(note.reads))) return undefined;
  const layer = await findLayer(note.layer, key.kind, store);
  // So that the next run need not look at what is below.
  if (layer !== undefined) await store.writeNote(BY_INPUTS, exact, layer.diffId);
  return layer;
}

/**
 * Remember which layer the inputs gave. The entries first, so that a layer that is found has them.
 */
export async function rememberLayer(key: LayerKey, made: MadeLayer, store: Store): Promise<void> {
  const { diffId } = made.layer;
  await store.writeNoteBytes(ENTRIES, diffId, encodeLayerNote(made.layer));
  const shape = shapeKey(key);
  const note: ShapeNote = { layer: diffId, reads: [...made.reads] };
  await Promise.all([
    store.writeNote(BY_INPUTS, exactKey(key), diffId),
    shape === undefined ? undefined : store.writeNote(BY_SHAPE, shape, note),
  ]);
}

function exactKey({ inputs, below }: LayerKey): Digest {
  return inputs(below.map(({ diffId }) => diffId));
}

/**
 * Undefined where layers of the same shape are the same layers, and for scripts that are run: of
 * these nobody sees what they look at.
 */
function shapeKey({ kind, inputs, below }: LayerKey): Digest | undefined {
  if (kind === "run" || below.every(isOfPackages)) return undefined;
  return inputs(shapesOf(below));
}

interface ShapeNote {
  readonly layer: Digest;
  readonly reads: readonly (readonly [path: string, seen: string])[];
}

/** The store is the user's own; its notes' shape alone is looked at. */
function isShapeNote(value: unknown): value is ShapeNote {
  return (
    typeof value === "object" &&
    value !== null &&
    "layer" in value &&
    isDigest(value.layer) &&
    "reads" in value &&
    Array.isArray(value.reads)
  );
}

async function findLayer(
  diffId: Digest,
  kind: Layer["kind"],
  store: Store,
): Promise<Layer | undefined> {
  const path = await store.find(diffId);
  if (path === undefined) return undefined;
  const note = decodeLayerNote(await store.readNoteBytes(ENTRIES, diffId));
  if (note === undefined) return undefined;
  // A file that was cut short keeps its name; made again it takes that file's place.
  const { size } = await stat(path);
  if (size !== note.sizeBytes) return undefined;
  await markUsed(path);
  return { diffId, path, kind, ...note };
}

/** Tells which blobs of a store are layers that were made here. */
export async function layersIn(store: Store): Promise<(digest: string) => boolean> {
  const keys = await store.noteKeys(ENTRIES);
  return (digest) => keys.has(digest.replace(":", "_"));
}

/**
 * What is in a layer that was made here before, whether or not the layer itself is still at hand.
 */
export async function recallEntries(diffId: Digest, store: Store): Promise<EntryTable | undefined> {
  return decodeLayerNote(await store.readNoteBytes(ENTRIES, diffId))?.entries;
}

function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);
}
