import { createReadStream } from "node:fs";
import { QclockError } from "../../error.ts";
import { together } from "../../together.ts";
import { operatingSystems, type OsName } from "../../os.ts";
import type { Digest } from "../../digest.ts";
import type { IndexedPackage } from "../package-index.ts";
import type { SignedRepository } from "../package.ts";
import type { PackageProof } from "../proof/proof.ts";
import type { LoadedRepositories, LoadRepositoriesRequest } from "../repositories.ts";
import { decompress } from "../../archive/decompress.ts";
import { withinBounds } from "../index-bounds.ts";
import { keysOf } from "./keys/of.ts";
import { recallIndex } from "./index-file.ts";
import { mergeIndexes, parseIndex, type RepositoryIndex } from "./packages-index.ts";
import { refuseOlder } from "./last-seen.ts";
import { RELEASE_LIMIT_BYTES, type ReleaseFile, verifyReleaseFile } from "./release-file.ts";

/** `main` alone: what is in `contrib` and `non-free` has no security support. */
export const COMPONENTS = ["main"] as const;
/** That of Debian's main is 9 MB. */
const LARGEST_PACKED_INDEX = 128 * 1024 * 1024;

/**
 * Fetch and verify the indexes of a Debian release, its updates and its security updates. The chain
 * is the distribution's: a pinned key signs the release file, which names the digest of each index,
 * which names the digest of each package.
 *
 * Throws `signature-invalid`, `digest-mismatch`, `mirror-unreachable`, `offline`.
 */
export async function loadRepositories(
  request: LoadRepositoriesRequest,
): Promise<LoadedRepositories> {
  const { downloader, signal } = request;
  const loaded = await together(request.signal, (either) =>
    sourcesOf(request.os).map((source) => loadRepository({ ...request, signal: either }, source)),
  );
  const files: RepositoryIndex[] = [];
  // Security first: of one version in two repositories the earlier file's entry is kept. One after
  // the other, since reading one takes the memory of a whole index.
  for (const file of loaded.toReversed().flatMap((one) => one.files)) {
    const index = await recallIndex(downloader.store, file.digest, () =>
      parseIndex(readIndexFile(file, signal)),
    );
    files.push({ repository: file.repository, index });
  }
  const index = mergeIndexes(files);
  const repositories = loaded.map(({ repository }) => repository);
  const proofOf = (entry: IndexedPackage): PackageProof | undefined =>
    index.versions(entry.name).includes(entry) ? listedProof(entry, repositories) : undefined;
  return { index, repositories, proofOf };
}

/**
 * What proves an entry of an index that was just read: its signature and its digest were checked.
 */
function listedProof(
  { repository }: IndexedPackage,
  repositories: readonly SignedRepository[],
): PackageProof | undefined {
  const found = repositories.find(({ id }) => id === repository);
  const [first] = found?.indexDigests ?? [];
  if (found === undefined || first === undefined) return undefined;
  const [indexPath, index] = first;
  const { archive, metadataDigest: release, signedBy } = found;
  return { repository, archive, release, indexPath, index, signedBy };
}

/**
 * The text of an index in pieces. Throws `package-corrupt` when it cannot be unpacked, or becomes
 * more than its release says.
 */
async function* readIndexFile(
  { repository, path, stored, unpackedBytes }: IndexFile,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const content = decompress(path, createReadStream(stored, { highWaterMark: 256 * 1024 }));
  try {
    yield* withinBounds(content, { maximumBytes: unpackedBytes, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof QclockError || !(error instanceof Error)) throw error;
    throw new QclockError(
      "package-corrupt",
      `The package index of ${repository} (${path}) cannot be read: ${error.message}.`,
      {
        cause: error,
        hint: "Its digest is as the release file says, so it is damaged at its source: take another mirror.",
      },
    );
  }
}

/** The repositories of a Debian release. */
export function sourcesOf(os: OsName): readonly Source[] {
  const { suite } = operatingSystems[os];
  return [
    { id: suite, archive: "main" },
    { id: `${suite}-updates`, archive: "main" },
    { id: `${suite}-security`, archive: "security" },
  ];
}

/** A verified index in the store. */
interface IndexFile {
  readonly repository: string;
  readonly digest: Digest;
  /** Path below the suite, whose ending tells the compression. */
  readonly path: string;
  /** Path in the store. */
  readonly stored: string;
  /** As the release file says; undefined when it does not. */
  readonly unpackedBytes: number | undefined;
}

interface Source {
  readonly id: string;
  readonly archive: "main" | "security";
}

/**
 * Fetch and verify the release file of one repository and bring it and its indexes into the store:
 * whoever asks later why a package is trusted finds the proof there.
 */
export async function loadRepository(
  request: LoadRepositoriesRequest,
  source: Source,
): Promise<{ readonly repository: SignedRepository; readonly files: readonly IndexFile[] }> {
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
  await refuseOlder(release, { suite: source.id, url, store: downloader.store });
  warnOfEnd(release, request);
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
    if (file.sizeBytes > LARGEST_PACKED_INDEX) {
      throw new QclockError(
        "package-corrupt",
        `${url} says that ${path} has ${file.sizeBytes} bytes, far more than an index has.`,
        { hint: "It is damaged at its source: take another mirror." },
      );
    }
    const digest: Digest = `sha256:${file.sha256}`;
    const urls = indexUrls(base, path, file.sha256);
    const { sizeBytes } = file;
    // Proved each time: what stands in it is believed.
    const stored = await downloader.toStore({ urls, digest, sizeBytes, prove: true, signal });
    indexDigests.set(path, digest);
    const unpackedBytes = release.files.get(path.replace(/\.xz$/, ""))?.sizeBytes;
    files.push({ repository: source.id, digest, path, stored, unpackedBytes });
  }
  const repository: SignedRepository = {
    id: source.id,
    archive: source.archive,
    metadataDigest: await downloader.keep(bytes),
    indexDigests,
    signedBy: release.signedBy,
  };
  return { repository, files };
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A key that runs out so soon is told of: time enough to bring a newer qclock into a bank. */
const WARNING_DAYS = 60;

function warnOfEnd(
  { suite, codename, signedBy, signerExpires }: ReleaseFile,
  { now, onNotice }: LoadRepositoriesRequest,
): void {
  if (signerExpires === undefined || onNotice === undefined) return;
  const days = Math.floor((signerExpires.getTime() - now.getTime()) / DAY_MS);
  if (days > WARNING_DAYS) return;
  onNotice(
    `The key ${signedBy} that signs ${codename === "" ? suite : codename} runs out on ${signerExpires.toISOString().slice(0, 10)}, in ${days} days. A newer qclock ships the key that takes its place.`,
  );
}

/** Where an index lies: by its digest, where older ones stay for a while, and by its name. */
export function indexUrls(base: string, path: string, sha256: string): readonly string[] {
  return [`${base}/${path.replace(/[^/]*$/, "")}by-hash/SHA256/${sha256}`, `${base}/${path}`];
}
