import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import type { Digest } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import type { LockedPackage, LockedRepository, LockTarget } from "../package.ts";
import { decompress } from "../xz.ts";
import type { PinnedKey } from "./keys/debian.ts";
import { type PackageIndex, readPackageIndex } from "./packages-index.ts";
import { type ReleaseFile, verifyReleaseFile } from "./release-file.ts";
import { keysOf, sourcesOf } from "./repositories.ts";

/** Whose packages are to be proved, and whom to believe. */
export interface ProofRequest {
  readonly target: LockTarget;
  readonly store: Store;
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
}

/** Which of a target's packages a signature vouches for. */
export interface Proof {
  readonly proved: readonly LockedPackage[];
  /** In no index of the evidence: they have left the distribution since the lock was made, or the evidence lacks a repository. */
  readonly unproved: readonly LockedPackage[];
}

/**
 * Follow the chain for each package of a target: a trusted key signs the release file, which names the
 * digest of each index, which names the digest of each package. The evidence must lie in the store.
 *
 * Throws `signature-invalid` for a release file that is not signed, an index that it does not name, and a
 * package that the lock gives another digest than the distribution.
 */
export async function provePackages(
  request: ProofRequest & { readonly evidence: readonly LockedRepository[] },
): Promise<Proof> {
  const packages = [...request.target.images.values()].flatMap((image) => image.packages);
  const index = await readIndexes(request, new Set(packages.map(({ name }) => name)));
  const proved: LockedPackage[] = [];
  const unproved: LockedPackage[] = [];
  for (const locked of packages) {
    const entry = index
      .versions(locked.name)
      .find(
        ({ version, architecture }) =>
          version === locked.version && architecture === locked.architecture,
      );
    if (entry === undefined) {
      unproved.push(locked);
      continue;
    }
    if (`sha256:${entry.sha256}` !== locked.digest) throw otherDigest(locked, entry.sha256);
    proved.push(locked);
  }
  return { proved, unproved };
}

async function readIndexes(
  request: Parameters<typeof provePackages>[0],
  names: ReadonlySet<string>,
): Promise<PackageIndex> {
  const files: { repository: string; content: AsyncIterable<Uint8Array> }[] = [];
  for (const repository of request.evidence) {
    const release = await readRelease({ ...request, repository });
    for (const [path, digest] of repository.indexDigests) {
      namedIndex(release, { repository, path, digest });
      const stored = await inStore(request.store, digest, `${repository.id}/${path}`);
      files.push({
        repository: repository.id,
        content: decompress(path, createReadStream(stored)),
      });
    }
  }
  return await readPackageIndex(files, names);
}

/** A release file from the store, its signature checked. It was good when the lock was made, so that it has run out since is no fault. */
export async function readRelease(
  request: ProofRequest & { readonly repository: LockedRepository },
): Promise<ReleaseFile> {
  const { target, store, keys, now, repository } = request;
  const place = `InRelease of ${repository.id}`;
  // Another suite may be signed by the same keys, but nobody asked for its packages.
  if (!sourcesOf(target.os).some(({ id }) => id === repository.id && id === repository.suite)) {
    throw new QclockError("signature-invalid", `${place} is of no suite of ${target.os}.`);
  }
  const text = await readFile(await inStore(store, repository.releaseDigest, place), "utf8");
  const end = new Date(/^Valid-Until: (.+)$/m.exec(text)?.[1] ?? Number.NaN);
  return await verifyReleaseFile({
    text,
    url: place,
    suite: repository.suite,
    keys: keys ?? keysOf(target.os),
    now: end < now ? end : now,
  });
}

/** The index as the release file names it. Throws `signature-invalid` when it names another one. */
export function namedIndex(
  release: ReleaseFile,
  { repository, path, digest }: { repository: LockedRepository; path: string; digest: Digest },
): { readonly sizeBytes: number; readonly sha256: string } {
  const named = release.files.get(path);
  if (named !== undefined && `sha256:${named.sha256}` === digest) return named;
  throw new QclockError(
    "signature-invalid",
    `The release file of ${repository.id} does not vouch for ${digest} as ${path}.`,
    { hint: "The index was exchanged after it was signed. Nothing of it was used." },
  );
}

async function inStore(store: Store, digest: Digest, place: string): Promise<string> {
  const file = await store.find(digest);
  if (file !== undefined) return file;
  throw new QclockError("store-unusable", `${place} (${digest}) has left the store.`);
}

function otherDigest({ name, version, digest }: LockedPackage, sha256: string): QclockError {
  return new QclockError(
    "signature-invalid",
    `${name} ${version} is ${digest} in the lock, but the distribution signed sha256:${sha256}.`,
    { hint: "Somebody changed the lock or the package. Nothing of it was used." },
  );
}
