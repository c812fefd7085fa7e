import {
  type BundleDocument,
  type BundleEvidence,
  blobPath,
  invalid,
  isFileEntry,
} from "../../image/bundle/document.ts";
import type { PinnedKey } from "../../packages/deb/keys/debian.ts";
import { provePackages } from "../../packages/deb/prove.ts";
import { lockedFiles } from "../../packages/locked-files.ts";
import type { Lock, LockedPackage, LockedRepository, LockTarget } from "../../packages/package.ts";
import { QclockError } from "../../error.ts";
import type { Store } from "../../store/store.ts";

/** A configuration or manifest of an image is some thousand bytes, and is held in memory. */
const LARGEST_IMAGE_FILE = 16 * 1024 * 1024;

/**
 * Whether the head of a bundle, its lock and its list of files fit each other, before anything is taken from it: no file
 * that the lock's targets, the evidence or the images name may lack. Throws `bundle-invalid`.
 */
export function checkContents(document: BundleDocument, lock: Lock, name: string): void {
  const files = new Map(
    document.entries.filter(isFileEntry).map((entry) => [entry.path, entry.size]),
  );
  const need = (digest: string, why: string): number => {
    const size = files.get(blobPath(digest));
    if (size === undefined) throw invalid(name, `it lacks ${why} (${digest})`);
    return size;
  };
  for (const { target, evidence } of document.targets) {
    for (const file of lockedFiles(targetOf(lock, target, name), noMirrors))
      need(file.digest, file.name);
    for (const { release, indexes, suite } of evidence) {
      need(release, `the release file of ${suite}`);
      for (const [path, digest] of Object.entries(indexes)) need(digest, `${path} of ${suite}`);
    }
  }
  for (const image of document.images) {
    const locked = lock.targets.get(image.target)?.images.get(image.name);
    const expected = locked?.packagesLayer;
    if (expected !== undefined && !image.layers.some(({ digest }) => digest === expected))
      throw invalid(name, `image "${image.name}" has not the packages layer that its lock names`);
    for (const { digest, size } of image.layers)
      if (need(digest, `a layer of image "${image.name}"`) !== size)
        throw invalid(name, `a layer of image "${image.name}" has another size than its file`);
    for (const digest of [image.config, image.manifest])
      if (need(digest, `the configuration of image "${image.name}"`) > LARGEST_IMAGE_FILE)
        throw invalid(name, `the configuration of image "${image.name}" is too large`);
  }
}

/** How sure it is that the packages of a bundle are the distribution's. */
export interface BundleProof {
  /** Packages that a signature in the bundle vouches for. */
  readonly proved: number;
  /** Packages that only the lock names, as `name version`. */
  readonly unproved: readonly string[];
}

/**
 * Follow the signatures to each package of a bundle whose blobs are in the store. What no signature vouches for must be named by
 * the lock that is here already: otherwise the bundle alone would say what is trusted.
 *
 * Throws `signature-invalid`.
 */
export async function proveBundle(request: {
  readonly document: BundleDocument;
  readonly lock: Lock;
  /** The lock of the project here, which somebody reviewed. */
  readonly trusted: Lock | undefined;
  readonly allowUnsigned: boolean;
  readonly store: Store;
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
  readonly name: string;
}): Promise<BundleProof> {
  const { document, lock, trusted, name, ...trust } = request;
  const unproved = new Map<string, LockedPackage>();
  let proved = 0;
  for (const { target: key, evidence } of document.targets) {
    const target = targetOf(lock, key, name);
    const proof = await provePackages({ ...trust, target, evidence: evidence.map(toRepository) });
    proved += proof.proved.length;
    for (const each of proof.unproved) unproved.set(`${each.name} ${each.version}`, each);
  }
  const known = new Set(
    [...(trusted?.targets.values() ?? [])].flatMap((target) =>
      [...target.images.values()].flatMap(({ packages }) => packages.map(({ digest }) => digest)),
    ),
  );
  const strange = [...unproved].filter(([, { digest }]) => !known.has(digest));
  if (strange.length > 0 && !request.allowUnsigned) throw unsigned(strange.map(([each]) => each));
  return { proved, unproved: [...unproved.keys()].toSorted() };
}

const SHOWN = 10;

function unsigned(names: readonly string[]): QclockError {
  const sorted = names.toSorted();
  const rest = sorted.length - SHOWN;
  return new QclockError(
    "signature-invalid",
    `Nothing proves that ${names.length} packages of the bundle are the distribution's.`,
    {
      details: [...sorted.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])],
      hint: "Save it again after `qclock lock --update`, bring the project's own stack.lock.yaml along, or trust it with --allow-unsigned.",
    },
  );
}

function toRepository(evidence: BundleEvidence): LockedRepository {
  const { repository, suite, archive, release, indexes, signedBy } = evidence;
  return {
    id: repository,
    suite,
    components: ["main"],
    archive,
    releaseDigest: release,
    indexDigests: new Map(Object.entries(indexes)),
    signedBy,
  };
}

function targetOf(lock: Lock, key: string, name: string): LockTarget {
  const target = lock.targets.get(key);
  if (target === undefined) throw invalid(name, `its lock has no target ${key}`);
  return target;
}

/** What a bundle holds is not fetched. */
async function noMirrors(): Promise<never> {
  throw new Error("a bundle asks no mirror");
}
