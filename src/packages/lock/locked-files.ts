import { artifactFile, type FetchableFile, packageFile, withArchive } from "../fetch.ts";
import type { Mirrors } from "../mirror.ts";
import type { LockTarget } from "../package.ts";

/**
 * Every file that the lock of a target names, each digest once: what a machine without a network
 * needs to make the target's images.
 */
export function lockedFiles(
  target: LockTarget,
  mirrors: () => Promise<Mirrors>,
  artifactMirror?: string,
): readonly FetchableFile[] {
  const images = [...target.images.values()];
  const files = [
    ...images
      .flatMap(({ packages }) => packages)
      .map((entry) => packageFile(withArchive(entry, target.repositories), mirrors)),
    ...images
      .flatMap(({ artifacts = [] }) => artifacts)
      .map((entry) => artifactFile(entry, artifactMirror)),
  ];
  return [...new Map(files.map((file) => [file.digest, file])).values()];
}

/** For who wants the digests alone, and fetches nothing. */
export async function noMirrors(): Promise<never> {
  throw new Error("no mirror is asked here");
}
