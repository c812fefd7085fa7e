import { type Digest, toDigest } from "../../../digest.ts";
import { QclockError } from "../../../error.ts";
import { compareTexts } from "../../../order.ts";
import { NotFoundError } from "../../../store/downloader.ts";
import type { LockedRepository } from "../../package.ts";
import type { LoadRepositoriesRequest } from "../../repositories.ts";
import {
  findRepository,
  type FoundRepository,
  repomdUrl,
  repositoryUrls,
} from "./find-repository.ts";
import { keysOf } from "../keys/of.ts";
import { compareRevision } from "./last-revision.ts";
import { type MetadataType, parseRepomd, type Repomd } from "../metadata/repomd.ts";
import { fetchMetadata, type StoredFile } from "./metadata-file.ts";
import { SIGNATURE_LIMIT_BYTES, verifyRepomd } from "./repomd-signature.ts";
import { folderOf, rpmArchitectures, type RpmRepository } from "./repository-table.ts";

/** A repository whose metadata was found. */
export interface LoadedRepository {
  readonly id: string;
  /** Its folder below the distribution's root. */
  readonly folder: string;
  readonly primary: StoredFile;
  /** Absent: the repository has no modules. */
  readonly modules?: StoredFile;
  /** Another file of its metadata, fetched when it is asked for; undefined: it has none. */
  readonly fetch: (type: MetadataType) => Promise<StoredFile | undefined>;
  /** What the lock says of it. */
  readonly locked: LockedRepository;
}

/**
 * Find a repository at the mirror and bring the list of its packages into the store.
 *
 * Throws `mirror-unreachable` when the mirror does not have it, `package-corrupt` for metadata that
 * is none, `signature-invalid` for a false signature of it, and what fetching throws.
 */
export async function loadRepository(
  request: LoadRepositoriesRequest,
  repository: RpmRepository,
): Promise<LoadedRepository> {
  const found = await find(request, repository);
  try {
    return await loadFound(request, repository, found);
  } catch (error) {
    if (!isOfAnotherState(error)) throw error;
    // The distribution published while we read: the files that repomd.xml named are gone.
    const again = await find(request, repository);
    if (Buffer.from(again.repomd).equals(found.repomd)) throw error;
    return await loadFound(request, repository, again);
  }
}

async function find(
  request: LoadRepositoriesRequest,
  repository: RpmRepository,
): Promise<FoundRepository> {
  const architecture = rpmArchitectures[request.architecture];
  const found = await findRepository(request, repository, architecture);
  if (found !== undefined) return found;
  const { mirrors } = request;
  throw new QclockError(
    "mirror-unreachable",
    `${repository.id} is not on the mirror ${mirrors.main}.`,
    {
      details: repositoryUrls(request, repository, architecture).map(
        (url) => `${repomdUrl(url)} does not exist`,
      ),
      hint: `Check that the mirror (from ${mirrors.origin}) carries ${repository.id} for ${architecture}.`,
    },
  );
}

function isOfAnotherState(error: unknown): boolean {
  return (
    error instanceof NotFoundError ||
    (error instanceof QclockError &&
      (error.code === "digest-mismatch" || error.code === "signature-invalid"))
  );
}

async function loadFound(
  request: LoadRepositoriesRequest,
  repository: RpmRepository,
  { url, repomd: bytes }: FoundRepository,
): Promise<LoadedRepository> {
  const { downloader, signal } = request;
  const signedBy = await signerOf(request, { url, repomd: bytes });
  const repomd: Repomd = parseRepomd(bytes, repomdUrl(url));
  const { id } = repository;
  const architecture = rpmArchitectures[request.architecture];
  const warning = await compareRevision({
    revision: repomd.revision,
    key: `${request.os}-${id}-${architecture}`,
    url: repomdUrl(url),
    isSigned: signedBy !== undefined,
    store: downloader.store,
  });
  if (warning !== undefined) request.onNotice?.(warning);
  const metadataDigest = await downloader.keep(bytes);
  const fetch = async (type: MetadataType): Promise<StoredFile | undefined> => {
    const file = repomd.files.get(type);
    if (file === undefined) return undefined;
    return await fetchMetadata(file, { repository: id, url, downloader, signal });
  };
  // One after the other, so that none goes on when this has failed.
  const primary = await fetch("primary");
  const modules = await fetch("modules");
  if (primary === undefined) throw new Error("repomd.xml was read without a primary");
  return {
    id,
    folder: folderOf(repository, architecture),
    primary,
    ...(modules === undefined ? {} : { modules }),
    fetch,
    locked: {
      id,
      archive: "main",
      metadataDigest,
      indexDigests: indexDigestsOf(repomd),
      ...(signedBy === undefined ? {} : { signedBy }),
    },
  };
}

/**
 * The files that packages are chosen by, whether they were read or not: the lists of all paths are
 * read only where a path is missing, which depends on the lock before as well, and the same state
 * of a repository must give the same lock. Sorted by path.
 */
function indexDigestsOf({ files }: Repomd): ReadonlyMap<string, Digest> {
  const named = (["primary", "filelists", "modules"] as const).flatMap((type) => {
    const file = files.get(type);
    return file === undefined ? [] : [[file.path, toDigest(file.sha256)] as const];
  });
  return new Map(named.toSorted(([a], [b]) => compareTexts(a, b)));
}

/** Who signed the metadata; undefined where nobody did who is trusted, as in most repositories. */
async function signerOf(
  request: LoadRepositoriesRequest,
  { url, repomd }: FoundRepository,
): Promise<string | undefined> {
  const { downloader, signal, os, onNotice } = request;
  const place = repomdUrl(url);
  const options = { signal, maximumBytes: SIGNATURE_LIMIT_BYTES };
  const signature = await downloader.bytes(`${place}.asc`, options);
  if (signature === undefined) return undefined;
  const { keys = keysOf(os) } = request;
  const text = new TextDecoder().decode(signature);
  const found = verifyRepomd({ bytes: repomd, signature: text, url: place, keys });
  if (found.signedBy === undefined) onNotice?.(found.note);
  return found.signedBy;
}
