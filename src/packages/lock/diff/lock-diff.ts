import type { Digest } from "../../../digest.ts";
import type { OsName } from "../../../os.ts";
import type { LockedArtifact, LockedPackage, LockedWheel } from "../../package.ts";

/**
 * What differs between two locks; targets, images and packages that are as they were are left out.
 * All lists are sorted.
 */
export interface LockDiff {
  readonly targets: readonly TargetDiff[];
}

export interface TargetDiff {
  readonly os: OsName;
  /** `debian-12/amd64` */
  readonly target: string;
  readonly change: Change;
  /** Whether the lock was made for another list of images and packages in the manifest. */
  readonly otherInputs: boolean;
  /** Streams of modules, separated by commas. */
  readonly modules?: Pair<string>;
  readonly repositories: readonly RepositoryDiff[];
  readonly images: readonly ImageDiff[];
}

export type Change = "added" | "removed" | "changed";

/** A value before and after. */
export interface Pair<Value> {
  readonly from: Value;
  readonly to: Value;
}

export interface RepositoryDiff {
  readonly id: string;
  readonly change: Change;
  /** Digests of the signed release file: another one is another snapshot of the repository. */
  readonly release?: Pair<Digest>;
  /** Fingerprints, where another key signed it. */
  readonly signedBy?: Pair<string | undefined>;
  /** Other facts that differ, as `archive main -> security`. */
  readonly other: readonly string[];
}

export interface ImageDiff {
  readonly image: string;
  readonly change: Change;
  readonly added: readonly LockedPackage[];
  readonly removed: readonly LockedPackage[];
  readonly moved: readonly MovedPackage[];
  /** The same bytes, but another fact: its place, or why it is there. */
  readonly restated: readonly RestatedPackage[];
  /** Files from URLs, by their path in the image. */
  readonly artifacts: readonly ArtifactDiff[];
  /** Python packages, by their names. */
  readonly wheels: readonly WheelDiff[];
  /**
   * Build times of the newest package of it and its parents, seconds since 1970: no file in it is
   * younger.
   */
  readonly newestBuild?: Pair<number>;
  /**
   * Digests of the packages layer; one is absent where the lock has none, as before the next build.
   */
  readonly packagesLayer?: LayerChange;
  /** The same of the layer that scripts make by being run. */
  readonly runLayer?: LayerChange;
  /** Sum of the sizes of its packages, artifacts and wheels. */
  readonly downloadBytes: Pair<number>;
}

export interface LayerChange {
  readonly from?: Digest;
  readonly to?: Digest;
}

export interface MovedPackage extends Pair<LockedPackage> {
  readonly name: string;
  /** `replaced` is the same version with other bytes, which no distribution does. */
  readonly direction: "newer" | "older" | "replaced";
}

export interface ArtifactDiff {
  readonly path: string;
  readonly change: Change;
  readonly from?: LockedArtifact;
  readonly to?: LockedArtifact;
}

export interface WheelDiff {
  readonly name: string;
  readonly change: Change;
  readonly from?: LockedWheel;
  readonly to?: LockedWheel;
}

export interface RestatedPackage {
  readonly name: string;
  readonly version: string;
  readonly facts: readonly ({ readonly fact: string } & Pair<string>)[];
}

/** Whether nothing differs. */
export function isSame({ targets }: LockDiff): boolean {
  return targets.length === 0;
}
