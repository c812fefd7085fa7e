import { targetKey } from "../../packages/lock/lock-packages.ts";
import type { Lock } from "../../packages/package.ts";
import type { RunContext } from "../context.ts";
import type { BuiltImages } from "./built-images.ts";
import type { PreparedImages } from "./prepare-images.ts";

/**
 * The first build writes the digest of each packages layer into the lock; every later one must give
 * the same. Resolves with the lock as it is then.
 */
export async function recordLayers(
  context: Pick<RunContext, "lockMode" | "writeLock">,
  { lock, target }: Pick<PreparedImages, "lock" | "target">,
  builtImages: Pick<BuiltImages, "packagesLayers">,
): Promise<Lock> {
  if (context.lockMode === "locked") return lock;
  const layers = await builtImages.packagesLayers();
  let isNew = false;
  const images = new Map(
    [...target.images].map(([name, image]) => {
      const packagesLayer = image.packagesLayer ?? layers.get(name);
      isNew ||= packagesLayer !== image.packagesLayer;
      return [name, packagesLayer === undefined ? image : { ...image, packagesLayer }];
    }),
  );
  if (!isNew) return lock;
  const targets = new Map(lock.targets).set(targetKey(target), { ...target, images });
  const recorded = { ...lock, targets };
  await context.writeLock(recorded);
  return recorded;
}
