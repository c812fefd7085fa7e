import type { Architecture, OsName } from "../../os.ts";
import type { Downloader } from "../../store/downloader.ts";
import type { Store } from "../../store/store.ts";
import type { Mirrors } from "../mirror.ts";
import type { LockedPackage, LockedRepository, SignedRepository } from "../package.ts";
import type { PinnedKey } from "./pinned-key.ts";
import type { PackageProof } from "./proof.ts";

/** Where evidence lies, and whom to believe. */
export interface ProofRequest {
  readonly os: OsName;
  readonly store: Store;
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
}

/**
 * What proves that a repository's packages are the distribution's: its signed metadata, by digest,
 * in the store.
 */
export interface Evidence {
  /** The repository as this metadata has it. */
  readonly repository: SignedRepository;
  /**
   * Whether it is the metadata that the lock names; else a later one, since mirrors keep only the
   * newest.
   */
  readonly asLocked: boolean;
}

/**
 * Where evidence is looked for. `store`: nobody is asked. `lock`: what the lock names, where it can
 * still be had, else what the mirror has now. `further`: what the mirror has now, and what the
 * further places that it names have kept.
 */
export type EvidencePlace = "store" | "lock" | "further";

export interface EvidenceRequest extends ProofRequest {
  readonly architecture: Architecture;
  /** Whose evidence is looked for. */
  readonly packages: readonly LockedPackage[];
  /** Those that the lock names. */
  readonly repositories: readonly LockedRepository[];
  readonly mirrors: () => Promise<Mirrors>;
  readonly downloader: Downloader;
  readonly signal: AbortSignal;
}

/** Evidence that was found, and why there is no more of it, a line each. */
export interface FoundEvidence {
  readonly evidence: readonly Evidence[];
  readonly reasons: readonly string[];
}

/** Packages, and the repositories whose metadata may prove them. It must lie in the store. */
export interface ProvePackagesRequest extends ProofRequest {
  readonly packages: readonly LockedPackage[];
  readonly evidence: readonly LockedRepository[];
}

/** What some evidence says about packages. */
export interface Proof {
  /** By `proofKey`. */
  readonly proofs: ReadonlyMap<string, PackageProof>;
  /**
   * Nothing of the evidence tells of them: they have left the distribution since the lock was made,
   * or it lacks a repository.
   */
  readonly unproved: readonly LockedPackage[];
}
