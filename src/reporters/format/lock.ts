import type { PackageListing } from "../../packages/deb/list.ts";
import { formatReason } from "../../packages/lock.ts";
import type { ImageDiff, LockDiff, MovedPackage, TargetDiff } from "../../packages/lock-diff.ts";
import type { WhyChain } from "../../packages/lock-why.ts";
import type { LockedPackage, LockTarget } from "../../packages/package.ts";
import type { Digest } from "../../stack/stack.ts";
import { formatBytes } from "./bytes.ts";
import type { Style } from "./style.ts";

/** What is known of the contents of packages, by their digest; a package that the store lacks is not in it. */
export type Listings = ReadonlyMap<Digest, PackageListing>;

/** A difference of locks in plain words, one line for each package. Ends without a newline; empty when there is none. */
export function formatLockDiff(diff: LockDiff, listings: Listings, style: Style): string {
  return diff.targets.flatMap((target) => formatTarget(target, listings, style)).join("\n");
}

function formatTarget(diff: TargetDiff, listings: Listings, style: Style): readonly string[] {
  const { target, change, repositories, epoch, images } = diff;
  const title = change === "changed" ? target : `${target} ${change}`;
  const facts = [
    ...(change === "changed" && repositories.length > 0
      ? [`  repositories read anew: ${repositories.join(", ")}`]
      : []),
    ...(epoch === undefined
      ? []
      : [`  newest package built ${dateOf(epoch.before)} -> ${dateOf(epoch.after)}`]),
  ];
  return [
    style.strong(title),
    ...facts,
    ...images.flatMap((image) => formatImage(image, listings, style)),
  ];
}

function formatImage(diff: ImageDiff, listings: Listings, style: Style): readonly string[] {
  const { image, change, added, removed, moved, sizeBytes, layer } = diff;
  const delta = sizeBytes.after - sizeBytes.before;
  const title = change === "changed" ? `image ${image}` : `image ${image} ${change}`;
  const size = delta === 0 ? "" : `, ${formatDelta(delta)} to download`;
  return [
    `  ${style.strong(title)}: ${countOf(diff)}${size}`,
    ...added.map(
      (entry) =>
        `    ${style.success("+")} ${entry.name} ${entry.version} (${formatReason(entry.reason)})`,
    ),
    ...removed.map(({ name, version }) => `    ${style.error("-")} ${name} ${version}`),
    ...moved.map((move) => `    ${style.warning("~")} ${formatMove(move, listings)}`),
    ...privilegesOf(diff, listings).map((line) => `    ${style.error("!")} ${line}`),
    ...unread(diff, listings).map((line) => `    ${style.faint(line)}`),
    ...(layer === "changed"
      ? ["    expected packages layer changed"]
      : layer === "dropped"
        ? ["    expected packages layer dropped: the next build records it"]
        : []),
  ];
}

function countOf({ added, removed, moved, change }: ImageDiff): string {
  const parts = [
    ...(added.length > 0 ? [`${added.length} added`] : []),
    ...(removed.length > 0 ? [`${removed.length} removed`] : []),
    ...(moved.length > 0 ? [`${moved.length} moved`] : []),
  ];
  if (parts.length > 0) return parts.join(", ");
  return change === "changed" ? "the same packages" : "no packages";
}

function formatMove({ before, after, direction }: MovedPackage, listings: Listings): string {
  const { name } = after;
  const installed = deltaOfInstalled(before, after, listings);
  const size =
    installed === undefined || installed === 0 ? "" : `, ${formatDelta(installed)} installed`;
  switch (direction) {
    case "newer":
      return `${name} ${before.version} -> ${after.version}${size}`;
    case "older":
      return `${name} ${before.version} -> ${after.version} (older)${size}`;
    case "rebuilt":
      return `${name} ${after.version}: the same version with other bytes`;
  }
}

function deltaOfInstalled(
  before: LockedPackage,
  after: LockedPackage,
  listings: Listings,
): number | undefined {
  const [old, current] = [before, after].map(({ digest }) => listings.get(digest)?.installedBytes);
  return old === undefined || current === undefined ? undefined : current - old;
}

/** Files that give their privileges to who runs them and that the image did not get before. The image keeps the bit only where the manifest's `setuid` names it. */
function privilegesOf({ added, moved }: ImageDiff, listings: Listings): readonly string[] {
  const fresh = added.flatMap((entry) =>
    (listings.get(entry.digest)?.privileged ?? []).map((path) => ({ entry, path })),
  );
  const changed = moved.flatMap(({ before, after }) => {
    const old = new Set(listings.get(before.digest)?.privileged);
    const paths = listings.get(after.digest)?.privileged ?? [];
    return paths.filter((path) => !old.has(path)).map((path) => ({ entry: after, path }));
  });
  return [...fresh, ...changed].map(
    ({ entry, path }) => `new setuid or setgid file /${path} in ${entry.name} ${entry.version}`,
  );
}

function unread({ added, moved }: ImageDiff, listings: Listings): readonly string[] {
  const names = [...added, ...moved.map(({ after }) => after)]
    .filter(({ digest }) => !listings.has(digest))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    `not looked into for setuid files, since the store lacks them: ${names.join(", ")} (qclock bundle save fetches all)`,
  ];
}

/** Why a package is locked, one block for each image that holds it. Ends without a newline. */
export function formatWhy(chains: readonly WhyChain[], target: LockTarget, style: Style): string {
  return chains
    .map(({ image, package: entry, links }) => {
      const repository = target.repositories.find(({ id }) => id === entry.repository);
      const signed = repository === undefined ? "" : `, signed by ${repository.signedBy}`;
      const lines = links.map(({ name, reason, image: place }, depth) => {
        const where = place === image ? "" : ` (in ${place})`;
        const why =
          reason.type === "requested"
            ? "asked for in the manifest"
            : `needed as ${reason.relation}`;
        return `  ${"  ".repeat(depth)}${depth === 0 ? "" : "└ "}${name}${where}: ${why}`;
      });
      return [
        `${style.strong(`image ${image}`)}: ${entry.name} ${entry.version} ${entry.architecture}, ${formatBytes(entry.sizeBytes)}`,
        ...lines,
        style.faint(
          `  from ${entry.repository}, source ${entry.source} ${entry.sourceVersion}${signed}`,
        ),
      ].join("\n");
    })
    .join("\n");
}

function formatDelta(bytes: number): string {
  return `${bytes < 0 ? "-" : "+"}${formatBytes(Math.abs(bytes))}`;
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
