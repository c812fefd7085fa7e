import { recallEntries } from "../../image/layers/layer-cache.ts";
import type { LayerEntry } from "../../image/layers/layer-entry.ts";
import { fitsManifest } from "../../packages/lock/foresee.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { Lock } from "../../packages/package.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";

/**
 * What the packages of each image bring, of the images whose packages layer was made here before by
 * the lock that fits the manifest. Nothing is asked of anybody.
 */
export async function recallPackages(
  stack: Stack,
  lock: Lock | undefined,
  store: Store,
): Promise<ReadonlyMap<string, Iterable<LayerEntry>>> {
  const recalled = new Map<string, Iterable<LayerEntry>>();
  const target = lock?.targets.get(`${stack.os}/${stack.architecture}`);
  if (target === undefined || !fitsManifest(stack, target)) return recalled;
  for (const { name } of assembledImages(stack)) {
    const layer = target.images.get(name)?.packagesLayer;
    const entries = layer === undefined ? undefined : await recallEntries(layer, store);
    if (entries !== undefined) recalled.set(name, entries);
  }
  return recalled;
}
