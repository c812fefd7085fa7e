import { by } from "../../order.ts";
import type { Digest } from "../../digest.ts";
import { loadFamily } from "../families.ts";
import type { LockedPackage, SignedRepository, LockTarget } from "../package.ts";
import type { Evidence } from "./evidence.ts";
import { type PackageProof, proofKey } from "./proof.ts";
import { proofOf, type ProveRequest } from "./prove-lock.ts";

/** What proves a target's packages, in the store, for whoever cannot ask a mirror. */
export interface TargetEvidence {
  readonly evidence: readonly Evidence[];
  /** Packages that none of it lists. */
  readonly unproved: readonly LockedPackage[];
  /** Why there is not more of it, a line each. */
  readonly reasons: readonly string[];
}

/**
 * The evidence for all packages of a target: the release files that its lock names or what took
 * their place, and, for packages that have left these since, the older ones that proved them, as
 * far as the store has them.
 *
 * Throws `signature-invalid`, `disk-full`.
 */
export async function evidenceOf(
  target: LockTarget,
  request: Omit<ProveRequest, "os" | "architecture" | "packages" | "repositories">,
): Promise<TargetEvidence> {
  const { os, architecture, repositories, images } = target;
  const packages = [...images.values()].flatMap((image) => image.packages);
  const { store } = request.downloader;
  const trust = { ...request, os, architecture, repositories, packages, store };
  const family = await loadFamily(os);
  const first = await family.findEvidence("lock", trust);
  const now = await family.provePackages({
    ...trust,
    evidence: repositoriesOf(first.evidence),
  });
  const older = new Map<string, SignedRepository>();
  for (const entry of now.unproved) {
    const { proof } = await proofOf({ ...trust, packages: [entry] }, entry);
    const kept =
      proof === undefined ? undefined : await keptRepository(proof, (digest) => store.find(digest));
    if (kept !== undefined) older.set(proofKey(entry), kept);
  }
  const further = distinct([...older.values()]).map((repository) => ({
    repository,
    asLocked: false,
  }));
  const rest = await family.provePackages({
    ...trust,
    packages: now.unproved,
    evidence: repositoriesOf(further),
  });
  return {
    evidence: [...first.evidence, ...further],
    unproved: rest.unproved,
    reasons: first.reasons,
  };
}

/**
 * The repository as the release file has it that proved a package; undefined when the store has
 * lost it, and for a package that is signed itself.
 */
async function keptRepository(
  proof: PackageProof,
  find: (digest: Digest) => Promise<string | undefined>,
): Promise<SignedRepository | undefined> {
  if (proof.type === "package") return undefined;
  const { repository: id, archive, release, indexPath, index, signedBy } = proof;
  if ((await find(release)) === undefined || (await find(index)) === undefined) return undefined;
  return {
    id,
    archive,
    metadataDigest: release,
    indexDigests: new Map([[indexPath, index]]),
    signedBy,
  };
}

function distinct(repositories: readonly SignedRepository[]): readonly SignedRepository[] {
  const byRelease = new Map(repositories.map((each) => [each.metadataDigest, each]));
  return [...byRelease.values()].toSorted(by(({ metadataDigest }) => metadataDigest));
}

function repositoriesOf(evidence: readonly Evidence[]): readonly SignedRepository[] {
  return evidence.map(({ repository }) => repository);
}
