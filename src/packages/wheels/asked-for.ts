import type { PinnedRequirement } from "../../python/requirements-file.ts";
import type { LockedWheel } from "../package.ts";

/**
 * Whether each wheel of a lock is one that the requirements file allows: the version of a line,
 * with a hash of that line. The lock is not believed about them; the file's hashes are what counts.
 */
export function areAskedFor(
  wheels: readonly LockedWheel[],
  requirements: readonly PinnedRequirement[],
): boolean {
  return wheels.every(({ name, version, digest }) =>
    requirements.some(
      (each) => each.name === name && each.version === version && each.hashes.includes(digest),
    ),
  );
}
