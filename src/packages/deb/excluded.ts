import { isExcluded } from "../excluded-path.ts";

/**
 * Whether a path of a package, without a leading slash, is left out of the image. Copyright files
 * stay whatever is excluded: they are the licence under which the rest may be passed on.
 */
export function isExcludedPath(
  path: string,
  exclude: readonly string[],
  isFolder = false,
): boolean {
  if (/^usr\/share\/doc\/[^/]+(?:\/copyright)?$/.test(path)) return false;
  return isExcluded(path, exclude, isFolder);
}
