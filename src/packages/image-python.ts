import type { PackageId } from "./package.ts";

/** What of a package tells which Python it brings. */
export type NamedVersion = Pick<PackageId, "name" | "version">;

/** The Python of an image. Paths have no leading slash. */
export interface ImagePython {
  readonly major: number;
  readonly minor: number;
  /** In full, such as `3.11.2`. */
  readonly version: string;
  /** Version of the GNU C library. */
  readonly glibc: readonly [major: number, minor: number];
  /** Path of the program, such as `usr/bin/python3.11`. */
  readonly interpreter: string;
  /** Below what projects' own programs and data go, such as `usr/local`. */
  readonly prefix: string;
  /** Where it looks for modules that do not come from the distribution. */
  readonly sitePackages: string;
  /** Below what headers go, a folder for each project. */
  readonly headers: string;
}
