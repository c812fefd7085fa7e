import path from "node:path";
import type { Digest } from "../../digest.ts";
import type { ImagePython } from "../../packages/image-python.ts";
import type { LockedWheel } from "../../packages/package.ts";
import { toStoreError } from "../../store/store-error.ts";
import type { Store } from "../../store/store.ts";
import { makeSpoolFolder } from "../../store/spool-folder.ts";
import { installWheel } from "../wheels/installed-wheel.ts";
import { WheelPlacer } from "../wheels/place-wheel.ts";
import { unpackWheel } from "../wheels/unpack-wheel.ts";
import { LayerDraft } from "./draft.ts";
import type { Layer } from "./layer.ts";
import { writeLayer } from "./layer-tar.ts";
import { MergedLayers } from "./merged-layers.ts";

/**
 * The layer of an image's Python packages, between its artifacts and the manifest's files. All that
 * it holds belongs to root, and is as old as the newest package.
 *
 * Throws `wheel-corrupt`, `file-conflict`, `disk-full`.
 */
export async function buildWheelsLayer(request: {
  readonly image: string;
  readonly wheels: readonly LockedWheel[];
  readonly python: ImagePython;
  readonly below: readonly Layer[];
  readonly epoch: number;
  /** Path of a wheel's file in the store, fetched when it is not there yet. */
  readonly filePath: (digest: Digest) => Promise<string>;
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<Layer> {
  const { image, wheels, python, below, epoch, store, signal } = request;
  try {
    await using folder = await makeSpoolFolder(store, "wheels");
    const draft = new LayerDraft(new MergedLayers(below), epoch);
    const placer = new WheelPlacer(image, draft, epoch);
    for (const [index, wheel] of wheels.entries()) {
      signal.throwIfAborted();
      const spool = path.join(folder.path, String(index));
      const unpacked = await unpackWheel({
        wheel,
        path: await request.filePath(wheel.digest),
        spool,
        storeDirectory: store.directory,
        signal,
      });
      for (const file of await installWheel(unpacked, wheel, python))
        placer.add(wheel, file, spool);
    }
    return await writeLayer({ entries: draft.sorted(), kind: "wheels", epoch, store, signal });
  } catch (error) {
    throw toStoreError(error, store.directory);
  }
}
