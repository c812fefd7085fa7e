import path from "node:path";
import { QclockError } from "../../error.ts";
import type { OsName } from "../../os.ts";
import { loadFamily } from "../../packages/families.ts";
import type { LockedPackage } from "../../packages/package.ts";
import type { InstalledPackage, UnpackedPackage } from "../../packages/unpacked.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { makeSpoolFolder } from "../../store/spool-folder.ts";
import { KeptPackages } from "./kept-packages.ts";
import type { UnpackPool } from "./unpack-pool.ts";

/**
 * The packages of one image, taken apart. Their files' contents lie in a folder of the store until
 * it is disposed of.
 */
export interface UnpackedPackages extends AsyncDisposable {
  /** In the lock's order. */
  readonly installed: readonly InstalledPackage[];
  /** Holds one file for each package, by its name. */
  readonly spoolFolder: string;
}

export type PackagePath = (entry: LockedPackage, again: boolean) => Promise<string>;

export interface UnpackPackagesRequest {
  /** The packages are of its family. */
  readonly os: OsName;
  readonly image: Pick<AssembledImage, "exclude">;
  readonly packages: readonly LockedPackage[];
  /**
   * Begin to fetch those packages that have to be taken apart. The function that it returns gives
   * the path of one in the store, once it is there; `again` asks for a new copy of one that is
   * damaged.
   */
  readonly fetch: (packages: readonly LockedPackage[]) => PackagePath;
  /** Whether what the store keeps of these packages is passed over and replaced. */
  readonly anew: boolean;
  readonly pool: UnpackPool;
  /** Images of a lower rank go first. */
  readonly rank: number;
  readonly store: Store;
  /** In bytes of the packages. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Take the packages of an image apart, each as soon as it is at hand; those that the store keeps
 * apart are taken from there, and not even fetched. It needs neither the parent's layers nor the
 * other packages, so that it goes on while those are still made and fetched.
 *
 * Throws `package-corrupt`, `store-damaged`, `disk-full` and what fetching throws, when no thread
 * is at work any more.
 */
export async function unpackPackages(request: UnpackPackagesRequest): Promise<UnpackedPackages> {
  const { image, packages, store, onProgress } = request;
  const folder = await makeSpoolFolder(store, "unpack");
  const kept = new KeptPackages(store, image.exclude);
  const spoolOf = ({ name }: LockedPackage): string => path.join(folder.path, name);
  const known = new Map(
    await Promise.all(
      packages.map(
        async (entry) =>
          [
            entry.name,
            request.anew ? undefined : await kept.recall(entry, spoolOf(entry)),
          ] as const,
      ),
    ),
  );
  const open = packages.filter(({ name }) => known.get(name) === undefined);
  const packagePath = request.fetch(open);
  const total = packages.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  const unpacking = packages.map(async (entry) => {
    const unpacked =
      known.get(entry.name) ??
      (await unpackOne(request, entry, { packagePath, spool: spoolOf(entry) }));
    onProgress((done += entry.sizeBytes), total);
    await refuseContradiction(request.os, entry, unpacked);
    return { name: entry.name, ...unpacked };
  });
  try {
    const installed = await Promise.all(unpacking);
    await keepAll(open, { kept, spoolOf, anew: request.anew });
    return {
      installed,
      spoolFolder: folder.path,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  } catch (error) {
    // The others still write to the folder.
    await Promise.allSettled(unpacking);
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}

async function keepAll(
  packages: readonly LockedPackage[],
  {
    kept,
    spoolOf,
    anew,
  }: {
    readonly kept: KeptPackages;
    readonly spoolOf: (entry: LockedPackage) => string;
    readonly anew: boolean;
  },
): Promise<void> {
  if (packages.length === 0) return;
  await Promise.all(
    packages.map(async (entry) => {
      if (anew) await kept.remove(entry);
      await kept.keep(entry, spoolOf(entry));
    }),
  );
  await kept.prune();
}

async function unpackOne(
  { os, image, pool, rank }: UnpackPackagesRequest,
  entry: LockedPackage,
  { packagePath, spool }: { readonly packagePath: PackagePath; readonly spool: string },
): Promise<UnpackedPackage> {
  const { name, digest, sizeBytes } = entry;
  const { exclude } = image;
  const attempt = async (again: boolean): Promise<UnpackedPackage> =>
    pool.unpack({
      os,
      name,
      file: await packagePath(entry, again),
      digest,
      spool,
      exclude,
      rank,
      sizeBytes,
    });
  try {
    return await attempt(false);
  } catch (error) {
    if (!(error instanceof QclockError) || error.code !== "store-damaged") throw error;
    return await attempt(true);
  }
}

/** Throws `package-corrupt` for a package that calls itself something else than the lock does. */
async function refuseContradiction(
  os: OsName,
  entry: LockedPackage,
  unpacked: UnpackedPackage,
): Promise<void> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new QclockError(
      "package-corrupt",
      `Package ${entry.name} ${entry.version} cannot be unpacked: ${reason}.`,
      { cause, hint: "Nothing of it was used." },
    );
  };
  const family = await loadFamily(os);
  const reason = await family
    .contradictionIn(unpacked, entry)
    .catch((error: unknown) =>
      refuse(error instanceof Error ? error.message : String(error), error),
    );
  if (reason !== undefined) refuse(reason);
}
