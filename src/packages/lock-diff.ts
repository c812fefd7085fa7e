import { compareVersions } from "./deb/version.ts";
import type { Lock, LockedPackage, LockTarget } from "./package.ts";

/** In what a lock differs from an earlier one. Targets, images and packages that are the same are left out. */
export interface LockDiff {
  readonly targets: readonly TargetDiff[];
}

export interface TargetDiff {
  /** `<os>/<architecture>` */
  readonly target: string;
  readonly change: "added" | "removed" | "changed";
  /** Repositories that were read anew, by id. */
  readonly repositories: readonly string[];
  readonly epoch?: { readonly before: number; readonly after: number };
  readonly images: readonly ImageDiff[];
}

export interface ImageDiff {
  readonly image: string;
  readonly change: "added" | "removed" | "changed";
  readonly added: readonly LockedPackage[];
  readonly removed: readonly LockedPackage[];
  readonly moved: readonly MovedPackage[];
  /** Of what is downloaded. */
  readonly sizeBytes: { readonly before: number; readonly after: number };
  /** Whether the expected digest of the packages layer is another one, or is not known any more. */
  readonly layer: "same" | "changed" | "dropped" | "recorded";
}

export interface MovedPackage {
  readonly before: LockedPackage;
  readonly after: LockedPackage;
  /** `rebuilt`: the same version with other bytes. */
  readonly direction: "newer" | "older" | "rebuilt";
}

/** Compare two locks; an absent one is empty. Sorted by target, image and package. Pure. */
export function diffLocks(before: Lock | undefined, after: Lock | undefined): LockDiff {
  const names = union(before?.targets, after?.targets);
  return {
    targets: names.flatMap((target) => {
      const diff = diffTargets(target, before?.targets.get(target), after?.targets.get(target));
      const isSame =
        diff.change === "changed" &&
        diff.images.length + diff.repositories.length === 0 &&
        diff.epoch === undefined;
      return isSame ? [] : [diff];
    }),
  };
}

function diffTargets(
  target: string,
  before: LockTarget | undefined,
  after: LockTarget | undefined,
): TargetDiff {
  const releases = new Map(
    before?.repositories.map(({ id, releaseDigest }) => [id, releaseDigest]),
  );
  const epoch =
    before === undefined || after === undefined || before.epoch === after.epoch
      ? {}
      : { epoch: { before: before.epoch, after: after.epoch } };
  return {
    target,
    change: changeOf(before, after),
    repositories: (after?.repositories ?? [])
      .filter(({ id, releaseDigest }) => releases.get(id) !== releaseDigest)
      .map(({ id }) => id),
    ...epoch,
    images: union(before?.images, after?.images).flatMap((image) => {
      const diff = diffImages(image, before?.images.get(image), after?.images.get(image));
      const count = diff.added.length + diff.removed.length + diff.moved.length;
      return diff.change === "changed" && count === 0 && diff.layer === "same" ? [] : [diff];
    }),
  };
}

type LockedImage = NonNullable<ReturnType<LockTarget["images"]["get"]>>;

function diffImages(
  image: string,
  before: LockedImage | undefined,
  after: LockedImage | undefined,
): ImageDiff {
  const old = byName(before);
  const current = byName(after);
  const moved: MovedPackage[] = [];
  for (const [name, entry] of current) {
    const earlier = old.get(name);
    if (earlier === undefined || earlier.digest === entry.digest) continue;
    const order = compareVersions(entry.version, earlier.version);
    const direction = order === 0 ? "rebuilt" : order > 0 ? "newer" : "older";
    moved.push({ before: earlier, after: entry, direction });
  }
  return {
    image,
    change: changeOf(before, after),
    added: [...current.values()].filter(({ name }) => !old.has(name)),
    removed: [...old.values()].filter(({ name }) => !current.has(name)),
    moved,
    sizeBytes: { before: sizeOf(before), after: sizeOf(after) },
    layer: layerChange(before?.packagesLayer, after?.packagesLayer),
  };
}

function layerChange(before: string | undefined, after: string | undefined): ImageDiff["layer"] {
  if (before === after) return "same";
  if (before === undefined) return "recorded";
  return after === undefined ? "dropped" : "changed";
}

function changeOf(before: unknown, after: unknown): "added" | "removed" | "changed" {
  if (before === undefined) return "added";
  return after === undefined ? "removed" : "changed";
}

function byName(image: LockedImage | undefined): ReadonlyMap<string, LockedPackage> {
  return new Map(image?.packages.map((entry) => [entry.name, entry]));
}

function sizeOf(image: LockedImage | undefined): number {
  return (image?.packages ?? []).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function union(
  one: ReadonlyMap<string, unknown> | undefined,
  other: ReadonlyMap<string, unknown> | undefined,
): readonly string[] {
  return [...new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])].toSorted();
}
