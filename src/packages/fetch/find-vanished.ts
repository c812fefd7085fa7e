import { QclockError } from "../../error.ts";
import { type Downloader, NotFoundError } from "../../store/downloader.ts";
import { packageFile, withArchive } from "./fetch.ts";
import type { Mirrors } from "../mirror.ts";
import type { LockedPackage, LockedRepository } from "../package.ts";

/**
 * Those of some unproved packages whose bytes are nowhere: the store lacks them, and each place of
 * the mirror answers that it has no such file. There is nothing of them that could be unpacked, so
 * that they may move like any that has left the mirror.
 */
export async function findVanished(
  packages: readonly LockedPackage[],
  request: {
    readonly repositories: readonly LockedRepository[];
    readonly mirrors: () => Promise<Mirrors>;
    readonly downloader: Downloader;
    readonly signal: AbortSignal;
  },
): Promise<readonly LockedPackage[]> {
  const { repositories, mirrors, downloader, signal } = request;
  if (downloader.offline) return [];
  const vanished: LockedPackage[] = [];
  for (const entry of packages) {
    if (await downloader.holds(entry)) continue;
    try {
      await downloader.toStore({
        ...packageFile(withArchive(entry, repositories), mirrors),
        signal,
      });
      // Asked for to learn whether it is there: what nothing proves does not stay.
      await downloader.discard(entry.digest);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof NotFoundError) vanished.push(entry);
      else if (!(error instanceof QclockError)) throw error;
    }
  }
  return vanished;
}
