import type { Artifact } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import { pinArtifacts } from "../artifacts.ts";
import { type FetchablePackage, fetchPackages } from "../fetch/fetch.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { LockRequest } from "./request.ts";
import type { Lock, LockedImage } from "../package.ts";

/** The artifacts of an image as the lock has them. `paths` are those that were fetched. */
export async function lockedArtifacts(
  { existing }: LockRequest,
  artifacts: readonly Artifact[],
  paths: ReadonlyMap<Digest, string>,
): Promise<Pick<LockedImage, "artifacts">> {
  if (artifacts.length === 0) return {};
  return { artifacts: await pinArtifacts(artifacts, paths, knownSizes(existing)) };
}

/**
 * Packages, and the artifacts that no lock has pinned yet: those of images that are not built, such
 * as of inactive profiles, must not be needed each time that a package moves.
 */
export async function fetchForLock(
  request: LockRequest,
  packages: readonly FetchablePackage[],
): Promise<ReadonlyMap<Digest, string>> {
  const known = knownSizes(request.existing);
  return fetchPackages({
    packages,
    // Only their digests are known: what they weigh is for the lock to say from now on.
    artifacts: assembledImages(request.stack).flatMap(({ artifacts }) =>
      artifacts.flatMap(({ url, digest }) => (known.has(digest) ? [] : [{ url, digest }])),
    ),
    artifactMirror: request.artifactMirror,
    mirrors: request.mirrors,
    downloader: request.downloader,
    concurrency: 8,
    onProgress: request.onProgress,
    signal: request.signal,
  });
}

/** What the artifacts weigh that some target of the lock has pinned. */
function knownSizes(existing: Lock | undefined): ReadonlyMap<Digest, number> {
  const images = [...(existing?.targets.values() ?? [])].flatMap((target) => [
    ...target.images.values(),
  ]);
  return new Map(
    images.flatMap(({ artifacts = [] }) =>
      artifacts.map(({ digest, sizeBytes }) => [digest, sizeBytes] as const),
    ),
  );
}
