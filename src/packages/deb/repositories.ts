import { createReadStream } from "node:fs";
import { QclockError } from "../../error.ts";
import type { Architecture, Digest, OsName } from "../../stack/stack.ts";
import type { Downloader } from "../../store/downloader.ts";
import { type Mirrors, suiteOf } from "../mirror.ts";
import type { LockedRepository } from "../package.ts";
import { decompress } from "../xz.ts";
import type { PinnedKey } from "./keys/debian.ts";
import { keysOf } from "./keys/of.ts";
import { type PackageIndex, readPackageIndex } from "./packages-index.ts";
import { verifyReleaseFile } from "./release-file.ts";

/** The package index of an OS with the repositories that it was read from. */
export interface LoadedRepositories {
  readonly index: PackageIndex;
  readonly repositories: readonly LockedRepository[];
}

export interface LoadRepositoriesRequest {
  readonly os: OsName;
  readonly architecture: Architecture;
  readonly mirrors: Mirrors;
  readonly downloader: Downloader;
  /** The keys to trust; absent: those that ship with qclock for the OS. */
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** `main` alone: what is in `contrib` and `non-free` has no security support. */
export const COMPONENTS = ["main"] as const;
/** A release file is some hundred thousand bytes. */
export const RELEASE_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Fetch and verify the indexes of a Debian release, its updates and its security updates. The chain is
 * the distribution's: a pinned key signs the release file, which names the digest of each index, which
 * names the digest of each package.
 *
 * Throws `signature-invalid`, `digest-mismatch`, `mirror-unreachable`, `offline`.
 */
export async function loadRepositories(
  request: LoadRepositoriesRequest,
): Promise<LoadedRepositories> {
  const loaded = await loadAll(request, sourcesOf(request.os));
  return {
    // Security first: of one version in two repositories the earlier file's entry is kept.
    index: await readPackageIndex(
      loaded.toReversed().flatMap(({ files }) =>
        files.map(({ repository, path, stored }) => ({
          repository,
          content: decompress(path, createReadStream(stored)),
        })),
      ),
    ),
    repositories: loaded.map(({ repository }) => repository),
  };
}

/** The repositories of a Debian release. */
export function sourcesOf(os: OsName): readonly Source[] {
  const suite = suiteOf(os);
  if (suite === undefined) throw new Error(`${os} is not of the Debian family`);
  return [
    { id: suite, archive: "main" },
    { id: `${suite}-updates`, archive: "main" },
    { id: `${suite}-security`, archive: "security" },
  ];
}

/** A verified index in the store. */
interface IndexFile {
  readonly repository: string;
  /** Path below the suite, whose ending tells the compression. */
  readonly path: string;
  /** Path in the store. */
  readonly stored: string;
}

interface Source {
  readonly id: string;
  readonly archive: "main" | "security";
}

/** All at once; the first failure stops the others, and none goes on behind the caller's back. */
async function loadAll(
  request: LoadRepositoriesRequest,
  sources: readonly Source[],
): Promise<readonly Awaited<ReturnType<typeof loadRepository>>[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const loading = sources.map((source) => loadRepository({ ...request, signal }, source));
  try {
    return await Promise.all(loading);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(loading);
    throw error;
  }
}

/**
 * Fetch and verify the release file of one repository and bring it and its indexes into the store: whoever
 * asks later why a package is trusted finds the proof there.
 */
export async function loadRepository(
  request: LoadRepositoriesRequest,
  source: Source,
): Promise<{ readonly repository: LockedRepository; readonly files: readonly IndexFile[] }> {
  const { downloader, signal, architecture, mirrors } = request;
  const base = `${mirrors[source.archive]}/dists/${source.id}`;
  const url = `${base}/InRelease`;
  const bytes = await downloader.bytes(url, { signal, maximumBytes: RELEASE_LIMIT_BYTES });
  if (bytes === undefined) {
    throw new QclockError("mirror-unreachable", `${url} does not exist on the mirror.`, {
      hint: `Check that the mirror (from ${mirrors.origin}) carries ${source.id}.`,
    });
  }
  const release = await verifyReleaseFile({
    text: new TextDecoder().decode(bytes),
    url,
    suite: source.id,
    keys: request.keys ?? keysOf(request.os),
    now: request.now,
  });
  const indexDigests = new Map<string, Digest>();
  const files: IndexFile[] = [];
  for (const component of COMPONENTS) {
    const path = `${component}/binary-${architecture}/Packages.xz`;
    const file = release.files.get(path);
    if (file === undefined) {
      throw new QclockError("mirror-unreachable", `${url} names no ${path}.`, {
        hint: `The release has no packages for ${architecture}.`,
      });
    }
    const digest: Digest = `sha256:${file.sha256}`;
    const urls = indexUrls(base, path, file.sha256);
    const { sizeBytes } = file;
    // Proved each time: what stands in it is believed.
    const stored = await downloader.toStore({ urls, digest, sizeBytes, prove: true, signal });
    indexDigests.set(path, digest);
    files.push({ repository: source.id, path, stored });
  }
  const repository: LockedRepository = {
    id: source.id,
    suite: source.id,
    components: COMPONENTS,
    archive: source.archive,
    releaseDigest: await downloader.keep(bytes),
    indexDigests,
    signedBy: release.signedBy,
  };
  return { repository, files };
}

/** Where an index lies: by its digest, where older ones stay for a while, and by its name. */
export function indexUrls(base: string, path: string, sha256: string): readonly string[] {
  return [`${base}/${path.replace(/[^/]*$/, "")}by-hash/SHA256/${sha256}`, `${base}/${path}`];
}
