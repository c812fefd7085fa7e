import { type FetchableFile, packageFile } from "./fetch.ts";
import type { Mirrors } from "./mirror.ts";
import type { LockTarget } from "./package.ts";

/**
 * Every file that the lock of a target names, each digest once: what a machine without a network needs to
 * make the target's images. A further kind of locked file is one more list in `files`.
 */
export function lockedFiles(
  target: LockTarget,
  mirrors: () => Promise<Mirrors>,
): readonly FetchableFile[] {
  const archives = new Map(target.repositories.map(({ id, archive }) => [id, archive]));
  const packages = [...target.images.values()].flatMap((image) => image.packages);
  const files = packages.map((entry) =>
    packageFile({ ...entry, archive: archives.get(entry.repository) ?? "main" }, mirrors),
  );
  return [...new Map(files.map((file) => [file.digest, file])).values()];
}
