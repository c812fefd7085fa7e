import { parentsOf } from "../../stack/images/parents.ts";
import type { Stack } from "../../stack/stack.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import { packageInputs } from "./inputs.ts";
import { lockChanges, missingPackages } from "./changes.ts";
import type { Lock, LockTarget } from "../package.ts";
import { areAskedFor } from "../wheels/asked-for.ts";

/**
 * What has to be locked before anything can be built, as far as it is known without asking anybody.
 */
export interface LockNeed {
  /** `missing`: there is no lock for this operating system and architecture. */
  readonly state: "missing" | "outdated";
  /** Images whose packages, artifacts or wheels are not decided yet, parents before children. */
  readonly images: readonly UndecidedImage[];
}

export interface UndecidedImage {
  readonly name: string;
  /** In what the manifest differs from the lock; empty where the lock is missing or cannot tell. */
  readonly changes: readonly string[];
  /** Names that the manifest gives. */
  readonly packages: readonly string[];
  /** Whether it asks for the essential packages as well. */
  readonly essential: boolean;
  /** URLs that the manifest gives. */
  readonly artifacts: readonly string[];
  /** Projects that the lines of its requirements file name; absent: it has none. */
  readonly wheels?: readonly string[];
  /** Packages that the mirrors would give it; absent when they were not asked. */
  readonly pins?: readonly ForeseenPackage[];
}

export interface ForeseenPackage {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
}

/** The lock as far as it goes: what fits is used, and what is missing is named. */
export interface ForeseenLock {
  readonly lock: Lock;
  readonly target: LockTarget;
  /** Absent when the lock fits the manifest. */
  readonly need?: LockNeed;
}

/** Compare the lock with the manifest, and say what writing it would have to decide. Pure. */
export function foreseeLock(stack: Stack, existing: Lock | undefined): ForeseenLock {
  const { os, architecture } = stack;
  const lock = existing ?? { version: 2, targets: new Map() };
  const current = lock.targets.get(`${os}/${architecture}`);
  if (current === undefined) {
    const inputs = packageInputs(stack);
    const target = { os, architecture, inputs, repositories: [], images: new Map() };
    return { lock, target, need: { state: "missing", images: undecided(stack, undefined) } };
  }
  if (fitsManifest(stack, current)) return { lock, target: current };
  return { lock, target: current, need: { state: "outdated", images: undecided(stack, current) } };
}

/**
 * Whether a target is for this manifest. A name that was taken out of the lock by hand counts as a
 * change, and so does a wheel that the requirements file does not allow.
 */
export function fitsManifest(stack: Stack, current: LockTarget): boolean {
  return (
    current.inputs === packageInputs(stack) &&
    missingPackages(stack, current).length === 0 &&
    assembledImages(stack).every(({ name, wheels }) =>
      areAskedFor(current.images.get(name)?.wheels?.files ?? [], wheels?.requirements ?? []),
    )
  );
}

/** Names of the images that a need is about, and of all that stand on them. */
export function undecidedImages(stack: Stack, need: LockNeed): ReadonlySet<string> {
  const names = new Set(need.images.map(({ name }) => name));
  // Parents come first, so one pass finds all that stand on them.
  for (const image of stack.images.values())
    if (parentsOf(image).some((parent) => names.has(parent))) names.add(image.name);
  return names;
}

function undecided(stack: Stack, current: LockTarget | undefined): readonly UndecidedImage[] {
  const changes = current === undefined ? [] : lockChanges(stack, current);
  const needsAny = assembledImages(stack)
    .filter(
      ({ packages, artifacts, essential, wheels }) =>
        essential || packages.length + artifacts.length > 0 || wheels !== undefined,
    )
    .map(({ name, packages, artifacts, essential, wheels }) => ({
      name,
      changes: changes.filter(({ image }) => image === name).map(({ text }) => text),
      packages,
      essential,
      artifacts: artifacts.map(({ url }) => url),
      ...(wheels === undefined ? {} : { wheels: wheels.requirements.map(({ name: of }) => of) }),
    }));
  const changed = needsAny.filter((image) => image.changes.length > 0);
  // Of a parent, an account or a mirror the lock keeps a digest only: then it may be any of them.
  return changed.length > 0 ? changed : needsAny;
}
