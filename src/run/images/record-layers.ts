import { targetKey } from "../../packages/lock/lock-packages.ts";
import type { Lock } from "../../packages/package.ts";
import type { RunContext } from "../context.ts";
import type { BuiltImages } from "./built-images.ts";
import type { PreparedImages } from "./prepare-images.ts";

/**
 * The first build writes the digests of the layers that packages and their scripts make into the
 * lock; every later one must give the same. Resolves with the lock as it is then.
 */
export async function recordLayers(
  context: Pick<RunContext, "lockMode" | "writeLock">,
  { lock, target }: Pick<PreparedImages, "lock" | "target">,
  builtImages: Pick<BuiltImages, "lockedLayers">,
): Promise<Lock> {
  if (context.lockMode === "locked") return lock;
  const layers = await builtImages.lockedLayers();
  let isNew = false;
  const images = new Map(
    [...target.images].map(([name, image]) => {
      const recorded = { ...layers.get(name), ...image };
      const { packagesLayer, runLayer } = image;
      isNew ||= recorded.packagesLayer !== packagesLayer || recorded.runLayer !== runLayer;
      return [name, recorded] as const;
    }),
  );
  if (!isNew) return lock;
  const targets = new Map(lock.targets).set(targetKey(target), { ...target, images });
  const recorded = { ...lock, targets };
  await context.writeLock(recorded);
  return recorded;
}
