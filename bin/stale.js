import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/**
 * A file of the sources that is newer than the bundle made of them: the bundle runs, so what was
 * changed does not. Undefined when there is none, and in an installation, which has no sources.
 *
 * @param {string} sources Folder of the sources.
 * @param {string} bundle The bundle's file.
 * @returns {string | undefined} Its path below the folder.
 */
export function newerThanBundle(sources, bundle) {
  try {
    const { mtimeMs } = statSync(bundle);
    return readdirSync(sources, { recursive: true, encoding: "utf8" })
      .toSorted()
      .find((file) => {
        const found = statSync(path.join(sources, file));
        return found.isFile() && found.mtimeMs > mtimeMs;
      });
  } catch {
    return undefined;
  }
}
