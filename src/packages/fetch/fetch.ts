import { countOf, firstOf } from "../../count.ts";
import { QclockError } from "../../error.ts";
import type { Digest } from "../../digest.ts";
import type { Advice } from "../../store/advice.ts";
import { type Downloader, NotFoundError, OFFLINE_HINT } from "../../store/downloader.ts";
import { together } from "../../together.ts";
import { artifactAdvice, artifactUrl } from "../artifacts.ts";
import type { Mirrors } from "../mirror.ts";
import type { LockedRepository, PackageId } from "../package.ts";
import { VanishedError } from "./vanished.ts";

/** What fetching needs to know of a package. */
export interface FetchablePackage extends PackageId {
  readonly archive: "main" | "security";
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** A file of known digest and the places that may have it, tried in turn. */
export interface FetchableFile {
  /** For the reader, such as `bash 5.2.15-2+b8`. */
  readonly name: string;
  readonly digest: Digest;
  /** Undefined while there is no lock that says it. */
  readonly sizeBytes: number | undefined;
  /** Called only when the store lacks the file: offline, no mirror need be known. */
  readonly urls: () => Promise<readonly string[]>;
  /** See `DownloadRequest`. */
  readonly prove?: boolean;
  /** What failures say; absent: that of package mirrors. */
  readonly advice?: Advice;
}

/** What fetching needs to know of an artifact. */
export interface FetchableArtifact {
  readonly url: string;
  readonly digest: Digest;
  /** Absent while there is no lock that says it. */
  readonly sizeBytes?: number;
}

interface Fetching {
  readonly downloader: Downloader;
  readonly concurrency: number;
  /** Bytes that are in the store so far, and in all. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /**
   * Called for each file as soon as it is there, so that work on it need not wait for the others.
   */
  readonly onFetched?: (digest: Digest, path: string) => void;
  readonly signal: AbortSignal;
}

export interface FetchRequest extends Fetching {
  readonly packages: readonly FetchablePackage[];
  readonly artifacts?: readonly FetchableArtifact[];
  /** Base URL under which artifacts lie as `<host>/<path>`. */
  readonly artifactMirror?: string | undefined;
  /** Called only when the store lacks a package: offline, no mirror need be known. */
  readonly mirrors: () => Promise<Mirrors>;
}

/**
 * Bring packages and artifacts into the store, several at a time, and return the path of each by
 * digest. The digest of each was proved when it came in; what the store has is not asked for again,
 * and what two images share is fetched once.
 *
 * Throws `package-vanished` with all that no place has any more, after the others have come in;
 * else `mirror-unreachable`, `artifact-unreachable`, `digest-mismatch`, `offline`, `disk-full`, of
 * which the first stops the rest.
 */
export async function fetchPackages(request: FetchRequest): Promise<ReadonlyMap<Digest, string>> {
  const { artifacts = [], artifactMirror } = request;
  const files = [
    ...request.packages.map((entry) => packageFile(entry, request.mirrors)),
    ...artifacts.map((entry) => artifactFile(entry, artifactMirror)),
  ];
  return await fetchFiles({ ...request, files });
}

/** A package with the archive that its repository is a part of. */
export function withArchive<Entry extends { readonly repository: string }>(
  entry: Entry,
  repositories: readonly Pick<LockedRepository, "id" | "archive">[],
): Entry & Pick<FetchablePackage, "archive"> {
  const repository = repositories.find(({ id }) => id === entry.repository);
  return { ...entry, archive: repository?.archive ?? "main" };
}

/** A package as a file to fetch. */
export function packageFile(
  entry: FetchablePackage,
  mirrors: () => Promise<Mirrors>,
): FetchableFile {
  const { name, version, digest, sizeBytes, archive, path } = entry;
  const urls = async (): Promise<readonly string[]> => {
    const { main, security, further = [], otherPaths } = await mirrors();
    // A point release moves security updates into the main archive, so the other one is tried as
    // well.
    const bases = archive === "main" ? [main, security] : [security, main];
    const paths = [path, ...(otherPaths?.(path) ?? [])];
    return [...new Set([...bases, ...further])].flatMap((base) =>
      paths.map((each) => `${base}/${each}`),
    );
  };
  return { name: `${name} ${version}`, digest, sizeBytes, urls };
}

/** An artifact as a file to fetch. */
export function artifactFile(
  { url, digest, sizeBytes }: FetchableArtifact,
  artifactMirror: string | undefined,
): FetchableFile {
  const urls = async (): Promise<readonly string[]> => [artifactUrl(url, artifactMirror)];
  // A package is hashed when it is unpacked; nothing looks at an artifact again.
  return { name: url, digest, sizeBytes, urls, prove: true, advice: artifactAdvice };
}

/**
 * Bring files into the store, as `fetchPackages` does. Offline the error names everything that the
 * store lacks.
 */
export async function fetchFiles(
  request: Fetching & { readonly files: readonly FetchableFile[] },
): Promise<ReadonlyMap<Digest, string>> {
  const paths = new Map<Digest, string>();
  const files = new Map(request.files.map((entry) => [entry.digest, entry]));
  if (request.downloader.offline) await refuseMissing([...files.values()], request.downloader);
  let totalBytes = files.values().reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const onSize = (sizeBytes: number): void => void (totalBytes += sizeBytes);
  let doneBytes = 0;
  const vanished: FetchableFile[] = [];
  // Large files first: a big one that starts last would be waited for alone.
  const queue = [...files.values()].toSorted(
    (a, b) => (b.sizeBytes ?? Infinity) - (a.sizeBytes ?? Infinity) || 0,
  );
  const work = async (signal: AbortSignal): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { digest, name, ...file } = next;
      const onBytes = (count: number): void => {
        doneBytes += count;
        request.onProgress(doneBytes, Math.max(doneBytes, totalBytes));
      };
      const download = { ...file, digest, onBytes, onSize, signal };
      const found = await request.downloader.toStore(download).catch((error: unknown) => {
        // Gone everywhere: the others are looked for all the same, so that all that are gone are
        // told at once.
        if (error instanceof NotFoundError && error.code === "mirror-unreachable") return undefined;
        throw withName(error, name);
      });
      if (found === undefined) {
        vanished.push(next);
        continue;
      }
      paths.set(digest, found);
      request.onFetched?.(digest, found);
    }
  };
  await together(request.signal, (signal) =>
    Array.from({ length: request.concurrency }, () => work(signal)),
  );
  if (vanished.length > 0) throw new VanishedError(vanished);
  return paths;
}

/**
 * Other bytes under a package's name are told with that name: the URL alone says it in the mirror's
 * words.
 */
function withName(error: unknown, name: string): unknown {
  if (!(error instanceof QclockError) || error.code !== "digest-mismatch") return error;
  const { message, hint, details, cause } = error;
  return new QclockError(
    error.code,
    `${name} has other bytes than the lock or the index names: ${message}`,
    {
      hint,
      details,
      cause,
    },
  );
}

const SHOWN = 10;

/**
 * Throws `offline` with all files that the store lacks: whoever carries a bundle over must not
 * learn of one package at a time.
 */
export async function refuseMissing(
  files: readonly Pick<FetchableFile, "name" | "digest" | "sizeBytes">[],
  downloader: Downloader,
): Promise<void> {
  const held = await Promise.all(files.map((file) => downloader.holds(file)));
  const missing = files.filter((_, index) => held[index] !== true);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).toSorted();
  throw new QclockError(
    "offline",
    `${missing.length} of ${countOf(files.length, "needed file")} ${missing.length === 1 ? "is" : "are"} not in the store, and --offline allows no request.`,
    {
      details: firstOf(names, SHOWN),
      hint: OFFLINE_HINT,
    },
  );
}
