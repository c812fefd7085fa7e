import { availableParallelism } from "node:os";
import type { BundleDocument, BundleEvidence } from "../../image/bundle/document.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import type { Evidence } from "../../packages/proof/evidence.ts";
import { evidenceOf } from "../../packages/proof/evidence-of.ts";
import { fetchFiles } from "../../packages/fetch/fetch.ts";
import { lockedFiles } from "../../packages/lock/locked-files.ts";
import type { Mirrors } from "../../packages/mirror.ts";
import type { Lock, LockedPackage, LockTarget } from "../../packages/package.ts";
import { namesOf, unprovedError } from "../../packages/proof/unproved.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import type { OsName } from "../../os.ts";
import { type AssemblyListener, assembleStack } from "../images/assemble-stack.ts";
import type { RunContext } from "../context.ts";
import type { PreparedImages } from "../images/prepare-images.ts";
import { inPhase } from "../execution/phase.ts";

/** Targets of the lock by their key. */
export type Targets = ReadonlyMap<string, LockTarget>;

/** Where packages and what proves them come from, when the store lacks them. */
export interface Sources {
  /** The mirrors of an OS, asked only for what the store lacks. */
  readonly mirrorsOf: (os: OsName) => Promise<Mirrors>;
}

/**
 * Bring every file that the lock names for some targets into the store; resolves with their
 * digests.
 */
export async function gatherLocked(
  context: RunContext,
  { mirrorsOf }: Sources,
  targets: Targets,
): Promise<readonly Digest[]> {
  const { downloader, artifactMirror, pythonIndex, signal } = context;
  const files = [...targets.values()].flatMap((target) =>
    lockedFiles(target, { mirrors: () => mirrorsOf(target.os), artifactMirror, pythonIndex }),
  );
  const phase = { phase: "bundle:fetch", title: "Fetching what the store lacks" };
  await inPhase(context, phase, async (onProgress) => {
    const concurrency = Math.max(8, 4 * availableParallelism());
    await fetchFiles({ files, downloader, concurrency, onProgress, signal });
  });
  return files.map(({ digest }) => digest);
}

/** What proves the packages of some targets. */
export interface GatheredEvidence {
  readonly targets: BundleDocument["targets"];
  /** The release files and indexes, in the store. */
  readonly blobs: readonly Digest[];
  /** Packages that no signature vouches for, as `name version`. */
  readonly unproved: readonly string[];
}

/**
 * Bring the signed release files and the indexes of some targets into the store, and see that they
 * name every package.
 *
 * Throws `package-unproved` unless unproved packages are allowed, and `signature-invalid`.
 */
export async function gatherEvidence(
  context: RunContext,
  { mirrorsOf }: Sources,
  targets: Targets,
): Promise<GatheredEvidence> {
  const { downloader, signal, keys } = context;
  const phase = { phase: "bundle:evidence", title: "Checking the signatures of the packages" };
  return await inPhase(context, phase, async () => {
    const told: BundleDocument["targets"] = [];
    const blobs: Digest[] = [];
    const unproved: LockedPackage[] = [];
    const reasons: string[] = [];
    for (const [name, target] of targets) {
      const { evidence, ...rest } = await evidenceOf(target, {
        ...(keys === undefined ? {} : { keys }),
        mirrors: () => mirrorsOf(target.os),
        downloader,
        now: new Date(),
        onPhase: () => undefined,
        signal,
      });
      unproved.push(...rest.unproved);
      reasons.push(...rest.reasons);
      for (const { repository } of evidence)
        blobs.push(repository.metadataDigest, ...repository.indexDigests.values());
      told.push({ target: name, evidence: evidence.map(toDocument) });
    }
    if (unproved.length > 0 && context.allowUnsigned !== true)
      throw unprovedError(unproved, reasons);
    return { targets: told, blobs, unproved: namesOf(unproved) };
  });
}

function toDocument({ repository, asLocked }: Evidence): BundleEvidence {
  const { id, archive, signedBy, metadataDigest, indexDigests } = repository;
  const indexes = Object.fromEntries(indexDigests);
  return {
    repository: id,
    suite: id,
    archive,
    signedBy,
    release: metadataDigest,
    indexes,
    asLocked,
  };
}

/** Make the assembled images in the store. The lock that comes back names their packages layers. */
export async function gatherImages(
  context: RunContext,
  prepared: PreparedImages,
): Promise<{ readonly images: readonly BuiltImage[]; readonly lock: Lock }> {
  const { stack, emit } = context;
  const left = [...stack.images.values()].filter(({ type }) => type !== "assembled");
  if (left.length > 0) {
    const names = left.map(({ name }) => name).join(", ");
    emit({
      type: "notice",
      level: "warning",
      message: `Not in the bundle, since qclock does not assemble them: ${names}.`,
      hint: "Carry them over with `docker save`.",
    });
  }
  const phase = { phase: "bundle:images", title: "Assembling the images" };
  const listener: AssemblyListener = {
    onNotice: (message, level) => emit({ type: "notice", level, message }),
  };
  return await inPhase(context, phase, () => assembleStack(context, prepared, listener));
}

/**
 * Digests of the layers that scripts made by being run, as the lock names them for some targets,
 * which the store holds. What it lacks is told of: another machine would run these scripts itself.
 */
export async function gatherRunLayers(
  { store, emit }: Pick<RunContext, "emit"> & { readonly store: Pick<Store, "find"> },
  lock: Lock,
  targets: Targets,
): Promise<readonly Digest[]> {
  const held: Digest[] = [];
  /** An image may lack it for several targets. */
  const lacking = new Set<string>();
  for (const target of targets.keys()) {
    for (const [name, { runLayer }] of lock.targets.get(target)?.images ?? []) {
      if (runLayer === undefined) continue;
      if ((await store.find(runLayer)) === undefined) lacking.add(name);
      else held.push(runLayer);
    }
  }
  if (lacking.size > 0) {
    emit({
      type: "notice",
      level: "warning",
      message: `Not in the bundle, since it was not made here: what scripts make that are run, for ${[...lacking].join(", ")}.`,
      hint: "Build the images, then save again; else the other machine runs the scripts itself.",
    });
  }
  return held;
}
