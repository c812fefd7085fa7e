import { listFirst } from "../../count.ts";
import { byName } from "../../order.ts";
import type { Digest } from "../../digest.ts";
import type { OsName } from "../../os.ts";
import { loadFamily } from "../families.ts";
import type { FamilyRules } from "../family.ts";
import type {
  Lock,
  LockedArtifact,
  LockedImage,
  LockedPackage,
  LockedRepository,
  LockedWheel,
  LockTarget,
} from "../package.ts";
import { formatReason } from "../reason.ts";

/**
 * What differs between two locks; targets, images and packages that are as they were are left out.
 * All lists are sorted.
 */
export interface LockDiff {
  readonly targets: readonly TargetDiff[];
}

export interface TargetDiff {
  readonly os: OsName;
  /** `debian-12/amd64` */
  readonly target: string;
  readonly change: Change;
  /** Whether the lock was made for another list of images and packages in the manifest. */
  readonly otherInputs: boolean;
  /** Streams of modules, separated by commas. */
  readonly modules?: Pair<string>;
  readonly repositories: readonly RepositoryDiff[];
  readonly images: readonly ImageDiff[];
}

export type Change = "added" | "removed" | "changed";

/** A value before and after. */
export interface Pair<Value> {
  readonly from: Value;
  readonly to: Value;
}

export interface RepositoryDiff {
  readonly id: string;
  readonly change: Change;
  /** Digests of the signed release file: another one is another snapshot of the repository. */
  readonly release?: Pair<Digest>;
  /** Fingerprints, where another key signed it. */
  readonly signedBy?: Pair<string | undefined>;
  /** Other facts that differ, as `archive main -> security`. */
  readonly other: readonly string[];
}

export interface ImageDiff {
  readonly image: string;
  readonly change: Change;
  readonly added: readonly LockedPackage[];
  readonly removed: readonly LockedPackage[];
  readonly moved: readonly MovedPackage[];
  /** The same bytes, but another fact: its place, or why it is there. */
  readonly restated: readonly RestatedPackage[];
  /** Files from URLs, by their path in the image. */
  readonly artifacts: readonly ArtifactDiff[];
  /** Python packages, by their names. */
  readonly wheels: readonly WheelDiff[];
  /**
   * Build times of the newest package of it and its parents, seconds since 1970: no file in it is
   * younger.
   */
  readonly newestBuild?: Pair<number>;
  /**
   * Digests of the packages layer; one is absent where the lock has none, as before the next build.
   */
  readonly packagesLayer?: LayerChange;
  /** The same of the layer that scripts make by being run. */
  readonly runLayer?: LayerChange;
  /** Sum of the sizes of its packages, artifacts and wheels. */
  readonly downloadBytes: Pair<number>;
}

export interface LayerChange {
  readonly from?: Digest;
  readonly to?: Digest;
}

export interface MovedPackage extends Pair<LockedPackage> {
  readonly name: string;
  /** `replaced` is the same version with other bytes, which no distribution does. */
  readonly direction: "newer" | "older" | "replaced";
}

export interface ArtifactDiff {
  readonly path: string;
  readonly change: Change;
  readonly from?: LockedArtifact;
  readonly to?: LockedArtifact;
}

export interface WheelDiff {
  readonly name: string;
  readonly change: Change;
  readonly from?: LockedWheel;
  readonly to?: LockedWheel;
}

export interface RestatedPackage {
  readonly name: string;
  readonly version: string;
  readonly facts: readonly ({ readonly fact: string } & Pair<string>)[];
}

/** Compare two locks. Which of two versions is the newer one, the family of the packages says. */
export async function diffLocks(
  before: Lock | undefined,
  after: Lock | undefined,
): Promise<LockDiff> {
  const from = before?.targets ?? new Map<string, LockTarget>();
  const to = after?.targets ?? new Map<string, LockTarget>();
  const keys = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  const targets: TargetDiff[] = [];
  for (const key of keys) {
    const pair = { from: from.get(key), to: to.get(key) };
    const os = (pair.to ?? pair.from)?.os;
    if (os === undefined) continue;
    const { compareVersions } = await (await loadFamily(os)).rules();
    const diff = diffTargets(key, { ...pair, os, compareVersions });
    if (diff !== undefined) targets.push(diff);
  }
  return { targets };
}

/** Whether nothing differs. */
export function isSame({ targets }: LockDiff): boolean {
  return targets.length === 0;
}

/** A value before and after, where it was and is there, and how versions compare. */
interface Compared<Value> extends Pick<FamilyRules, "compareVersions"> {
  readonly from: Value | undefined;
  readonly to: Value | undefined;
}

function diffTargets(
  key: string,
  { os, from, to, compareVersions }: Compared<LockTarget> & Pick<TargetDiff, "os">,
): TargetDiff | undefined {
  const names = namesOf(from?.images, to?.images);
  const images = names.flatMap(
    (name) =>
      diffImages(name, {
        from: from?.images.get(name),
        to: to?.images.get(name),
        compareVersions,
      }) ?? [],
  );
  const repositories = diffRepositories(from?.repositories ?? [], to?.repositories ?? []);
  const bothThere = from !== undefined && to !== undefined;
  const otherInputs = bothThere && from.inputs !== to.inputs;
  const otherModules = diffFacts(modulesOf(from), modulesOf(to));
  if (
    bothThere &&
    !otherInputs &&
    otherModules.length === 0 &&
    images.length + repositories.length === 0
  )
    return undefined;
  return {
    os,
    target: key,
    change: changeOf(from, to),
    otherInputs,
    ...(bothThere && otherModules.length > 0
      ? {
          modules: {
            from: (from.modules ?? []).join(", "),
            to: (to.modules ?? []).join(", "),
          },
        }
      : {}),
    repositories,
    images,
  };
}

function modulesOf(target: LockTarget | undefined): Facts {
  return { modules: (target?.modules ?? []).join(", ") };
}

function diffRepositories(
  from: readonly LockedRepository[],
  to: readonly LockedRepository[],
): readonly RepositoryDiff[] {
  const before = new Map(from.map((each) => [each.id, each]));
  const after = new Map(to.map((each) => [each.id, each]));
  return namesOf(before, after).flatMap((id): readonly RepositoryDiff[] => {
    const [one, other] = [before.get(id), after.get(id)];
    if (one === undefined || other === undefined)
      return [{ id, change: changeOf(one, other), other: [] }];
    const facts = diffFacts(repositoryFacts(one), repositoryFacts(other));
    const moved = one.metadataDigest !== other.metadataDigest;
    const resigned = one.signedBy !== other.signedBy;
    if (!moved && !resigned && facts.length === 0) return [];
    return [
      {
        id,
        change: "changed",
        ...(moved ? { release: { from: one.metadataDigest, to: other.metadataDigest } } : {}),
        ...(resigned ? { signedBy: { from: one.signedBy, to: other.signedBy } } : {}),
        // With another release file the indexes are others as well, which goes without saying.
        other: facts
          .filter(({ fact }) => !moved || fact !== "indexes")
          .map((each) => `${each.fact} ${each.from} -> ${each.to}`),
      },
    ];
  });
}

function repositoryFacts({ archive, indexDigests }: LockedRepository): Facts {
  return {
    archive,
    indexes: [...indexDigests].map((pair) => pair.join(" ")).join(", "),
  };
}

function diffImages(
  image: string,
  { from, to, compareVersions }: Compared<LockedImage>,
): ImageDiff | undefined {
  const before = packagesOf(from);
  const after = packagesOf(to);
  const added = [...after.values()].filter(({ name }) => !before.has(name));
  const removed = [...before.values()].filter(({ name }) => !after.has(name));
  const moved: MovedPackage[] = [];
  const restated: RestatedPackage[] = [];
  for (const [name, one] of before) {
    const other = after.get(name);
    if (other === undefined) continue;
    const direction = directionOf({ from: one, to: other, compareVersions });
    if (direction !== undefined) moved.push({ name, from: one, to: other, direction });
    else {
      const facts = [
        ...diffFacts(packageFacts(one), packageFacts(other)),
        ...diffReasons(one, other),
      ];
      if (facts.length > 0) restated.push({ name, version: one.version, facts });
    }
  }
  const otherBuild = from?.newestBuild !== to?.newestBuild;
  const packagesLayer = layerChange(from?.packagesLayer, to?.packagesLayer);
  const runLayer = layerChange(from?.runLayer, to?.runLayer);
  const otherLayer = packagesLayer !== undefined || runLayer !== undefined;
  const artifacts = diffArtifacts(from?.artifacts ?? [], to?.artifacts ?? []);
  const wheels = diffWheels(from?.wheels?.files ?? [], to?.wheels?.files ?? []);
  const lists = [added, removed, moved, restated, artifacts, wheels];
  const bothThere = from !== undefined && to !== undefined;
  if (bothThere && !otherLayer && !otherBuild && lists.every(({ length }) => length === 0))
    return undefined;
  return {
    image,
    change: changeOf(from, to),
    added: sorted(added),
    removed: sorted(removed),
    moved: sorted(moved),
    restated: sorted(restated),
    artifacts,
    wheels,
    ...(bothThere && otherBuild
      ? { newestBuild: { from: from.newestBuild ?? 0, to: to.newestBuild ?? 0 } }
      : {}),
    ...(packagesLayer === undefined ? {} : { packagesLayer }),
    ...(runLayer === undefined ? {} : { runLayer }),
    downloadBytes: { from: sizeOf(from), to: sizeOf(to) },
  };
}

function layerChange(from: Digest | undefined, to: Digest | undefined): LayerChange | undefined {
  if (from === to) return undefined;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function diffArtifacts(
  from: readonly LockedArtifact[],
  to: readonly LockedArtifact[],
): readonly ArtifactDiff[] {
  const before = new Map(from.map((each) => [each.path, each]));
  const after = new Map(to.map((each) => [each.path, each]));
  return namesOf(before, after).flatMap((path) => {
    const [one, other] = [before.get(path), after.get(path)];
    const unchanged =
      one?.url === other?.url &&
      one?.digest === other?.digest &&
      one?.sizeBytes === other?.sizeBytes;
    return unchanged ? [] : [{ path, ...changeFrom(one, other) }];
  });
}

function diffWheels(
  from: readonly LockedWheel[],
  to: readonly LockedWheel[],
): readonly WheelDiff[] {
  const before = new Map(from.map((each) => [each.name, each]));
  const after = new Map(to.map((each) => [each.name, each]));
  return namesOf(before, after).flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    // Who needs it is told by `lock why`.
    const unchanged = one?.digest === other?.digest && one?.version === other?.version;
    return unchanged ? [] : [{ name, ...changeFrom(one, other) }];
  });
}

/** What was there and is there, as far as it is. */
function changeFrom<Entry>(
  from: Entry | undefined,
  to: Entry | undefined,
): { readonly change: Change; readonly from?: Entry; readonly to?: Entry } {
  return {
    change: changeOf(from, to),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function directionOf({
  from,
  to,
  compareVersions,
}: Pair<LockedPackage> & Pick<FamilyRules, "compareVersions">):
  | MovedPackage["direction"]
  | undefined {
  if (from.version !== to.version) {
    return compareVersions(from.version, to.version) < 0 ? "newer" : "older";
  }
  return from.digest === to.digest ? undefined : "replaced";
}

function packageFacts(entry: LockedPackage): Facts {
  return {
    architecture: entry.architecture,
    repository: entry.repository,
    path: entry.path,
    size: String(entry.sizeBytes),
    source: `${entry.source} ${entry.sourceVersion}`,
    built: String(entry.buildTime),
    signed: entry.unsigned === true ? "by nobody" : "by the distribution",
  };
}

/** Reasons that are gone, and new ones: of a library that all need, the rest would say nothing. */
function diffReasons(from: LockedPackage, to: LockedPackage): RestatedPackage["facts"] {
  const before = from.reasons.map(formatReason);
  const after = to.reasons.map(formatReason);
  const gone = before.filter((reason) => !after.includes(reason));
  const added = after.filter((reason) => !before.includes(reason));
  if (gone.length + added.length === 0) return [];
  return [{ fact: "reasons", from: someOf(gone), to: someOf(added) }];
}

const REASONS_SHOWN = 3;

function someOf(reasons: readonly string[]): string {
  return listFirst(reasons, REASONS_SHOWN, "; ") || "none";
}

type Facts = Readonly<Record<string, string>>;

function diffFacts(from: Facts, to: Facts): RestatedPackage["facts"] {
  return Object.entries(from).flatMap(([fact, value]) =>
    to[fact] === value ? [] : [{ fact, from: value, to: to[fact] ?? "" }],
  );
}

function changeOf(from: unknown, to: unknown): Change {
  if (from === undefined) return "added";
  return to === undefined ? "removed" : "changed";
}

function packagesOf(image: LockedImage | undefined): ReadonlyMap<string, LockedPackage> {
  return new Map(image?.packages.map((entry) => [entry.name, entry]));
}

function sizeOf(image: LockedImage | undefined): number {
  const { packages = [], artifacts = [], wheels } = image ?? {};
  const files = [...packages, ...artifacts, ...(wheels?.files ?? [])];
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function namesOf(
  from: ReadonlyMap<string, unknown> | undefined,
  to: ReadonlyMap<string, unknown> | undefined,
): readonly string[] {
  return [...new Set([...(from?.keys() ?? []), ...(to?.keys() ?? [])])].toSorted();
}

function sorted<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
): readonly Entry[] {
  return entries.toSorted(byName);
}
