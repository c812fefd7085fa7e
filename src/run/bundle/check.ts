import { readFile } from "node:fs/promises";
import * as z from "zod";
import {
  type BundleDocument,
  type BundleEvidence,
  blobPath,
  invalid,
  isFileEntry,
} from "../../image/bundle/document.ts";
import type { PinnedKey } from "../../packages/proof/pinned-key.ts";
import { loadFamily } from "../../packages/families.ts";
import { lockedFiles, noSources } from "../../packages/lock/locked-files.ts";
import type { Lock, LockedPackage, LockedRepository, LockTarget } from "../../packages/package.ts";
import { type PackageProof, proofKey } from "../../packages/proof/proof.ts";
import { withMarks } from "../../packages/proof/prove-target.ts";
import { namesOf, unprovedError } from "../../packages/proof/unproved.ts";
import { imageNamePrefix } from "../../stack/images/image-name.ts";
import type { OsName } from "../../os.ts";
import type { Store } from "../../store/store.ts";

/** A configuration or manifest of an image is some thousand bytes, and is held in memory. */
const LARGEST_IMAGE_FILE = 16 * 1024 * 1024;

/**
 * Whether the head of a bundle, its lock and its list of files fit each other, before anything is
 * taken from it: no file that the lock's targets, the evidence or the images name may lack. Throws
 * `bundle-invalid`.
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
    for (const file of lockedFiles(targetOf(lock, target, name), noSources))
      need(file.digest, file.name);
    for (const { release, indexes, suite } of evidence) {
      need(release, `the release file of ${suite}`);
      for (const [path, digest] of Object.entries(indexes)) need(digest, `${path} of ${suite}`);
    }
  }
  for (const image of document.images) {
    if (image.reference !== `${imageNamePrefix}/${document.stack}/${image.name}:latest`)
      throw invalid(name, `image "${image.name}" would get the name ${image.reference}`);
    const locked = lock.targets.get(image.target)?.images.get(image.name);
    for (const expected of [locked?.packagesLayer, locked?.runLayer]) {
      if (expected === undefined || image.layers.some(({ digest }) => digest === expected))
        continue;
      const word = expected === locked?.packagesLayer ? "packages" : "run";
      throw invalid(name, `image "${image.name}" has not the ${word} layer that its lock names`);
    }
    for (const { digest, size } of image.layers)
      if (need(digest, `a layer of image "${image.name}"`) !== size)
        throw invalid(name, `a layer of image "${image.name}" has another size than its file`);
    for (const digest of [image.config, image.manifest])
      if (need(digest, `the configuration of image "${image.name}"`) > LARGEST_IMAGE_FILE)
        throw invalid(name, `the configuration of image "${image.name}" is too large`);
  }
}

/**
 * Whether the images of a bundle, whose blobs are in a store, are for the machines that its head
 * says. Throws `bundle-invalid`.
 */
export async function checkPlatforms(
  { images }: BundleDocument,
  store: Store,
  name: string,
): Promise<void> {
  for (const { name: image, target, config } of images) {
    const file = await store.find(config);
    if (file === undefined) throw invalid(name, `it lacks the configuration of image "${image}"`);
    const text = await readFile(file, "utf8");
    const parsed = configSchema.safeParse(text);
    if (!parsed.success) throw invalid(name, `the configuration of image "${image}" is damaged`);
    const { architecture } = parsed.data;
    if (target.endsWith(`/${architecture}`)) continue;
    throw invalid(name, `image "${image}" is for ${architecture}, and its target is ${target}`);
  }
}

/** The part of an OCI image configuration that is read here. */
const configSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue("is no JSON");
      return z.NEVER;
    }
  })
  // It is shown: a stranger's word, and no longer than an architecture's name can be.
  .pipe(z.object({ architecture: z.string().max(64) }));

/** How sure it is that the packages of a bundle are the distribution's. */
export interface BundleProof {
  /** Packages that a signature in the bundle vouches for. */
  readonly proved: number;
  /** Packages that nothing proves and that `--allow-unsigned` took, as `name version`. */
  readonly unproved: readonly string[];
}

/** A bundle's proof with what it is about. */
export interface ProvedBundle extends BundleProof {
  /** The bundle's lock, with a mark on each package that nothing proves. */
  readonly lock: Lock;
  /** What to keep of the proofs when the bundle is accepted. */
  readonly proofs: readonly {
    readonly os: OsName;
    readonly proofs: readonly (readonly [LockedPackage, PackageProof])[];
  }[];
}

/**
 * Follow the signatures to each package of a bundle whose blobs are in a store. The lock is not
 * believed, neither the bundle's nor the one that is here: only the keys are.
 *
 * Throws `signature-invalid`, `package-unproved`.
 */
export async function proveBundle(request: {
  readonly document: BundleDocument;
  readonly lock: Lock;
  readonly allowUnsigned: boolean;
  readonly store: Store;
  readonly keys?: readonly PinnedKey[];
  /** Keys that are trusted beside those; absent: none. */
  readonly furtherKeys?: readonly PinnedKey[];
  readonly now: Date;
  readonly name: string;
}): Promise<ProvedBundle> {
  const { document, name, furtherKeys = [], ...trust } = request;
  const unproved: LockedPackage[] = [];
  const proofs: ProvedBundle["proofs"][number][] = [];
  let proved = 0;
  const targets = new Map(request.lock.targets);
  for (const { target: key, evidence } of document.targets) {
    const target = targetOf(request.lock, key, name);
    const packages = packagesOf(target);
    const { os } = target;
    const repositories = evidence.map(toRepository);
    const family = await loadFamily(os);
    const keys = [...(request.keys ?? (await family.keysOf(os))), ...furtherKeys];
    const evidenced = { packages, evidence: repositories };
    const proof = await family.provePackages({ ...trust, os, keys, ...evidenced });
    unproved.push(...proof.unproved);
    const own = packages.flatMap((entry) => {
      const found = proof.proofs.get(proofKey(entry));
      return found === undefined ? [] : [[entry, found] as const];
    });
    proved += own.length;
    proofs.push({ os, proofs: own });
    targets.set(
      key,
      withMarks(target, (entry) => !proof.proofs.has(proofKey(entry))),
    );
  }
  if (unproved.length > 0 && !request.allowUnsigned)
    throw unprovedError(unproved, ["the bundle holds no signed index that lists them"]);
  const lock = { ...request.lock, targets };
  return { proved, unproved: namesOf(unproved), lock, proofs };
}

function packagesOf({ images }: LockTarget): readonly LockedPackage[] {
  return [...images.values()].flatMap(({ packages }) => packages);
}

function toRepository(evidence: BundleEvidence): LockedRepository {
  const { repository, archive, release, indexes, signedBy } = evidence;
  return {
    id: repository,
    archive,
    metadataDigest: release,
    indexDigests: new Map(Object.entries(indexes)),
    signedBy,
  };
}

function targetOf(lock: Lock, key: string, name: string): LockTarget {
  const target = lock.targets.get(key);
  if (target === undefined) throw invalid(name, `its lock has no target ${key}`);
  return target;
}
