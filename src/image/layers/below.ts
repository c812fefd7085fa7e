import { createHash } from "node:crypto";
import type { Digest } from "../../digest.ts";
import { digestOf } from "../../packages/canonical-json.ts";
import { isOfPackages, type Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { MergedLayers } from "./merged-layers.ts";

/** What was seen of files of the layers below that a layer was made from, by path. */
export type ReadBelow = ReadonlyMap<string, string>;

/** All that is seen of a file that is looked at. */
export function seenOf({ digest, mode, uid, gid }: LayerEntry): string {
  return `${digest} ${mode} ${uid} ${gid}`;
}

/**
 * What a layer above looks at in layers of files and artifacts, but for the contents of files:
 * folders with all that is copied from them, links, and which paths are files. A layer of packages
 * or of their scripts stands for itself: what is above knows the packages' files.
 */
export function shapesOf(layers: readonly Layer[]): readonly Digest[] {
  return layers.map((layer) => (isOfPackages(layer) ? layer.diffId : shapeOf(layer)));
}

function shapeOf({ entries }: Layer): Digest {
  const hash = createHash("sha256");
  for (const { path, type, mode, uid, gid, mtime, linkTarget, origin } of entries) {
    const seen = [path, type, mode, uid, gid, mtime, linkTarget ?? "", origin];
    hash.update(`${JSON.stringify(type === "file" ? [path] : seen)}\n`);
  }
  return digestOf({ shape: hash.digest("hex") });
}

/** Whether layers of the same shape have the same files where some were looked at. */
export function readsTheSame(layers: readonly Layer[], reads: ReadBelow): boolean {
  if (reads.size === 0) return true;
  const merged = new MergedLayers(layers);
  return [...reads].every(([path, seen]) => {
    const entry = merged.get(path);
    return entry !== undefined && seenOf(entry) === seen;
  });
}
