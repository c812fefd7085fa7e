import type { Architecture, OsName } from "../../os.ts";
import type { Downloader } from "../../store/downloader.ts";
import type { PinnedKey } from "./pinned-key.ts";
import { loadFamily } from "../families.ts";
import type { Mirrors } from "../mirror.ts";
import type { LockedPackage, LockedRepository } from "../package.ts";
import {
  isSetProved,
  type PackageProof,
  proofKey,
  type ProofScope,
  recallProof,
  rememberProof,
  rememberSet,
} from "./proof.ts";

/** Packages that a lock names, and where what proves them may be. */
export interface ProveRequest {
  readonly os: OsName;
  readonly architecture: Architecture;
  readonly packages: readonly LockedPackage[];
  /** Those of the lock: the release files that it names are looked for first. */
  readonly repositories: readonly LockedRepository[];
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  readonly mirrors: () => Promise<Mirrors>;
  /** Its store keeps proofs and evidence. */
  readonly downloader: Downloader;
  readonly now: Date;
  /** Told when indexes have to be read, which takes seconds. */
  readonly onPhase: (title: string) => void;
  readonly signal: AbortSignal;
}

/** Which packages are the distribution's. */
export interface LockProof {
  readonly unproved: readonly LockedPackage[];
  /** Why there was not more evidence, a line each. */
  readonly reasons: readonly string[];
}

/**
 * Prove that packages are the distribution's. What was proved before is known by the store's notes,
 * so that a lock that was proved as a whole costs one small file. For the rest the signed indexes
 * are read: those that the store has, then those that the lock names and the mirror still serves,
 * then the mirror's present ones and those of places that keep old ones.
 *
 * Throws `signature-invalid` for a package that a signed index tells something else about.
 */
export async function proveLock(request: ProveRequest): Promise<LockProof> {
  const { packages } = request;
  if (packages.length === 0) return { unproved: [], reasons: [] };
  const scope = await scopeOf(request);
  if (await isSetProved(scope, packages)) return { unproved: [], reasons: [] };
  const open = await withoutProof(scope, packages);
  const proof = open.length === 0 ? { unproved: [], reasons: [] } : await search(request, open);
  if (proof.unproved.length === 0) await rememberSet(scope, packages);
  return proof;
}

/**
 * The proof of one package, from the store's notes or made now; without one the reasons for that.
 */
export async function proofOf(
  request: ProveRequest,
  entry: LockedPackage,
): Promise<{ readonly proof?: PackageProof; readonly reasons: readonly string[] }> {
  const scope = await scopeOf(request);
  const known = await recallProof(scope, entry);
  if (known !== undefined) return { proof: known, reasons: [] };
  const { proofs, reasons } = await search(request, [entry]);
  const proof = proofs.get(proofKey(entry));
  return proof === undefined ? { reasons } : { proof, reasons };
}

/** Keep what was proved by reading the indexes for another reason, such as resolving. */
export async function rememberProofs(
  request: Trust,
  proofs: Iterable<readonly [LockedPackage, PackageProof]>,
): Promise<void> {
  const scope = await scopeOf(request);
  await Promise.all([...proofs].map(([entry, proof]) => rememberProof(scope, entry, proof)));
}

async function withoutProof(
  scope: ProofScope,
  packages: readonly LockedPackage[],
): Promise<readonly LockedPackage[]> {
  // What two images hold is looked for once.
  const distinct = [...new Map(packages.map((entry) => [proofKey(entry), entry])).values()];
  const known = await Promise.all(distinct.map((entry) => recallProof(scope, entry)));
  return distinct.filter((_, index) => known[index] === undefined);
}

/** Read signed indexes until each package is proved or there are no more of them. */
async function search(
  request: ProveRequest,
  packages: readonly LockedPackage[],
): Promise<LockProof & { readonly proofs: ReadonlyMap<string, PackageProof> }> {
  request.onPhase("Checking the signatures of the packages");
  const family = await loadFamily(request.os);
  const scope = await scopeOf(request);
  const trust = { ...request, store: request.downloader.store };
  const reasons = new Set<string>();
  const read = new Set<string>();
  const proofs = new Map<string, PackageProof>();
  let unproved = packages;
  for (const place of ["store", "lock", "further"] as const) {
    const found = await family.findEvidence(place, { ...trust, packages: unproved });
    for (const reason of found.reasons) reasons.add(reason);
    const evidence = found.evidence
      .map(({ repository }) => repository)
      .filter(({ metadataDigest }) => !read.has(metadataDigest));
    for (const { metadataDigest } of evidence) read.add(metadataDigest);
    const proof = await family.provePackages({ ...trust, packages: unproved, evidence });
    await Promise.all(
      unproved.map(async (entry) => {
        const proved = proof.proofs.get(proofKey(entry));
        if (proved === undefined) return;
        proofs.set(proofKey(entry), proved);
        await rememberProof(scope, entry, proved);
      }),
    );
    ({ unproved } = proof);
    if (unproved.length === 0) break;
  }
  return { unproved, proofs, reasons: unproved.length === 0 ? [] : [...reasons] };
}

/** Whose proofs, which keys, and where they are kept. */
interface Trust extends Pick<ProveRequest, "os" | "keys"> {
  readonly downloader: Pick<Downloader, "store">;
}

async function scopeOf(request: Trust): Promise<ProofScope> {
  const { os, downloader } = request;
  const keys = request.keys ?? (await (await loadFamily(os)).keysOf(os));
  const trusted = new Set(keys.map(({ fingerprint }) => fingerprint));
  return { os, trusted, store: downloader.store };
}
