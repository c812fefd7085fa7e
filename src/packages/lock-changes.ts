import type { AssembledImage, Stack } from "../stack/stack.ts";
import { assembledImages } from "./inputs.ts";
import type { LockedArtifact, LockTarget } from "./package.ts";

/** Packages that an image asks for and neither it nor what it stands on has in the lock, as `app: php8.2-gd`. */
export function missingPackages(stack: Stack, target: LockTarget): readonly string[] {
  const parents = new Map(assembledImages(stack).map(({ name, parent }) => [name, parent]));
  const own = new Map(
    [...target.images].map(([name, { packages }]) => [
      name,
      new Set(packages.map((entry) => entry.name)),
    ]),
  );
  const has = (image: string | undefined, name: string): boolean =>
    image !== undefined && (own.get(image)?.has(name) === true || has(parents.get(image), name));
  return assembledImages(stack).flatMap((image) =>
    image.packages.filter((name) => !has(image.name, name)).map((name) => `${image.name}: ${name}`),
  );
}

/** In what the manifest differs from the one that a lock was made for, a line each: `image "app": asks for php8.2-gd as well`. */
export function describeLockChanges(stack: Stack, target: LockTarget): readonly string[] {
  const images = new Map(assembledImages(stack).map((image) => [image.name, image]));
  const lines: string[] = [];
  const held = new Map<string, ReadonlySet<string>>();
  for (const [name, image] of images) {
    const locked = target.images.get(name);
    const above = image.parent === undefined ? undefined : held.get(image.parent);
    const names = new Set([
      ...(above ?? []),
      ...(locked?.packages.map((entry) => entry.name) ?? []),
    ]);
    held.set(name, names);
    if (locked === undefined) {
      lines.push(`image "${name}": is new`);
      continue;
    }
    const added = image.packages.filter((wanted) => !names.has(wanted));
    const removed = locked.packages
      .filter(({ reason }) => reason.type === "requested")
      .map((entry) => entry.name)
      .filter((requested) => !image.packages.includes(requested));
    if (added.length > 0) lines.push(`image "${name}": asks for ${added.join(", ")} as well`);
    lines.push(...artifactChanges(image, locked.artifacts ?? []));
    if (removed.length > 0) lines.push(`image "${name}": no longer asks for ${removed.join(", ")}`);
  }
  for (const name of target.images.keys()) {
    if (!images.has(name)) lines.push(`image "${name}": is gone`);
  }
  // The lock keeps a digest of these, not their text.
  return lines.length > 0
    ? lines
    : ["an image's parent, its accounts, exclusions or setuid files, or the mirror"];
}

function artifactChanges(
  { name, artifacts }: AssembledImage,
  locked: readonly LockedArtifact[],
): readonly string[] {
  const before = new Map(locked.map((artifact) => [artifact.path, artifact]));
  const lines = artifacts.flatMap(({ path, digest, url }) => {
    const old = before.get(path);
    before.delete(path);
    if (old === undefined) return [`asks for artifact ${path} as well`];
    if (old.digest !== digest) return [`artifact ${path} has another sha256: ${digest.slice(7)}`];
    return old.url === url ? [] : [`artifact ${path} comes from another URL: ${url}`];
  });
  const gone = [...before.keys()].map((path) => `no longer asks for artifact ${path}`);
  return [...lines, ...gone].map((line) => `image "${name}": ${line}`);
}
