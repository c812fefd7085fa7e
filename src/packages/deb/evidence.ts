import { QclockError } from "../../error.ts";
import type { Digest } from "../../stack/stack.ts";
import type { Downloader } from "../../store/downloader.ts";
import { type Mirrors, suiteOf } from "../mirror.ts";
import type { LockedRepository } from "../package.ts";
import { namedIndex, type ProofRequest, readRelease } from "./prove.ts";
import { indexUrls, loadRepository } from "./repositories.ts";

/**
 * What proves that a repository's packages are the distribution's: its signed release file and the indexes
 * that it names, by digest, in the store.
 */
export interface Evidence {
  /** The repository as this release file has it. */
  readonly repository: LockedRepository;
  /** Whether it is the release file that the lock names; else a later one, since mirrors keep only the newest. */
  readonly asLocked: boolean;
}

export interface EvidenceRequest extends ProofRequest {
  readonly mirrors: () => Promise<Mirrors>;
  readonly downloader: Downloader;
  readonly signal: AbortSignal;
}

/** The later release file that took the place of one that no mirror has any more: the same one each time. */
const NOTE = "release-substitute";

/**
 * Bring into the store what proves a target's packages: the release file of each repository that the lock
 * names where it can still be had, else the mirror's present one. A repository for which there is neither,
 * as there may be offline, is left out.
 *
 * Throws `signature-invalid`, `mirror-unreachable`, `disk-full`.
 */
export async function collectEvidence(request: EvidenceRequest): Promise<readonly Evidence[]> {
  const found: Evidence[] = [];
  if (suiteOf(request.target.os) === undefined) return found;
  for (const locked of request.target.repositories) {
    const evidence =
      (await recall(request, locked, true)) ??
      (await recallSubstitute(request, locked)) ??
      (await fetchPresent(request, locked));
    if (evidence !== undefined) found.push(evidence);
  }
  return found;
}

/** What the store has of a repository, its indexes fetched where they are missing; undefined when that cannot be had any more. */
async function recall(
  request: EvidenceRequest,
  repository: LockedRepository,
  asLocked: boolean,
): Promise<Evidence | undefined> {
  const { store, downloader, signal } = request;
  if ((await store.find(repository.releaseDigest)) === undefined) return undefined;
  try {
    const release = await readRelease({ ...request, repository });
    for (const [path, digest] of repository.indexDigests) {
      const { sizeBytes, sha256 } = namedIndex(release, { repository, path, digest });
      const urls = async (): Promise<readonly string[]> => {
        const mirrors = await request.mirrors();
        return indexUrls(`${mirrors[repository.archive]}/dists/${repository.suite}`, path, sha256);
      };
      if (downloader.offline && !(await downloader.holds({ digest, sizeBytes }))) return undefined;
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

const REPLACEABLE = new Set(["mirror-unreachable", "digest-mismatch", "signature-invalid"]);

async function recallSubstitute(
  request: EvidenceRequest,
  locked: LockedRepository,
): Promise<Evidence | undefined> {
  const note = await request.store.readNote(NOTE, locked.releaseDigest);
  if (!isSubstitute(note)) return undefined;
  const { release, indexes, signedBy } = note;
  const repository: LockedRepository = {
    ...locked,
    releaseDigest: release,
    indexDigests: new Map(indexes),
    signedBy,
  };
  return recall(request, repository, false);
}

async function fetchPresent(
  request: EvidenceRequest,
  locked: LockedRepository,
): Promise<Evidence | undefined> {
  const { target, downloader, store } = request;
  if (downloader.offline) return undefined;
  const { repository } = await loadRepository(
    {
      ...request,
      os: target.os,
      architecture: target.architecture,
      mirrors: await request.mirrors(),
    },
    { id: locked.id, archive: locked.archive },
  );
  const { releaseDigest, indexDigests, signedBy } = repository;
  const note: Substitute = { release: releaseDigest, indexes: [...indexDigests], signedBy };
  if (releaseDigest === locked.releaseDigest) return { repository: locked, asLocked: true };
  await store.writeNote(NOTE, locked.releaseDigest, note);
  return { repository, asLocked: false };
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
