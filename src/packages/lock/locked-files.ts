import { artifactFile, type FetchableFile, packageFile, withArchive } from "../fetch/fetch.ts";
import type { Mirrors } from "../mirror.ts";
import type { LockTarget } from "../package.ts";
import { wheelFile } from "../wheels/locked-wheel.ts";
import type { PythonIndex } from "../wheels/python-index.ts";

/** Where the files of a lock come from, when the store lacks them. */
export interface FileSources {
  readonly mirrors: () => Promise<Mirrors>;
  readonly artifactMirror?: string | undefined;
  readonly pythonIndex: () => Promise<PythonIndex>;
}

/**
 * Every file that the lock of a target names, each digest once: what a machine without a network
 * needs to make the target's images.
 */
export function lockedFiles(target: LockTarget, sources: FileSources): readonly FetchableFile[] {
  const { mirrors, artifactMirror, pythonIndex } = sources;
  const images = [...target.images.values()];
  const files = [
    ...images
      .flatMap(({ packages }) => packages)
      .map((entry) => packageFile(withArchive(entry, target.repositories), mirrors)),
    ...images
      .flatMap(({ artifacts = [] }) => artifacts)
      .map((entry) => artifactFile(entry, artifactMirror)),
    ...images
      .flatMap(({ wheels }) => wheels?.files ?? [])
      .map((entry) => wheelFile(entry, pythonIndex)),
  ];
  return [...new Map(files.map((file) => [file.digest, file])).values()];
}

/** For who wants the digests alone, and fetches nothing. */
export const noSources: FileSources = { mirrors: nobody, pythonIndex: nobody };

async function nobody(): Promise<never> {
  throw new Error("nobody is asked here");
}
