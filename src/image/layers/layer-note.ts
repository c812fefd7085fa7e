import type { Digest } from "../../digest.ts";
import type { LayerEntry } from "./layer.ts";
import { originKey } from "./origin.ts";

/** What most paths of a layer have in common with others. */
type Attributes = Pick<LayerEntry, "type" | "mode" | "uid" | "gid" | "mtime" | "origin">;

/**
 * A layer's size and what is in it, as the store notes it. There may be very many paths, so each
 * property is a list of its own, with a place for each path, and what paths share is written once.
 */
export interface LayerNote {
  readonly sizeBytes: number;
  readonly attributes: readonly Attributes[];
  readonly paths: readonly string[];
  /** Of each path the number of its attributes. */
  readonly kinds: readonly number[];
  readonly sizes: readonly number[];
  /** Links' targets, and files' digests; 0: neither. */
  readonly contents: readonly (string | 0)[];
  /** Where files' contents start; -1: nowhere. */
  readonly offsets: readonly number[];
}

export function toLayerNote(sizeBytes: number, entries: readonly LayerEntry[]): LayerNote {
  const numbers = new Map<string, number>();
  const attributes: Attributes[] = [];
  const kinds = entries.map(({ type, mode, uid, gid, mtime, origin }) => {
    const key = `${type} ${mode} ${uid} ${gid} ${mtime} ${originKey(origin)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, attributes.length);
    return attributes.push({ type, mode, uid, gid, mtime, origin }) - 1;
  });
  return {
    sizeBytes,
    attributes,
    paths: entries.map(({ path }) => path),
    kinds,
    sizes: entries.map(({ size }) => size),
    contents: entries.map(({ linkTarget, digest }) => linkTarget ?? digest ?? 0),
    offsets: entries.map(({ offset = -1 }) => offset),
  };
}

export function fromLayerNote(note: LayerNote): readonly LayerEntry[] {
  return note.paths.flatMap((path, index) => {
    const shared = note.attributes[note.kinds[index] ?? -1];
    if (shared === undefined) return [];
    const content = note.contents[index] ?? 0;
    const offset = note.offsets[index] ?? -1;
    return {
      path,
      ...shared,
      size: note.sizes[index] ?? 0,
      ...(shared.type !== "file" && content !== 0 ? { linkTarget: content } : {}),
      ...(shared.type === "file" && isDigest(content) ? { digest: content } : {}),
      ...(offset === -1 ? {} : { offset }),
    };
  });
}

/** The store is the user's own; a note that was cut short does not parse, so its shape alone is looked at. Older ones have another. */
export function isLayerNote(value: unknown): value is LayerNote {
  return (
    typeof value === "object" &&
    value !== null &&
    "sizeBytes" in value &&
    typeof value.sizeBytes === "number" &&
    "attributes" in value &&
    Array.isArray(value.attributes) &&
    value.attributes.every((each: unknown) => hasOrigin(each)) &&
    ["paths", "kinds", "sizes", "contents", "offsets"].every((key) =>
      Array.isArray(Reflect.get(value, key)),
    )
  );
}

function hasOrigin(attributes: unknown): boolean {
  return (
    typeof attributes === "object" &&
    attributes !== null &&
    "origin" in attributes &&
    typeof attributes.origin === "object"
  );
}

export function isDigest(value: unknown): value is Digest {
  return typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value);
}
