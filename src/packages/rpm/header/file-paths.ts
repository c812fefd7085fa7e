import { ArchiveTally, limitsFor } from "../../../archive/limits.ts";
import type { RpmHeader } from "./header.ts";
import { tags } from "./tags.ts";

/**
 * The absolute paths that a header lists, in its order, which all other lists of files of it
 * follow. Nothing about them is checked but that they can be put together.
 *
 * Throws an `Error` when its lists contradict each other, or the paths are too many or too long.
 */
export function filePathsOf(header: RpmHeader): readonly string[] {
  const baseNames = header.texts(tags.baseNames);
  // Packages of before rpm 4 list whole paths.
  if (baseNames.length === 0) return header.texts(tags.oldFileNames);
  const directories = header.texts(tags.directoryNames);
  const indexes = header.numbers(tags.directoryIndexes);
  refuseOtherCount("folders", indexes, baseNames);
  // The same long folder may stand before many names: paths may be much more than the header is.
  const tally = new ArchiveTally(limitsFor(header.bytes.length));
  return baseNames.map((baseName, at) => {
    const directory = directories[indexes[at] ?? 0];
    if (directory === undefined) {
      throw new Error(`its file ${at} is in folder ${indexes[at]}, of ${directories.length}`);
    }
    tally.add({ name: baseName, linkTarget: directory });
    return directory + baseName;
  });
}

/** Throws an `Error` when a list of a header has not as many values as it has files. */
export function refuseOtherCount(
  what: string,
  values: readonly unknown[],
  files: readonly unknown[],
): void {
  if (values.length === files.length) return;
  throw new Error(`its header lists ${values.length} ${what} of ${files.length} files`);
}
