import { QclockError } from "../../error.ts";
import { NotFoundError } from "../../store/downloader.ts";
import { loadFamily } from "../families.ts";
import type { FamilyRules } from "../family.ts";
import { packageFile, withArchive } from "../fetch/fetch.ts";
import { findVanished } from "../fetch/find-vanished.ts";
import type { IndexedPackage, PackageIndex, PackageRelations } from "../package-index.ts";
import type { LockedPackage, LockTarget } from "../package.ts";
import { proofKey } from "../proof/proof.ts";
import { proveLock, type ProveRequest } from "../proof/prove-lock.ts";

export interface KeepRequest extends Omit<
  ProveRequest,
  "os" | "architecture" | "packages" | "repositories"
> {
  /** The lock whose versions are to stay. */
  readonly target: LockTarget;
  /** Packages that may go: their locked version is not added. */
  readonly moving: ReadonlySet<string>;
  /** Streams of modules that the manifest asks for now; absent: none. */
  readonly modules?: readonly string[];
  readonly index: PackageIndex;
  /** Keep also what nothing proves. */
  readonly allowUnsigned?: boolean;
}

/** An index with what stays, and what could not. */
export interface KeptPackages {
  readonly index: PackageIndex;
  /** Locked versions that are not in the index because nothing proves them. */
  readonly refused: {
    readonly packages: readonly LockedPackage[];
    readonly reasons: readonly string[];
  };
}

/**
 * The index with those locked versions added that it does not list any more: a security update is
 * replaced by the next one within days, and a lock must not move for that alone. What such a
 * package needs is read from the package itself, out of the store or from a mirror that still has
 * it, once it is proved to be the distribution's. Those that can be had nowhere are left out, so
 * that resolving takes another version.
 *
 * Throws `mirror-unreachable`, `digest-mismatch`, `offline`, `signature-invalid`.
 */
export async function indexWithLocked(request: KeepRequest): Promise<KeptPackages> {
  const { target, moving, index } = request;
  const { os, architecture, repositories } = target;
  const distinct = new Map(packagesOf(target).map((each) => [proofKey(each), each]));
  const staying = [...distinct.values()].filter(
    ({ name, version }) =>
      !moving.has(name) &&
      // Of another stream than the manifest now asks for.
      (index.hiddenIn?.(name, version) ?? []).length === 0 &&
      // In no module, or of one stream, where the manifest now asks for another one's.
      !(index.takenBy?.(name) ?? []).some((stream) => isNewStream(request, stream)) &&
      // Of a version that the index lists, the index knows the digest, and it is signed.
      !index.versions(name).some((listed) => listed.version === version),
  );
  const proof = await proveLock({ ...request, os, architecture, repositories, packages: staying });
  const unproved = request.allowUnsigned === true ? [] : proof.unproved;
  const gone = await findVanished(unproved, { ...request, repositories });
  const added = new Map<string, IndexedPackage[]>();
  for (const locked of staying.filter((each) => !unproved.includes(each))) {
    const relations = await relationsOf(request, locked);
    if (relations === undefined) continue;
    const entries = added.get(locked.name) ?? [];
    added.set(locked.name, [...entries, toIndexed(locked, relations)]);
  }
  return {
    index: added.size === 0 ? index : withAdded(index, added, await (await loadFamily(os)).rules()),
    refused: {
      packages: unproved.filter((each) => !gone.includes(each)),
      reasons: proof.reasons,
    },
  };
}

/** Whether the manifest asks for a stream that the lock was made without. */
function isNewStream({ modules = [], target }: KeepRequest, stream: string): boolean {
  return modules.includes(stream) && target.modules?.includes(stream) !== true;
}

function packagesOf(target: LockTarget): readonly LockedPackage[] {
  return [...target.images.values()].flatMap((image) => image.packages);
}

async function relationsOf(
  request: KeepRequest,
  locked: LockedPackage,
): Promise<PackageRelations | undefined> {
  const { target, downloader, mirrors, signal } = request;
  const located = withArchive(locked, target.repositories);
  const fetch = async (): Promise<string> =>
    downloader.toStore({ ...packageFile(located, mirrors), signal });
  const family = await loadFamily(target.os);
  const read = async (file: string): Promise<PackageRelations> =>
    (await family.readFacts(file, { withPaths: false })).relations;
  try {
    const file = await fetch();
    return await read(file).catch(async () => {
      // Its digest was right when it came in; disks forget.
      await downloader.discard(locked.digest);
      return await read(await fetch());
    });
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    if (error instanceof QclockError || signal.aborted) throw error;
    throw new QclockError(
      "package-corrupt",
      `${locked.name} ${locked.version} cannot be read as a package.`,
      { cause: error, hint: `Move to another version: \`qclock lock --update ${locked.name}\`.` },
    );
  }
}

function toIndexed(locked: LockedPackage, relations: PackageRelations): IndexedPackage {
  return {
    name: locked.name,
    version: locked.version,
    architecture: locked.architecture,
    repository: locked.repository,
    path: locked.path,
    sizeBytes: locked.sizeBytes,
    sha256: locked.digest.slice("sha256:".length),
    source: locked.source,
    sourceVersion: locked.sourceVersion,
    ...relations,
  };
}

function withAdded(
  index: PackageIndex,
  added: ReadonlyMap<string, readonly IndexedPackage[]>,
  { compareVersions }: Pick<FamilyRules, "compareVersions">,
): PackageIndex {
  const merged = new Map(
    [...added].map(([name, entries]) => [
      name,
      [...index.versions(name), ...entries].toSorted((a, b) =>
        compareVersions(b.version, a.version),
      ),
    ]),
  );
  const providers = new Map<string, Set<string>>();
  const obsoleters = new Map<string, Set<string>>();
  for (const entry of [...added.values()].flat()) {
    for (const { name } of entry.provides) {
      providers.set(name, (providers.get(name) ?? new Set()).add(entry.name));
    }
    for (const { verb, excluded } of entry.conflicts) {
      if (verb !== "obsoletes") continue;
      obsoleters.set(excluded.name, (obsoleters.get(excluded.name) ?? new Set()).add(entry.name));
    }
  }
  return {
    names: () => new Set([...index.names(), ...added.keys()]),
    versions: (name) => merged.get(name) ?? index.versions(name),
    essential: () => index.essential(),
    hiddenIn: (name, version) => index.hiddenIn?.(name, version) ?? [],
    foreignArchitectures: (name) => index.foreignArchitectures?.(name) ?? [],
    providers: (name) => withThose(index.providers(name), providers.get(name)),
    obsoleters: (name) => withThose(index.obsoleters(name), obsoleters.get(name)),
  };
}

function withThose(
  known: readonly string[],
  more: ReadonlySet<string> | undefined,
): readonly string[] {
  return [...new Set([...known, ...(more ?? [])])].toSorted();
}
