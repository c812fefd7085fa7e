import path from "node:path";
import type { Digest } from "../digest.ts";
import { layersIn } from "../image/layers/layer-cache.ts";
import { DerivedFiles, derivedLimits } from "../store/derived.ts";
import { listFiles, type StoredFile, type Use, useOf } from "../store/list-files.ts";
import type { Store } from "../store/store.ts";

/** What a store holds, by what it is for. */
export type StorePart = "downloads" | "layers" | "packages" | "indexes" | "notes" | "unfinished";

/** How much a store holds of one thing. */
export interface PartUse extends Use {
  readonly part: StorePart;
  /** What is held to at most, in bytes; absent: nothing removes it by itself. */
  readonly limitBytes?: number;
}

/**
 * What is made anew when it is missing; downloads are not, since what has left a mirror cannot be
 * had again.
 */
const prunable = ["layers", "packages", "indexes"] as const satisfies readonly StorePart[];

/** How much a store holds. */
export async function measureStore(store: Store): Promise<readonly PartUse[]> {
  const parts = await partsOf(store);
  return [...parts].map(([part, files]) => ({
    part,
    ...useOf(files),
    ...(part === "packages" || part === "indexes" ? { limitBytes: derivedLimits[part] } : {}),
  }));
}

/** Remove what can be made anew and nobody used for so long. Resolves with what was removed. */
export async function pruneStore(
  store: Store,
  options: { readonly unusedForMs: number; readonly nowMs: number },
): Promise<readonly PartUse[]> {
  const { unusedForMs, nowMs } = options;
  const parts = await partsOf(store);
  const removed: PartUse[] = [];
  for (const part of prunable) {
    const unused = (parts.get(part) ?? []).filter(
      ({ usedAtMs }) => nowMs - usedAtMs >= unusedForMs,
    );
    for (const { file } of unused) await removeFile(store, part, file);
    removed.push({ part, ...useOf(unused) });
  }
  return removed;
}

async function removeFile(
  store: Store,
  part: (typeof prunable)[number],
  file: string,
): Promise<void> {
  if (part === "layers") await store.remove(digestOf(file));
  else await new DerivedFiles(store, part).remove(path.basename(file));
}

async function partsOf(store: Store): Promise<ReadonlyMap<StorePart, readonly StoredFile[]>> {
  const isLayer = await layersIn(store);
  const blobs = Map.groupBy(await listFiles(path.join(store.directory, "blobs")), ({ file }) =>
    isLayer(digestOf(file)) ? "layers" : "downloads",
  );
  return new Map([
    ["downloads", blobs.get("downloads") ?? []],
    ["layers", blobs.get("layers") ?? []],
    ["packages", await new DerivedFiles(store, "packages").list()],
    ["indexes", await new DerivedFiles(store, "indexes").list()],
    ["notes", await listFiles(path.join(store.directory, "notes"))],
    ["unfinished", await listFiles(path.join(store.directory, "tmp"))],
  ]);
}

/** A blob's name is its digest. */
function digestOf(file: string): Digest {
  return `sha256:${path.basename(file)}`;
}
