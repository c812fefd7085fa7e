import type { OsName } from "../os.ts";

/** Base URLs of the places that packages come from, without a trailing slash. */
export interface MirrorPlaces {
  /** Of the release and its updates. */
  readonly main: string;
  /** Of security updates; the same where the distribution keeps them in one place. */
  readonly security: string;
  /**
   * Places that have the same folders and may keep what has left both, such as an archive of old
   * versions. Packages alone are asked for there, never indexes.
   */
  readonly further?: readonly string[];
  /**
   * Other paths at which a place may have a file that the distribution keeps under this one, the
   * likeliest first; absent: all places have the distribution's own folders.
   */
  readonly otherPaths?: (path: string) => readonly string[];
}

/** Where packages come from, and who says so. */
export interface Mirrors extends MirrorPlaces {
  /** Who named them: `QCLOCK_MIRROR_DEBIAN_12`, `mirrors in the manifest`, `the host's apt`. */
  readonly origin: string;
}

/** The environment variable that names a mirror for an OS. */
export function mirrorVariable(os: OsName): string {
  return `QCLOCK_MIRROR_${os.toUpperCase().replace(/-/g, "_")}`;
}
