import { QclockError } from "../../error.ts";
import { platforms } from "../../os.ts";
import type { Artifact, Stack } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import { pinArtifacts } from "../artifacts.ts";
import { canonicalJson } from "../canonical-json.ts";
import { carryLayers } from "./carry-layers.ts";
import { choosePackages, NOTHING_CHOSEN } from "../choose-packages.ts";
import { loadFamily } from "../families.ts";
import type { IndexedPackage } from "../package-index.ts";
import { type FetchablePackage, fetchPackages, withArchive } from "../fetch.ts";
import { fitsManifest } from "./foresee.ts";
import { assembledImages, packageInputs } from "./inputs.ts";
import { describeLockChanges, missingPackages } from "./changes.ts";
import type { LockRequest, LockResult } from "./request.ts";
import { refuseUnknown } from "./locked-names.ts";
import type { Lock, LockedImage, LockedPackage, LockTarget } from "../package.ts";
import type { PackageProof } from "../proof/proof.ts";
import { rememberProofs } from "../proof/prove-lock.ts";
import { proveTarget } from "../proof/prove-target.ts";
import type { ResolvedPackage } from "../resolve/reasons.ts";

/** Key of a target in the lock. */
export function targetKey(stack: Pick<Stack, "os" | "architecture">): string {
  return `${stack.os}/${stack.architecture}`;
}

/**
 * Names to exact packages, artifacts to their sizes. With a lock that fits the manifest and was
 * proved before this is a comparison of digests and sends no request. A stale lock is resolved
 * again with its own versions preferred, so that only what the manifest's change needs moves.
 * Whatever the lock says, each package in the result is proved.
 *
 * Throws `lock-outdated` in `locked` mode, `unknown-package` for a name in `move` that the lock
 * lacks, `package-unproved` and `signature-invalid`, and what resolving and fetching throw.
 */
export async function lockPackages(request: LockRequest): Promise<LockResult> {
  const { stack, existing } = request;
  const key = targetKey(stack);
  const current = existing?.targets.get(key);
  const fitting = await fitOrResolve(request, current);
  const target = await proveTarget(request, fitting);
  // An update may find that everything is at its newest already.
  const isSame = target === current || canonicalJson(current ?? {}) === canonicalJson(target);
  if (existing !== undefined && isSame) return { lock: existing, target, changed: false };
  const targets = new Map([...(existing?.targets ?? []), [key, target]]);
  return { lock: { version: 2, targets }, target, changed: true };
}

async function fitOrResolve(
  request: LockRequest,
  current: LockTarget | undefined,
): Promise<LockTarget> {
  const { stack, mode, move } = request;
  if (mode === "locked") refuseOutdated(stack, request.existing);
  if (current !== undefined && mode !== "update" && fitsManifest(stack, current)) return current;
  if (move !== undefined) refuseUnknown(move, current);
  const inputs = packageInputs(stack);
  const target = isForOtherFiles(request, current)
    ? { ...current, inputs, images: await withArtifacts(request, current) }
    : carryLayers(stack, current, await resolveTarget(request, inputs, current));
  return { ...target, images: await lockWheels(request, target.images, current) };
}

/** Throws `lock-outdated` when a lock is missing or was made for another manifest. */
export function refuseOutdated(stack: Stack, existing: Lock | undefined): void {
  const key = targetKey(stack);
  const current = existing?.targets.get(key);
  if (current !== undefined && fitsManifest(stack, current)) return;
  // Named in full: by itself `qclock lock` may be about another one.
  const target = `--os ${stack.os} --platform ${platforms[stack.architecture].name}`;
  throw new QclockError(
    "lock-outdated",
    current === undefined
      ? `stack.lock.yaml has no entry for ${key}.`
      : `stack.lock.yaml was made for other packages, artifacts or wheels than the manifest asks for on ${key}.`,
    {
      hint: `Run \`qclock lock${current === undefined ? ` ${target}` : ""}\`, review the difference and commit it.`,
      details: current === undefined ? [] : describeLockChanges(stack, current),
    },
  );
}

/** Loaded where it is needed: most stacks have no Python packages. */
async function lockWheels(
  request: LockRequest,
  images: LockTarget["images"],
  current: LockTarget | undefined,
): Promise<LockTarget["images"]> {
  if (assembledImages(request.stack).every(({ wheels }) => wheels === undefined)) return images;
  const { withWheels } = await import("../wheels/lock-wheels.ts");
  return await withWheels(request, images, current);
}

/**
 * Whether artifacts and wheels alone differ from the lock: then the packages stay as they are, and
 * no mirror is asked.
 */
function isForOtherFiles(
  { stack, mode }: LockRequest,
  current: LockTarget | undefined,
): current is LockTarget {
  if (current === undefined || mode === "update") return false;
  const locked = packageInputs(stack, ({ name }) => {
    const { artifacts = [], wheels } = current.images.get(name) ?? {};
    return { artifacts, requirements: wheels?.requirements };
  });
  // A package that was taken out by hand has to be resolved like one that is new.
  return locked === current.inputs && missingPackages(stack, current).length === 0;
}

async function withArtifacts(
  request: LockRequest,
  current: LockTarget,
): Promise<LockTarget["images"]> {
  request.onPhase("Fetching artifacts");
  const paths = await fetch(request, []);
  const images = new Map<string, LockedImage>();
  for (const { name, artifacts } of assembledImages(request.stack)) {
    const {
      artifacts: _,
      wheels: _wheels,
      ...image
    } = current.images.get(name) ?? { packages: [] };
    images.set(name, { ...image, ...(await lockedArtifacts(request, artifacts, paths)) });
  }
  return images;
}

async function resolveTarget(
  request: LockRequest,
  inputs: Digest,
  current: LockTarget | undefined,
): Promise<LockTarget> {
  const { stack } = request;
  const { repositories, resolved, proofOfEntry } = assembledImages(stack).some(
    ({ packages, essential }) => essential || packages.length > 0,
  )
    ? await choosePackages(request, current)
    : NOTHING_CHOSEN;
  request.onPhase("Fetching packages");
  const closure = [...resolved.values()].flat();
  const paths = await fetch(
    request,
    closure.map(({ package: entry }) => ({
      ...withArchive(entry, repositories),
      digest: digestOfEntry(entry),
    })),
  );
  // Reads archives: a lock that fits needs none of it.
  const { refuseFileConflicts } = await import("../refuse-file-conflicts.ts");
  await refuseFileConflicts({ stack, resolved, paths });
  const family = await loadFamily(stack.os);
  const told = new Map<Digest, ToldByFile>();
  for (const { package: entry } of closure) {
    const digest = digestOfEntry(entry);
    if (told.has(digest)) continue;
    // The packages are needed for building anyway, so they are fetched whole and asked themselves.
    const file = paths.get(digest) ?? "";
    const expected = { ...entry, digest };
    const signedBy = await family.signerOf({ ...request, os: stack.os, file, expected });
    const buildTime = await family.readBuildTime(file);
    told.set(digest, { buildTime, ...(signedBy === undefined ? {} : { signedBy }) });
  }
  const images = new Map<string, LockedImage>();
  const proofs: (readonly [LockedPackage, PackageProof])[] = [];
  for (const { name, parent, artifacts } of assembledImages(stack)) {
    const packages = (resolved.get(name) ?? []).map((entry) => {
      const locked = toLocked(entry, told);
      const { signedBy } = locked;
      const proof: PackageProof | undefined =
        signedBy === undefined ? proofOfEntry(entry.package) : { type: "package", signedBy };
      if (proof !== undefined) proofs.push([locked, proof]);
      return locked;
    });
    images.set(name, {
      packages,
      ...newestBuildOf(packages, images.get(parent ?? "")),
      ...(await lockedArtifacts(request, artifacts, paths)),
    });
  }
  await rememberProofs({ ...request, os: stack.os }, proofs);
  return {
    os: stack.os,
    architecture: stack.architecture,
    inputs,
    ...(stack.modules === undefined ? {} : { modules: stack.modules }),
    repositories,
    images,
  };
}

/** The newest build of an image's packages and its parents'; nothing where there are none. */
function newestBuildOf(
  packages: readonly LockedPackage[],
  parent: LockedImage | undefined,
): Pick<LockedImage, "newestBuild"> {
  const newest = Math.max(parent?.newestBuild ?? 0, ...packages.map(({ buildTime }) => buildTime));
  return newest === 0 ? {} : { newestBuild: newest };
}

async function lockedArtifacts(
  { existing }: LockRequest,
  artifacts: readonly Artifact[],
  paths: ReadonlyMap<Digest, string>,
): Promise<Pick<LockedImage, "artifacts">> {
  if (artifacts.length === 0) return {};
  return { artifacts: await pinArtifacts(artifacts, paths, knownSizes(existing)) };
}

/** What the artifacts weigh that some target of the lock has pinned. */
function knownSizes(existing: Lock | undefined): ReadonlyMap<Digest, number> {
  const images = [...(existing?.targets.values() ?? [])].flatMap((target) => [
    ...target.images.values(),
  ]);
  return new Map(
    images.flatMap(({ artifacts = [] }) =>
      artifacts.map(({ digest, sizeBytes }) => [digest, sizeBytes] as const),
    ),
  );
}

/**
 * Packages, and the artifacts that no lock has pinned yet: those of images that are not built, such
 * as of inactive profiles, must not be needed each time that a package moves.
 */
async function fetch(
  request: LockRequest,
  packages: readonly FetchablePackage[],
): Promise<ReadonlyMap<Digest, string>> {
  const known = knownSizes(request.existing);
  return fetchPackages({
    packages,
    // Only their digests are known: what they weigh is for the lock to say from now on.
    artifacts: assembledImages(request.stack).flatMap(({ artifacts }) =>
      artifacts.flatMap(({ url, digest }) => (known.has(digest) ? [] : [{ url, digest }])),
    ),
    artifactMirror: request.artifactMirror,
    mirrors: request.mirrors,
    downloader: request.downloader,
    concurrency: 8,
    onProgress: request.onProgress,
    signal: request.signal,
  });
}

function digestOfEntry(entry: IndexedPackage): Digest {
  return `sha256:${entry.sha256}`;
}

/** What the lock says of a package that its index does not. */
type ToldByFile = Pick<LockedPackage, "buildTime" | "signedBy">;

function toLocked(entry: ResolvedPackage, told: ReadonlyMap<Digest, ToldByFile>): LockedPackage {
  const { package: found, reasons } = entry;
  const digest = digestOfEntry(found);
  return {
    name: found.name,
    version: found.version,
    architecture: found.architecture,
    repository: found.repository,
    path: found.path,
    sizeBytes: found.sizeBytes,
    digest,
    source: found.source,
    sourceVersion: found.sourceVersion,
    buildTime: 0,
    ...told.get(digest),
    reasons,
  };
}

/**
 * The packages that the mirrors would give each image now. Reads indexes; fetches no package and
 * writes nothing.
 */
export async function resolveOnly(
  request: LockRequest,
): Promise<ReadonlyMap<string, readonly ResolvedPackage[]>> {
  const current = request.existing?.targets.get(targetKey(request.stack));
  return (await choosePackages(request, current)).resolved;
}
