import type { Architecture, OsName } from "../os.ts";
import type { Downloader } from "../store/downloader.ts";
import type { AdvisoryOfMove, MovedVersion } from "./advisory.ts";
import type { Mirrors } from "./mirror.ts";
import type { IndexedPackage, PackageIndex } from "./package-index.ts";
import type { LockedRepository } from "./package.ts";
import type { PinnedKey } from "./proof/pinned-key.ts";
import type { PackageProof } from "./proof/proof.ts";

/** The repositories of an OS, and how to reach them. */
export interface RepositoriesRequest {
  readonly os: OsName;
  readonly mirrors: Mirrors;
  readonly downloader: Downloader;
  readonly signal: AbortSignal;
}

export interface LoadRepositoriesRequest extends RepositoriesRequest {
  readonly architecture: Architecture;
  /** Streams of modules to take packages from, as `php:8.2`; absent: none. */
  readonly modules?: readonly string[];
  /** Ids of repositories that are asked beside those that every system has; absent: none. */
  readonly furtherRepositories?: readonly string[];
  /**
   * Names of the packages that will be asked for, and of those that are to stay: what they may need
   * decides how much metadata is read; absent: any may be.
   */
  readonly wanted?: readonly string[];
  /** The keys to trust; absent: those that ship with qclock for the OS. */
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
  /** Called with what the user should know before it becomes a failure; absent: nobody is told. */
  readonly onNotice?: (message: string) => void;
}

/** The package index of an OS with the repositories that it was read from. */
export interface LoadedRepositories {
  readonly index: PackageIndex;
  readonly repositories: readonly LockedRepository[];
  /** What the signed metadata proves of an entry; undefined for one that is not of this index. */
  readonly proofOf: (entry: IndexedPackage) => PackageProof | undefined;
  /**
   * What the distribution says of the updates that moves of packages take in; absent: its
   * repositories do not say. Throws what loading repositories throws.
   */
  readonly advisoriesOf?: (moves: readonly MovedVersion[]) => Promise<readonly AdvisoryOfMove[]>;
}
