import type { TarHeader } from "../archive/tar.ts";
import type { PackageRelations } from "./package-index.ts";

/** What the file of a package says of it beyond what the lock holds. */
export interface PackageFacts {
  readonly relations: PackageRelations;
  /** What it takes when it is installed; absent where the package does not say. */
  readonly installedBytes?: number;
  /**
   * What it installs; absent where that was not asked for: reading it may mean to decompress all of
   * the package.
   */
  readonly paths?: readonly PackagedPath[];
}

/** A path that a package brings. */
export type PackagedPath = Pick<TarHeader, "path" | "type" | "mode" | "uid" | "gid">;
