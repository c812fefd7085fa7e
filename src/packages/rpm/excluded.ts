import { isExcluded } from "../excluded-path.ts";
import type { ListedFile } from "./header/listed-files.ts";

/**
 * Whether a path of a package is left out of the image. Licences stay whatever is excluded: they
 * are what the rest may be passed on under.
 */
export function isLeftOut(
  { path, type, isLicence }: Pick<ListedFile, "path" | "type" | "isLicence">,
  exclude: readonly string[],
): boolean {
  if (isLicence || path === "usr/share/licenses") return false;
  return isExcluded(path, exclude, type === "directory");
}
