import { open } from "node:fs/promises";
import { QclockError } from "../error.ts";
import type { Artifact, Digest, Stack } from "../stack/stack.ts";
import type { Downloader } from "../store/downloader.ts";
import type { PinnedKey } from "./deb/keys/debian.ts";
import type { IndexedPackage, PackageIndex } from "./deb/packages-index.ts";
import { pinArtifacts } from "./artifacts.ts";
import { type FetchablePackage, fetchPackages, withArchive } from "./fetch.ts";
import { fitsManifest } from "./foresee-lock.ts";
import { canonicalJson } from "./canonical-json.ts";
import { carryLayers } from "./carry-layers.ts";
import { describeLockChanges, missingPackages } from "./lock-changes.ts";
import { assembledImages, packageInputs } from "./inputs.ts";
import type { Mirrors } from "./mirror.ts";
import type {
  Lock,
  LockedImage,
  LockedPackage,
  LockedRepository,
  LockTarget,
  Reason,
} from "./package.ts";
import { refuseUnknown } from "./locked-names.ts";
import type { ResolvedPackage } from "./resolve.ts";
import { resolveImages } from "./resolve-images.ts";

export interface LockRequest {
  readonly stack: Stack;
  readonly existing: Lock | undefined;
  /** `use` fills what the lock lacks, `locked` refuses to, `update` takes the newest of everything. */
  readonly mode: "use" | "locked" | "update";
  /** With `update`: the names that move to their newest version, with what that forces; absent: all. */
  readonly move?: ReadonlySet<string>;
  readonly mirrors: () => Promise<Mirrors>;
  /** See `FetchRequest`. */
  readonly artifactMirror?: string | undefined;
  readonly downloader: Downloader;
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
  readonly onPhase: (title: string) => void;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface LockResult {
  readonly lock: Lock;
  readonly target: LockTarget;
  readonly changed: boolean;
}

/** Key of a target in the lock. */
export function targetKey(stack: Pick<Stack, "os" | "architecture">): string {
  return `${stack.os}/${stack.architecture}`;
}

/**
 * Names to exact packages, artifacts to their sizes. With a lock that fits the manifest this is a comparison of two digests and
 * sends no request. A stale lock is resolved again with its own versions preferred, so that only what
 * the manifest's change needs moves.
 *
 * Throws `lock-outdated` in `locked` mode, `unknown-package` for a name in `move` that the lock lacks, and
 * what resolving and fetching throw.
 */
export async function lockPackages(request: LockRequest): Promise<LockResult> {
  const { stack, existing, mode } = request;
  const inputs = packageInputs(stack);
  const key = targetKey(stack);
  const current = existing?.targets.get(key);
  if (
    existing !== undefined &&
    current !== undefined &&
    mode !== "update" &&
    fitsManifest(stack, current)
  ) {
    return { lock: existing, target: current, changed: false };
  }
  if (mode === "locked") throw outdated(stack, current);
  if (request.move !== undefined) refuseUnknown(request.move, current);
  const target = isForOtherArtifacts(request, current)
    ? { ...current, inputs, images: await withArtifacts(request, current) }
    : carryLayers(stack, current, await resolveTarget(request, inputs, current));
  const targets = new Map([...(existing?.targets ?? []), [key, target]]);
  // An update may find that everything is at its newest already.
  const changed = current === undefined || canonicalJson(current) !== canonicalJson(target);
  return { lock: { version: 1, targets }, target, changed };
}

function outdated(stack: Stack, current: LockTarget | undefined): QclockError {
  const key = targetKey(stack);
  return new QclockError(
    "lock-outdated",
    current === undefined
      ? `stack.lock.yaml has no entry for ${key}.`
      : `stack.lock.yaml was made for other packages or artifacts than the manifest asks for on ${key}.`,
    {
      hint: "Run `qclock lock`, review the difference and commit it.",
      details: current === undefined ? [] : describeLockChanges(stack, current),
    },
  );
}

/** Whether artifacts alone differ from the lock: then the packages stay as they are, and no mirror is asked. */
function isForOtherArtifacts(
  { stack, mode }: LockRequest,
  current: LockTarget | undefined,
): current is LockTarget {
  if (current === undefined || mode === "update") return false;
  const locked = packageInputs(stack, ({ name }) => current.images.get(name)?.artifacts ?? []);
  // A package that was taken out by hand has to be resolved like one that is new.
  return locked === current.inputs && missingPackages(stack, current).length === 0;
}

/** The packages that the mirrors would give each image now. Reads indexes; fetches no package and writes nothing. */
export async function resolveOnly(
  request: LockRequest,
): Promise<ReadonlyMap<string, readonly ResolvedPackage[]>> {
  const current = request.existing?.targets.get(targetKey(request.stack));
  return (await choosePackages(request, current)).resolved;
}

async function withArtifacts(
  request: LockRequest,
  current: LockTarget,
): Promise<LockTarget["images"]> {
  request.onPhase("Fetching artifacts");
  const paths = await fetch(request, []);
  const images = new Map<string, LockedImage>();
  for (const { name, artifacts } of assembledImages(request.stack)) {
    const { artifacts: _, ...image } = current.images.get(name) ?? { packages: [] };
    images.set(name, { ...image, ...(await lockedArtifacts(artifacts, paths)) });
  }
  return images;
}

async function resolveTarget(
  request: LockRequest,
  inputs: Digest,
  current: LockTarget | undefined,
): Promise<LockTarget> {
  const { stack } = request;
  const { repositories, resolved } = assembledImages(stack).some(
    ({ packages }) => packages.length > 0,
  )
    ? await choosePackages(request, current)
    : { repositories: [], resolved: new Map<string, readonly ResolvedPackage[]>() };
  request.onPhase("Fetching packages");
  const closure = [...resolved.values()].flat();
  const paths = await fetch(
    request,
    closure.map(({ package: entry }) => ({
      ...withArchive(entry, repositories),
      digest: digestOfEntry(entry),
    })),
  );
  const buildTimes = new Map<Digest, number>();
  for (const { package: entry } of closure) {
    const digest = digestOfEntry(entry);
    // The packages are needed for building anyway, so they are fetched whole and the time is read from the file.
    if (!buildTimes.has(digest))
      buildTimes.set(digest, await readBuildTime(paths.get(digest) ?? ""));
  }
  const images = new Map<string, LockedImage>();
  for (const { name, artifacts } of assembledImages(stack)) {
    images.set(name, {
      packages: (resolved.get(name) ?? []).map((entry) => toLocked(entry, buildTimes)),
      ...(await lockedArtifacts(artifacts, paths)),
    });
  }
  return {
    os: stack.os,
    architecture: stack.architecture,
    inputs,
    epoch: Math.max(0, ...buildTimes.values()),
    repositories,
    images,
  };
}

async function lockedArtifacts(
  artifacts: readonly Artifact[],
  paths: ReadonlyMap<Digest, string>,
): Promise<Pick<LockedImage, "artifacts">> {
  return artifacts.length === 0 ? {} : { artifacts: await pinArtifacts(artifacts, paths) };
}

/** Packages and the artifacts of all images. */
async function fetch(
  request: LockRequest,
  packages: readonly FetchablePackage[],
): Promise<ReadonlyMap<Digest, string>> {
  return fetchPackages({
    packages,
    // Only their digests are known: what they weigh is for the lock to say from now on.
    artifacts: assembledImages(request.stack).flatMap(({ artifacts }) =>
      artifacts.map(({ url, digest }) => ({ url, digest })),
    ),
    artifactMirror: request.artifactMirror,
    mirrors: request.mirrors,
    downloader: request.downloader,
    concurrency: 8,
    onProgress: request.onProgress,
    signal: request.signal,
  });
}

/** Read the indexes, and choose the packages of each image. */
async function choosePackages(
  request: LockRequest,
  current: LockTarget | undefined,
): Promise<{
  readonly repositories: readonly LockedRepository[];
  readonly resolved: ReadonlyMap<string, readonly ResolvedPackage[]>;
}> {
  const { stack, mode, signal } = request;
  request.onPhase("Reading the package indexes");
  // Loaded here: with a fresh lock neither the index reader nor OpenPGP is needed.
  const { loadRepositories } = await import("./deb/repositories.ts");
  const { index, repositories } = await loadRepositories({
    os: stack.os,
    architecture: stack.architecture,
    mirrors: await request.mirrors(),
    downloader: request.downloader,
    ...(request.keys === undefined ? {} : { keys: request.keys }),
    now: request.now,
    signal,
  });
  request.onPhase("Resolving packages");
  const kept = mode === "update" && request.move === undefined ? undefined : current;
  const resolved = resolveImages({
    stack,
    index: await withKept(request, kept, index),
    locked: versionsOf(kept),
    move: request.move ?? new Set(),
  });
  return { repositories, resolved };
}

/** The index with the versions that are to stay; loaded here, since a first lock keeps none. */
async function withKept(
  request: LockRequest,
  target: LockTarget | undefined,
  index: PackageIndex,
): Promise<PackageIndex> {
  if (target === undefined) return index;
  const { indexWithLocked } = await import("./keep-locked.ts");
  const { mirrors, downloader, signal, move = new Set<string>() } = request;
  return await indexWithLocked({ target, moving: move, index, mirrors, downloader, signal });
}

function versionsOf(target: LockTarget | undefined): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  for (const { packages } of target?.images.values() ?? []) {
    for (const { name, version } of packages) versions.set(name, version);
  }
  return versions;
}

/** The timestamp of the first member of a deb, which dpkg-deb writes from SOURCE_DATE_EPOCH: when the package was built. */
async function readBuildTime(path: string): Promise<number> {
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(60), 0, 60, 8);
  const time = Number(buffer.toString("latin1", 16, 28).trim());
  if (Number.isSafeInteger(time) && time > 0) return time;
  throw new QclockError("package-corrupt", `${path} is not a Debian package.`);
}

function digestOfEntry(entry: IndexedPackage): Digest {
  return `sha256:${entry.sha256}`;
}

function toLocked(entry: ResolvedPackage, buildTimes: ReadonlyMap<string, number>): LockedPackage {
  const { package: found, reason } = entry;
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
    buildTime: buildTimes.get(digest) ?? 0,
    reason: reason satisfies Reason,
  };
}
