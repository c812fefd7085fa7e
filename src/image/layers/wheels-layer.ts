import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "../../digest.ts";
import type { ImagePython } from "../../packages/image-python.ts";
import type { LockedWheel } from "../../packages/package.ts";
import { makePrivateFolder } from "../../store/private-folder.ts";
import { toStoreError } from "../../store/store-error.ts";
import type { Store } from "../../store/store.ts";
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
  const spoolFolder = path.join(store.directory, "tmp", `wheels-${randomUUID()}`);
  try {
    await makePrivateFolder(spoolFolder);
    const draft = new LayerDraft(new MergedLayers(below), epoch);
    const placer = new WheelPlacer(image, draft, epoch);
    for (const [index, wheel] of wheels.entries()) {
      signal.throwIfAborted();
      const spool = path.join(spoolFolder, String(index));
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
  } finally {
    // What cannot be removed now is removed a day later by whoever opens the store.
    await rm(spoolFolder, { recursive: true, force: true }).catch(() => undefined);
  }
}
