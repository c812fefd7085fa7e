import type { Stack } from "../../stack/stack.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { LockedImage, LockTarget } from "../package.ts";

/**
 * A new target with the layers that the former one names for each image of which nothing that its
 * layer is made from has changed: the packages of it and of what it stands on, the newest build
 * among these, the manifest's inputs.
 */
export function carryLayers(
  stack: Stack,
  former: LockTarget | undefined,
  target: LockTarget,
): LockTarget {
  if (former?.inputs !== target.inputs) return target;
  const images = new Map(target.images);
  const same = new Set<string>();
  for (const { name, parent } of assembledImages(stack)) {
    const before = former.images.get(name);
    const now = target.images.get(name);
    if (before === undefined || now === undefined || !hasSamePackages(before, now)) continue;
    if (parent !== undefined && !same.has(parent)) continue;
    same.add(name);
    const { packagesLayer, runLayer } = before;
    images.set(name, {
      ...now,
      ...(packagesLayer === undefined ? {} : { packagesLayer }),
      ...(runLayer === undefined ? {} : { runLayer }),
    });
  }
  return { ...target, images };
}

function hasSamePackages(one: LockedImage, other: LockedImage): boolean {
  return (
    one.newestBuild === other.newestBuild &&
    one.packages.length === other.packages.length &&
    one.packages.every(({ digest }, index) => digest === other.packages[index]?.digest)
  );
}
