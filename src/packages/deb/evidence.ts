import { QclockError } from "../../error.ts";
import type { Digest } from "../../digest.ts";
import { isSigned, type LockedRepository, type SignedRepository } from "../package.ts";
import type { Evidence, EvidencePlace, EvidenceRequest, FoundEvidence } from "../proof/evidence.ts";
import { namedIndex, readRelease } from "./prove.ts";
import { RELEASE_LIMIT_BYTES } from "./release-file.ts";
import { COMPONENTS, indexUrls, loadRepository } from "./repositories.ts";

/**
 * The later release file that took the place of one that no mirror has any more: the same one each
 * time.
 */
const NOTE = "release-substitute";

/** Evidence from one place: see `EvidencePlace`. */
export async function findEvidence(
  place: EvidencePlace,
  request: EvidenceRequest,
): Promise<FoundEvidence> {
  switch (place) {
    case "store":
      return { evidence: await storedEvidence(request), reasons: [] };
    case "lock":
      return collectEvidence(request);
    case "further":
      return furtherEvidence(request);
  }
}

/** What the store has of the repositories that a lock names; nobody is asked. */
async function storedEvidence(request: EvidenceRequest): Promise<readonly Evidence[]> {
  const found = await Promise.all(
    request.repositories.flatMap((locked) => [
      recall({ ...request, asks: false }, locked, true),
      recallSubstitute({ ...request, asks: false }, locked),
    ]),
  );
  return found.filter((each) => each !== undefined);
}

/**
 * Bring into the store what proves a lock's packages: the release file of each repository that the
 * lock names where it can still be had, else the mirror's present one. A repository for which there
 * is neither, as there may be offline, is left out, with the reason.
 *
 * Throws `disk-full`, `store-unusable`.
 */
async function collectEvidence(request: EvidenceRequest): Promise<FoundEvidence> {
  const evidence: Evidence[] = [];
  const reasons: string[] = [];
  for (const locked of request.repositories) {
    try {
      const found =
        (await recall(request, locked, true)) ??
        (await recallSubstitute(request, locked)) ??
        (await fetchPresent(request, locked));
      if (found === undefined)
        reasons.push(
          `${locked.id}: its signed index is not in the store, and --offline asks nobody`,
        );
      else evidence.push(found);
    } catch (error) {
      reasons.push(reasonOf(request, locked.id, error));
    }
  }
  return { evidence, reasons };
}

/**
 * The present release files of the mirror, and those of the further places that it names, which may
 * keep old ones: for packages that the evidence of the lock says nothing about.
 */
async function furtherEvidence(request: EvidenceRequest): Promise<FoundEvidence> {
  const evidence: Evidence[] = [];
  const reasons: string[] = [];
  if (request.downloader.offline) return { evidence, reasons };
  for (const locked of request.repositories) {
    try {
      const present = await fetchPresent(request, locked);
      if (present?.asLocked === false) evidence.push(present);
      const { further = [] } = await request.mirrors();
      for (const base of further) {
        const kept = await fetchKept(request, locked, base);
        if (kept !== undefined) evidence.push(kept);
      }
    } catch (error) {
      reasons.push(reasonOf(request, locked.id, error));
    }
  }
  return { evidence, reasons };
}

/** A failure that means that a repository's evidence cannot be had. Throws any other again. */
function reasonOf({ signal }: EvidenceRequest, id: string, error: unknown): string {
  signal.throwIfAborted();
  if (error instanceof QclockError && UNAVAILABLE.has(error.code)) return `${id}: ${error.message}`;
  throw error;
}

const REPLACEABLE = new Set(["mirror-unreachable", "digest-mismatch", "signature-invalid"]);
const UNAVAILABLE = new Set([...REPLACEABLE, "mirror-not-configured", "offline"]);

/**
 * `asks`: whether what the store lacks may be fetched; absent: unless the downloader is offline.
 */
type Recall = EvidenceRequest & { readonly asks?: boolean };

/**
 * What the store has of a repository, its indexes fetched where they are missing; undefined when
 * that cannot be had any more.
 */
async function recall(
  request: Recall,
  repository: LockedRepository,
  asLocked: boolean,
): Promise<Evidence | undefined> {
  const { store, downloader, signal, asks = !downloader.offline } = request;
  if (!isSigned(repository)) return undefined;
  if ((await store.find(repository.metadataDigest)) === undefined) return undefined;
  try {
    const release = await readRelease({ ...request, repository });
    for (const [path, digest] of repository.indexDigests) {
      const { sizeBytes, sha256 } = namedIndex(release, { repository, path, digest });
      const urls = async (): Promise<readonly string[]> => {
        const mirrors = await request.mirrors();
        return indexUrls(`${mirrors[repository.archive]}/dists/${repository.id}`, path, sha256);
      };
      if (!asks && !(await downloader.holds({ digest, sizeBytes }))) return undefined;
      await downloader.toStore({ urls, digest, sizeBytes, signal });
    }
    return { repository, asLocked };
  } catch (error) {
    signal.throwIfAborted();
    // Gone from the mirror, or damaged in the store: another release file may do.
    if (error instanceof QclockError && REPLACEABLE.has(error.code)) return undefined;
    throw error;
  }
}

async function recallSubstitute(
  request: Recall,
  locked: LockedRepository,
): Promise<Evidence | undefined> {
  const note = await request.store.readNote(NOTE, locked.metadataDigest);
  if (!isSubstitute(note)) return undefined;
  const { release, indexes, signedBy } = note;
  const repository: SignedRepository = {
    ...locked,
    metadataDigest: release,
    indexDigests: new Map(indexes),
    signedBy,
  };
  return recall(request, repository, false);
}

async function fetchPresent(
  request: EvidenceRequest,
  locked: LockedRepository,
): Promise<Evidence | undefined> {
  const { downloader, store } = request;
  if (downloader.offline) return undefined;
  const { repository } = await loadRepository(
    { ...request, mirrors: await request.mirrors() },
    { id: locked.id, archive: locked.archive },
  );
  const { metadataDigest, indexDigests, signedBy } = repository;
  const note: Substitute = { release: metadataDigest, indexes: [...indexDigests], signedBy };
  if (metadataDigest === locked.metadataDigest)
    return { repository: { ...locked, signedBy }, asLocked: true };
  await store.writeNote(NOTE, locked.metadataDigest, note);
  return { repository, asLocked: false };
}

/**
 * The release file of a place that keeps old ones, such as an archive of snapshots. That it has run
 * out since is no fault: which version is wanted is the lock's to say.
 */
async function fetchKept(
  request: EvidenceRequest,
  locked: LockedRepository,
  base: string,
): Promise<Evidence | undefined> {
  const { downloader, signal, architecture } = request;
  const url = `${base}/dists/${locked.id}/InRelease`;
  const bytes = await downloader.bytes(url, { signal, maximumBytes: RELEASE_LIMIT_BYTES });
  if (bytes === undefined) return undefined;
  // Read back from the store like any other: its signature is checked there.
  const metadataDigest = await downloader.keep(bytes);
  const bare = { ...locked, metadataDigest, indexDigests: new Map<string, Digest>() };
  const release = await readRelease({ ...request, repository: bare });
  const indexDigests = new Map<string, Digest>();
  for (const component of COMPONENTS) {
    const path = `${component}/binary-${architecture}/Packages.xz`;
    const named = release.files.get(path);
    if (named === undefined) continue;
    const { sha256, sizeBytes } = named;
    const digest: Digest = `sha256:${sha256}`;
    const urls = indexUrls(`${base}/dists/${locked.id}`, path, sha256);
    await downloader.toStore({ urls, digest, sizeBytes, signal });
    indexDigests.set(path, digest);
  }
  return { repository: { ...bare, indexDigests, signedBy: release.signedBy }, asLocked: false };
}

interface Substitute {
  readonly release: Digest;
  readonly indexes: readonly (readonly [string, Digest])[];
  readonly signedBy: string;
}

/** The store's own note; one that was cut short does not parse, so its shape alone is looked at. */
function isSubstitute(note: unknown): note is Substitute {
  return typeof note === "object" && note !== null && "release" in note && "indexes" in note;
}
