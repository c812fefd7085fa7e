import type { UnreplayedScripts } from "../installation.ts";
import type { InstalledDeb } from "./installed.ts";
import { type Effect, effectsOf } from "./script/effects.ts";

/**
 * Packages for whose scripts a finish step or the merged folders stand as a whole; of all others
 * each effect is looked at.
 */
const REPLAYED = new Set([
  "base-files",
  "base-passwd",
  "ca-certificates",
  "debianutils",
  "dpkg",
  "libc-bin",
  "libc6",
  "mariadb-common",
  "mysql-common",
  "tzdata",
  "usrmerge",
]);

/**
 * What packages' scripts would have made and what is not in the image. `isPresent` tells whether
 * the image has a path, without a leading slash.
 */
export function unreplayedScripts(
  packages: readonly Pick<InstalledDeb, "name" | "controlFiles">[],
  isPresent: (path: string) => boolean,
): readonly UnreplayedScripts[] {
  return packages.flatMap(({ name, controlFiles }) => {
    if (REPLAYED.has(name)) return [];
    const effects = [
      ...effectsOf(controlFiles.get("preinst") ?? "", "install"),
      ...effectsOf(controlFiles.get("postinst") ?? "", "configure"),
    ].filter((effect) => isLeft(effect, isPresent));
    return effects.length === 0 ? [] : [{ package: name, effects }];
  });
}

/**
 * What is there was made by something else; an owner of what is not there is part of what would
 * have made it.
 */
function isLeft({ path, isChange }: Effect, isPresent: (path: string) => boolean): boolean {
  return path === undefined || isPresent(path.slice(1)) === isChange;
}
