import { loadFamily } from "./families.ts";
import { assembledImages } from "../stack/images/assembled-images.ts";
import type { IndexedPackage, PackageIndex } from "./package-index.ts";
import type { KeptPackages } from "./lock/keep.ts";
import type { LockRequest } from "./lock/request.ts";
import type { LockedRepository, LockTarget } from "./package.ts";
import type { PackageProof } from "./proof/proof.ts";
import type { ResolvedPackage } from "./resolve/reasons.ts";
import { resolveImages } from "./resolve/resolve-images.ts";
import { inTurns } from "./resolve/steps.ts";
import { tellAdvisories } from "./tell-advisories.ts";
import { unprovedError } from "./proof/unproved.ts";

/** The packages of each image, and what proves those that an index lists. */
export interface ChosenPackages {
  readonly repositories: readonly LockedRepository[];
  readonly resolved: ReadonlyMap<string, readonly ResolvedPackage[]>;
  /** Undefined for a package that stayed at the lock's version and is in no index any more. */
  readonly proofOfEntry: (entry: IndexedPackage) => PackageProof | undefined;
}

/** Of images that take no packages. */
export const NOTHING_CHOSEN: ChosenPackages = {
  repositories: [],
  resolved: new Map(),
  proofOfEntry: () => undefined,
};

/**
 * Read the indexes, and choose the packages of each image.
 *
 * Throws what loading repositories and resolving throw, and `package-unproved` for a package whose
 * locked version nothing proves.
 */
export async function choosePackages(
  request: LockRequest,
  current: LockTarget | undefined,
): Promise<ChosenPackages> {
  const { stack, mode, signal } = request;
  request.onPhase("Reading the package indexes");
  const family = await loadFamily(stack.os);
  const loaded = await family.loadRepositories({
    os: stack.os,
    architecture: stack.architecture,
    mirrors: await request.mirrors(),
    downloader: request.downloader,
    ...(request.keys === undefined ? {} : { keys: request.keys }),
    wanted: [
      ...assembledImages(stack).flatMap(({ packages }) => packages),
      ...versionsOf(current).keys(),
    ],
    ...(stack.modules === undefined ? {} : { modules: stack.modules }),
    ...(stack.furtherRepositories === undefined
      ? {}
      : { furtherRepositories: stack.furtherRepositories }),
    now: request.now,
    ...(request.onNotice === undefined ? {} : { onNotice: request.onNotice }),
    signal,
  });
  const { index, repositories, proofOf } = loaded;
  const kept = mode === "update" && request.move === undefined ? undefined : current;
  const { all, refused } = await withKept(request, kept, index);
  request.onPhase("Resolving packages");
  const steps = resolveImages({
    stack,
    index: all,
    rules: await family.rules(),
    locked: versionsOf(kept),
    move: request.move ?? new Set(),
  });
  const resolved = await inTurns(steps, signal);
  refuseUnproved(refused, resolved);
  await tellAdvisories(request, loaded, { current, resolved });
  return { repositories, resolved, proofOfEntry: proofOf };
}

/** The index with the versions that are to stay; loaded here, since a first lock keeps none. */
async function withKept(
  request: LockRequest,
  target: LockTarget | undefined,
  index: PackageIndex,
): Promise<{ readonly all: PackageIndex; readonly refused: KeptPackages["refused"] }> {
  if (target === undefined) return { all: index, refused: { packages: [], reasons: [] } };
  const { indexWithLocked } = await import("./lock/keep.ts");
  const { move = new Set<string>() } = request;
  const { modules } = request.stack;
  const kept = await indexWithLocked({
    ...request,
    target,
    moving: move,
    ...(modules === undefined ? {} : { modules }),
    index,
  });
  return { all: kept.index, refused: kept.refused };
}

/**
 * Throws `package-unproved` when an image still needs packages whose locked version nothing proves:
 * they do not move in silence.
 */
function refuseUnproved(
  { packages, reasons }: KeptPackages["refused"],
  resolved: ChosenPackages["resolved"],
): void {
  const needed = new Set([...resolved.values()].flat().map((entry) => entry.package.name));
  const still = packages.filter(({ name }) => needed.has(name));
  if (still.length > 0) throw unprovedError(still, reasons);
}

function versionsOf(target: LockTarget | undefined): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const { packages } of target?.images.values() ?? []) {
    for (const { name, version } of packages) versions.set(name, version);
  }
  return versions;
}
