import type { Digest } from "../stack/stack.ts";
import type { Downloader } from "../store/downloader.ts";
import type { Mirrors } from "./mirror.ts";
import type { PackageId } from "./package.ts";

/** What fetching needs to know of a package. */
export interface FetchablePackage extends PackageId {
  readonly archive: "main" | "security";
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

export interface FetchRequest {
  readonly packages: readonly FetchablePackage[];
  /** Called only when the store lacks a package: offline, no mirror need be known. */
  readonly mirrors: () => Promise<Mirrors>;
  readonly downloader: Downloader;
  readonly concurrency: number;
  /** Bytes that are in the store so far, and in all. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Called for each file as soon as it is there, so that work on it need not wait for the others. */
  readonly onFetched?: (digest: Digest, path: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Bring packages into the store, several at a time, and return the path of each by digest. The digest of
 * each was proved when it came in; what the store has is not asked for again, and what two images share
 * is fetched once.
 *
 * Throws `mirror-unreachable`, `digest-mismatch`, `offline`, `disk-full`; the first failure stops the rest.
 */
export async function fetchPackages(request: FetchRequest): Promise<ReadonlyMap<Digest, string>> {
  const paths = new Map<Digest, string>();
  const packages = new Map(request.packages.map((entry) => [entry.digest, entry]));
  const totalBytes = packages.values().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  // Large files first: a big one that starts last would be waited for alone.
  const queue = [...packages.values()].toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { digest, sizeBytes, archive, path } = next;
      const urls = async (): Promise<readonly string[]> => {
        const mirrors = await request.mirrors();
        // A point release moves security updates into the main archive, so the other one is tried as well.
        const bases = archive === "main" ? [mirrors.main] : [mirrors.security, mirrors.main];
        return bases.map((base) => `${base}/${path}`);
      };
      const onBytes = (count: number): void => {
        doneBytes += count;
        request.onProgress(doneBytes, totalBytes);
      };
      const found = await request.downloader.toStore({ urls, digest, sizeBytes, onBytes, signal });
      paths.set(digest, found);
      request.onFetched?.(digest, found);
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
