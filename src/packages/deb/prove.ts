import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import type { LockedPackage, LockedRepository } from "../package.ts";
import type { Proof, ProofRequest, ProvePackagesRequest } from "../proof/evidence.ts";
import { type PackageProof, proofKey } from "../proof/proof.ts";
import { decompress } from "../../archive/decompress.ts";
import { keysOf } from "./keys/of.ts";
import { withinBounds } from "../index-bounds.ts";
import type { IndexedPackage } from "../package-index.ts";
import { findPackages } from "./packages-index.ts";
import { type ReleaseFile, verifyReleaseFile } from "./release-file.ts";
import { sourcesOf } from "./repositories.ts";

/**
 * Follow the chain for each package: a trusted key signs the release file, which names the digest
 * of each index, which names the digest of each package. The evidence must lie in the store.
 *
 * Throws `signature-invalid` for a release file that is not signed, an index that it does not name,
 * and a package of which an index says something else than the lock and none says the same.
 */
export async function provePackages(request: ProvePackagesRequest): Promise<Proof> {
  const { packages, evidence } = request;
  const wanted = new Map(packages.map((entry) => [proofKey(entry), entry]));
  const names = new Set(packages.map(({ name }) => name));
  const proofs = new Map<string, PackageProof>();
  const others: IndexedPackage[] = [];
  for (const repository of evidence) {
    const release = await readRelease({ ...request, repository });
    for (const [indexPath, index] of repository.indexDigests) {
      namedIndex(release, { repository, path: indexPath, digest: index });
      const { id, archive, metadataDigest } = repository;
      const proof = { repository: id, archive, release: metadataDigest, indexPath, index };
      for (const entry of await readEntries(request, { id, indexPath, index, names })) {
        const key = proofKey({ ...entry, digest: `sha256:${entry.sha256}` });
        if (!wanted.has(key)) others.push(entry);
        else if (!proofs.has(key)) proofs.set(key, { ...proof, signedBy: release.signedBy });
      }
    }
  }
  const unproved = packages.filter((entry) => !proofs.has(proofKey(entry)));
  for (const locked of unproved) refuseContradiction(locked, others);
  return { proofs, unproved };
}

/**
 * The entries of some packages in an index; none when its bytes are not what the digest says, and
 * then it leaves the store.
 */
async function readEntries(
  { store }: ProofRequest,
  at: {
    readonly id: string;
    readonly indexPath: string;
    readonly index: Digest;
    readonly names: ReadonlySet<string>;
  },
): Promise<readonly IndexedPackage[]> {
  const { id, indexPath, index, names } = at;
  const stored = await inStore(store, index, `${id}/${indexPath}`);
  const hash = createHash("sha256");
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of createReadStream(stored, { highWaterMark: PIECE_BYTES })) {
      hash.update(piece);
      yield piece;
    }
  };
  const unpacked = withinBounds(decompress(indexPath, hashed()));
  const entries: IndexedPackage[] = [];
  let failure: unknown;
  try {
    for await (const entry of findPackages(id, unpacked, names)) entries.push(entry);
  } catch (error) {
    failure = error;
  }
  if (failure === undefined && `sha256:${hash.digest("hex")}` === index) return entries;
  // Disks forget, and somebody else may have written there: it is fetched again by whoever needs
  // it.
  await store.remove(index);
  return [];
}

const PIECE_BYTES = 256 * 1024;

/**
 * A package that the distribution knows and that the lock tells something else about was changed by
 * somebody.
 */
function refuseContradiction(locked: LockedPackage, others: readonly IndexedPackage[]): void {
  const other = others.find(
    ({ name, version, architecture }) =>
      name === locked.name && version === locked.version && architecture === locked.architecture,
  );
  if (other === undefined) return;
  const facts: readonly (readonly [string, string | number, string | number])[] = [
    ["sha256", locked.digest.slice("sha256:".length), other.sha256],
    ["size", locked.sizeBytes, other.sizeBytes],
    [
      "source",
      `${locked.source} ${locked.sourceVersion}`,
      `${other.source} ${other.sourceVersion}`,
    ],
  ];
  throw new QclockError(
    "signature-invalid",
    `${locked.name} ${locked.version} is not what the distribution signed.`,
    {
      details: facts
        .filter(([, mine, signed]) => mine !== signed)
        .map(([fact, mine, signed]) => `${fact}: ${mine} in the lock, ${signed} in the index`),
      hint: `Somebody changed the lock or the package. Nothing of it was used. Take the signed one with \`qclock lock --update ${locked.name}\`.`,
    },
  );
}

/**
 * A release file from the store, its signature checked. It was good when the lock was made, so that
 * it has run out since is no fault.
 */
export async function readRelease(
  request: ProofRequest & { readonly repository: LockedRepository },
): Promise<ReleaseFile> {
  const { os, store, keys, now, repository } = request;
  const place = `InRelease of ${repository.id}`;
  // Another suite may be signed by the same keys, but nobody asked for its packages.
  if (!sourcesOf(os).some(({ id }) => id === repository.id)) {
    throw new QclockError("signature-invalid", `${place} is of no suite of ${os}.`);
  }
  const text = await readFile(await inStore(store, repository.metadataDigest, place), "utf8");
  return await verifyReleaseFile({
    text,
    url: place,
    suite: repository.id,
    keys: keys ?? keysOf(os),
    now,
    isKept: true,
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
