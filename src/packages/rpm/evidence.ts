import { QclockError } from "../../error.ts";
import { fetchPackages, withArchive } from "../fetch/fetch.ts";
import { VanishedError } from "../fetch/vanished.ts";
import type { EvidencePlace, EvidenceRequest, FoundEvidence } from "../proof/evidence.ts";

/** What says that packages cannot be had, and no more. */
const UNAVAILABLE = new Set(["mirror-unreachable", "mirror-not-configured", "offline"]);
const CONCURRENCY = 8;

/**
 * A package is its own evidence, since it is signed itself: what proves it is brought into the
 * store by fetching it. Metadata proves nothing here, so there is never any.
 *
 * Throws `digest-mismatch`, `disk-full`, `store-unusable`.
 */
export async function findEvidence(
  place: EvidencePlace,
  request: EvidenceRequest,
): Promise<FoundEvidence> {
  if (place !== "lock" || request.downloader.offline) return { evidence: [], reasons: [] };
  const { packages, repositories, mirrors, downloader, signal } = request;
  try {
    await fetchPackages({
      packages: packages.map((entry) => withArchive(entry, repositories)),
      mirrors,
      downloader,
      concurrency: CONCURRENCY,
      onProgress: () => undefined,
      signal,
    });
    return { evidence: [], reasons: [] };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof VanishedError) return { evidence: [], reasons: [error.message] };
    if (error instanceof QclockError && UNAVAILABLE.has(error.code))
      return { evidence: [], reasons: [error.message] };
    throw error;
  }
}
