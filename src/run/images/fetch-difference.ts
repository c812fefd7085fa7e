import { fetchFiles, packageFile, withArchive } from "../../packages/fetch/fetch.ts";
import type { LockDiff } from "../../packages/lock/diff/lock-diff.ts";
import type { Mirrors } from "../../packages/mirror.ts";
import type { Lock, LockedPackage } from "../../packages/package.ts";
import { VanishedError } from "../../packages/fetch/vanished.ts";
import type { OsName } from "../../os.ts";
import type { RunContext } from "../context.ts";
import { inPhase } from "../execution/phase.ts";

/**
 * Bring the packages that two locks differ in into the store, so that they can be looked into. What
 * no mirror has any more is said and left out.
 *
 * Throws what fetching throws otherwise.
 */
export async function fetchDifference(
  context: Pick<RunContext, "downloader" | "emit" | "signal">,
  request: {
    readonly diff: LockDiff;
    readonly locks: readonly Lock[];
    readonly mirrorsOf: (os: OsName) => Promise<Mirrors>;
  },
): Promise<void> {
  const { downloader, emit, signal } = context;
  const files = request.diff.targets.flatMap(({ target: key, images }) => {
    const packages = images.flatMap(({ added, removed, moved }) => [
      ...added,
      ...removed,
      ...moved.flatMap(({ from, to }) => [from, to]),
    ]);
    return packages.flatMap((entry) => fileOf(key, entry, request));
  });
  const phase = { phase: "difference", title: "Fetching the packages that differ" };
  await inPhase(context, phase, async (onProgress) => {
    try {
      await fetchFiles({ files, downloader, concurrency: 8, onProgress, signal });
    } catch (error) {
      if (!(error instanceof VanishedError)) throw error;
      const names = error.files.map(({ name }) => name).toSorted();
      emit({
        type: "notice",
        level: "warning",
        message: `On no mirror any more: ${names.join(", ")}.`,
      });
    }
  });
}

function fileOf(
  key: string,
  entry: LockedPackage,
  { locks, mirrorsOf }: Parameters<typeof fetchDifference>[1],
): ReturnType<typeof packageFile>[] {
  const targets = locks.flatMap((lock) => lock.targets.get(key) ?? []);
  const [first] = targets;
  if (first === undefined) return [];
  const repositories = targets.flatMap((target) => target.repositories);
  const located = withArchive(entry, repositories);
  return [packageFile(located, () => mirrorsOf(first.os))];
}
