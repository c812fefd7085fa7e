import type { Architecture, OsName } from "../os.ts";
import type { Digest } from "../digest.ts";

/** One version of one package, as its distribution names it. */
export interface PackageId {
  readonly name: string;
  readonly version: string;
  /** Debian's or RPM's word: `amd64`, `all`, `x86_64`, `noarch`. */
  readonly architecture: string;
}

/** Why a package is in an image. */
export type Reason =
  | { readonly type: "requested" }
  /** The image asks for all that the distribution takes to be on every system. */
  | { readonly type: "essential" }
  | {
      readonly type: "dependency";
      /** Name of the package that needs it. */
      readonly of: string;
      /** The relation as that package writes it, such as `libc6 (>= 2.36)`. */
      readonly relation: string;
    };

/** A package pinned: what, from where, which bytes, and why. */
export interface LockedPackage extends PackageId {
  /** Id of the repository in the lock, such as `bookworm` or `bookworm-security`. */
  readonly repository: string;
  /** Path below the repository's mirror, such as `pool/main/b/bash/bash_5.2.15-2+b8_amd64.deb`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** Source package and its version. */
  readonly source: string;
  readonly sourceVersion: string;
  /** When the package was built, seconds since 1970: for a deb the timestamp of its ar member. */
  readonly buildTime: number;
  /** Why it is in its image, the nearest to what was asked for first; never empty. */
  readonly reasons: readonly Reason[];
  /**
   * Fingerprint of the key that signed the package itself, in a family whose packages are signed
   * one by one; absent: its index is signed.
   */
  readonly signedBy?: string;
  /**
   * Nothing proves that it is the distribution's, and `--allow-unsigned` took it all the same;
   * absent: it was proved.
   */
  readonly unsigned?: true;
}

/** A package repository as the lock records it. */
export interface LockedRepository {
  readonly id: string;
  /**
   * Which of the OS's archives: the mirror's URL is not part of the lock, so that a bank's mirror
   * gives the same lock.
   */
  readonly archive: "main" | "security";
  /** Digest of the file that names the indexes: Debian's `InRelease`, RPM's `repomd.xml`. */
  readonly metadataDigest: Digest;
  /** Digests of the indexes that packages are chosen by, by path below the repository's folder. */
  readonly indexDigests: ReadonlyMap<string, Digest>;
  /**
   * Fingerprint of the primary key that signed that file; absent where nobody did: then each
   * package is signed itself.
   */
  readonly signedBy?: string;
}

/** A repository whose metadata is signed. */
export interface SignedRepository extends LockedRepository {
  readonly signedBy: string;
}

/** Whether the metadata of a repository is signed. */
export function isSigned(repository: LockedRepository): repository is SignedRepository {
  return repository.signedBy !== undefined;
}

/** An artifact pinned: from where, which bytes, and its place in the image. */
export interface LockedArtifact {
  readonly url: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** As in the manifest, absolute and normalised. */
  readonly path: string;
}

/** A wheel pinned: which file of a project's version, and why it is there. */
export interface LockedWheel {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /**
   * Name of the file. Its URL is not part of the lock, so that another index gives the same lock.
   */
  readonly file: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** The wheels that need it, or that it was asked for; never empty. */
  readonly reasons: readonly Reason[];
}

/** The Python packages of an image. */
export interface LockedWheels {
  /** Digest of what the requirements file asks for; another one means that the lock is stale. */
  readonly requirements: Digest;
  /** Sorted by name. */
  readonly files: readonly LockedWheel[];
}

/** The packages, artifacts and wheels that one image adds to its parent. */
export interface LockedImage {
  /** Sorted by name, then architecture. */
  readonly packages: readonly LockedPackage[];
  /** Sorted by path; absent: none. */
  readonly artifacts?: readonly LockedArtifact[];
  /** Absent: none. */
  readonly wheels?: LockedWheels;
  /**
   * Newest build time of its packages and its parents', seconds since 1970: the clamp of each
   * mtime; absent: there are none.
   */
  readonly newestBuild?: number;
  /** diffID of the packages layer, written by the first build. */
  readonly packagesLayer?: Digest;
  /**
   * diffID of the layer of what its packages' scripts made that were run, written by the first
   * build; absent: none were.
   */
  readonly runLayer?: Digest;
}

/** Everything that is pinned for one OS and architecture. */
export interface LockTarget {
  readonly os: OsName;
  readonly architecture: Architecture;
  /** Digest of the manifest's package inputs; another one means that the lock is stale. */
  readonly inputs: Digest;
  /**
   * Streams of modules that the packages come from, as `nodejs:20`, in a family that has them;
   * absent: none.
   */
  readonly modules?: readonly string[];
  readonly repositories: readonly LockedRepository[];
  readonly images: ReadonlyMap<string, LockedImage>;
}

/** `stack.lock.yaml` as a value. Targets are keyed `<os>/<architecture>`. */
export interface Lock {
  readonly version: 2;
  readonly targets: ReadonlyMap<string, LockTarget>;
}
