import type { Digest } from "../stack/stack.ts";
import type { Downloader, DownloadRequest } from "../store/downloader.ts";
import { artifactAdvice, artifactUrl } from "./artifacts.ts";
import type { Mirrors } from "./mirror.ts";
import type { PackageId } from "./package.ts";

/** What fetching needs to know of a package. */
export interface FetchablePackage extends PackageId {
  readonly archive: "main" | "security";
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** What fetching needs to know of an artifact. */
export interface FetchableArtifact {
  readonly url: string;
  readonly digest: Digest;
  /** Absent while there is no lock that says it. */
  readonly sizeBytes?: number;
}

export interface FetchRequest {
  readonly packages: readonly FetchablePackage[];
  readonly artifacts?: readonly FetchableArtifact[];
  /** Base URL under which artifacts lie as `<host>/<path>`. */
  readonly artifactMirror?: string | undefined;
  /** Called only when the store lacks a package: offline, no mirror need be known. */
  readonly mirrors: () => Promise<Mirrors>;
  readonly downloader: Downloader;
  readonly concurrency: number;
  /** Bytes that are in the store so far, and in all. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Bring packages and artifacts into the store, several at a time, and return the path of each by digest. The digest of
 * each was proved when it came in; what the store has is not asked for again, and what two images share
 * is fetched once.
 *
 * Throws `mirror-unreachable`, `artifact-unreachable`, `digest-mismatch`, `offline`, `disk-full`; the
 * first failure stops the rest.
 */
export async function fetchPackages(request: FetchRequest): Promise<ReadonlyMap<Digest, string>> {
  const paths = new Map<Digest, string>();
  const files = new Map(filesOf(request).map((entry) => [entry.digest, entry]));
  let totalBytes = files.values().reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  // Large files first: a big one that starts last would be waited for alone.
  const queue = [...files.values()].toSorted(
    (a, b) => (b.sizeBytes ?? Infinity) - (a.sizeBytes ?? Infinity) || 0,
  );
  const onSize = (sizeBytes: number): void => void (totalBytes += sizeBytes);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const onBytes = (count: number): void => {
        doneBytes += count;
        request.onProgress(doneBytes, Math.max(doneBytes, totalBytes));
      };
      const path = await request.downloader.toStore({ ...next, onBytes, onSize, signal });
      paths.set(next.digest, path);
    }
  };
  const workers = Array.from({ length: request.concurrency }, () => work());
  try {
    await Promise.all(workers);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return paths;
}

type FetchableFile = Pick<DownloadRequest, "urls" | "digest" | "sizeBytes" | "advice">;

function filesOf(request: FetchRequest): readonly FetchableFile[] {
  const { packages, mirrors, artifacts = [], artifactMirror } = request;
  return [
    ...packages.map(({ digest, sizeBytes, archive, path }) => ({
      digest,
      sizeBytes,
      urls: async () => {
        const { main, security } = await mirrors();
        // A point release moves security updates into the main archive, so the other one is tried as well.
        const bases = archive === "main" ? [main] : [security, main];
        return bases.map((base) => `${base}/${path}`);
      },
    })),
    ...artifacts.map(({ url, digest, sizeBytes }) => ({
      digest,
      sizeBytes,
      urls: [artifactUrl(url, artifactMirror)],
      advice: artifactAdvice,
    })),
  ];
}
