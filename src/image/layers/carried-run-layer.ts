import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { ByteReader } from "../../archive/byte-reader.ts";
import { comparePaths } from "../../archive/path-order.ts";
import { readTarHeader, type TarHeader, tarPadding } from "../../archive/tar.ts";
import { type Digest, toDigest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import { EntryTable } from "./entry-table.ts";
import type { Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { MergedLayers } from "./merged-layers.ts";
import type { Origin } from "./origin.ts";

/** Layers of scripts that were run elsewhere and came with a bundle: notes in the store. */
const CARRIED = "carried-run-layers";

/** A bundle has brought such a layer, and whoever loaded it takes it as it is. */
export async function rememberCarried(layer: Digest, store: Store): Promise<void> {
  await store.writeNote(CARRIED, layer, true);
}

/**
 * The layer of a digest that a bundle has brought, read back with what it takes away of the layers
 * below. No other file of the store is taken for one, whatever a lock says. Undefined where it is
 * not there or cannot be read.
 */
export async function findCarried(
  diffId: Digest,
  about: { readonly below: readonly Layer[]; readonly origin: Origin; readonly store: Store },
): Promise<Layer | undefined> {
  const { below, origin, store } = about;
  if ((await store.readNote(CARRIED, diffId)) !== true) return undefined;
  const path = await store.find(diffId);
  if (path === undefined) return undefined;
  const { size: sizeBytes } = await stat(path);
  const entries = await readEntries(path, below, origin).catch(() => undefined);
  return entries === undefined ? undefined : { diffId, sizeBytes, path, kind: "run", entries };
}

async function readEntries(
  path: string,
  below: readonly Layer[],
  origin: Origin,
): Promise<EntryTable> {
  const source = createReadStream(path);
  const tar = new ByteReader(source);
  const found = new Map<string, LayerEntry>();
  const view = new MergedLayers(below);
  const next = (): ReturnType<typeof readTarHeader> => readTarHeader(tar, { mayTakeAway: true });
  try {
    for (let header = await next(); header !== undefined; header = await next()) {
      const { offset } = tar;
      const { takesAway, ...entry } = header;
      const hash = createHash("sha256");
      for await (const piece of tar.stream(header.size)) hash.update(piece);
      await tar.skip(tarPadding(header.size));
      if (takesAway === true) found.set(entry.path, { ...gone(entry.path), origin });
      else if (entry.type === "file")
        found.set(entry.path, { ...entry, offset, digest: toDigest(hash.digest("hex")), origin });
      else
        found.set(entry.path, {
          ...entry,
          origin: originOf(entry, view.get(entry.path)) ?? origin,
        });
    }
  } finally {
    await tar.close();
    source.destroy();
  }
  addImplied(found, view, origin);
  return EntryTable.of([...found.values()].toSorted((a, b) => comparePaths(a.path, b.path)));
}

/** A folder that is as it was is in the layer for what it holds. */
function originOf(entry: TarHeader, below: LayerEntry | undefined): Origin | undefined {
  const isSame =
    entry.type === "directory" &&
    below?.type === "directory" &&
    entry.mode === below.mode &&
    entry.uid === below.uid &&
    entry.gid === below.gid;
  return isSame ? below.origin : undefined;
}

/** With a folder all that was in it is gone, also where something else is in its place. */
function addImplied(found: Map<string, LayerEntry>, view: MergedLayers, origin: Origin): void {
  const own = [...found.values()];
  for (const { path, type } of own) {
    if (type === "directory" || view.get(path)?.type !== "directory") continue;
    for (const below of new Set(view.pathsFrom(`${path}/`)))
      if (view.get(below) !== undefined) found.set(below, { ...gone(below), origin });
  }
}

function gone(path: string): Omit<LayerEntry, "origin"> {
  return { path, type: "whiteout", mode: 0, uid: 0, gid: 0, mtime: 0, size: 0 };
}
