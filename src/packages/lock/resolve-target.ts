import type { Digest } from "../../digest.ts";
import { choosePackages, NOTHING_CHOSEN } from "../choose-packages.ts";
import { loadFamily } from "../families.ts";
import type { IndexedPackage } from "../package-index.ts";
import { withArchive } from "../fetch/fetch.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { LockRequest } from "./request.ts";
import type { LockedImage, LockedPackage, LockTarget } from "../package.ts";
import type { PackageProof } from "../proof/proof.ts";
import { rememberProofs } from "../proof/prove-lock.ts";
import type { ResolvedPackage } from "../resolve/reasons.ts";
import { lockedArtifacts, fetchForLock } from "./lock-artifacts.ts";

/** What the manifest asks for, chosen, fetched, and asked for what its index does not say. */
export async function resolveTarget(
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
  const paths = await fetchForLock(
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
