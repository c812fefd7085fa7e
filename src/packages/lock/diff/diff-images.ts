import { listFirst } from "../../../count.ts";
import { byName } from "../../../order.ts";
import type { Digest } from "../../../digest.ts";
import type { FamilyRules } from "../../family.ts";
import type { LockedArtifact, LockedImage, LockedPackage, LockedWheel } from "../../package.ts";
import { formatReason } from "../../reason.ts";
import type {
  Change,
  Pair,
  ImageDiff,
  LayerChange,
  MovedPackage,
  ArtifactDiff,
  WheelDiff,
  RestatedPackage,
} from "./lock-diff.ts";
import { type Facts, diffFacts, changeOf, namesOf, type Compared } from "./facts.ts";

/** What differs between an image before and after; undefined where nothing does. */
export function diffImages(
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

function packagesOf(image: LockedImage | undefined): ReadonlyMap<string, LockedPackage> {
  return new Map(image?.packages.map((entry) => [entry.name, entry]));
}

function sizeOf(image: LockedImage | undefined): number {
  const { packages = [], artifacts = [], wheels } = image ?? {};
  const files = [...packages, ...artifacts, ...(wheels?.files ?? [])];
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function sorted<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
): readonly Entry[] {
  return entries.toSorted(byName);
}
