import type { AssembledImage, Stack } from "../../stack/stack.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { LockedArtifact, LockedWheels, LockTarget } from "../package.ts";
import { areAskedFor } from "../wheels/asked-for.ts";
import { requirementsDigest } from "../wheels/requirements-digest.ts";

/** One difference between the manifest and the one that a lock was made for. */
export interface LockChange {
  readonly image: string;
  /** Goes on from the image's name: `asks for php8.2-gd as well`. */
  readonly text: string;
}

/**
 * Packages that an image asks for and neither it nor what it stands on has in the lock, as `app:
 * php8.2-gd`.
 */
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

/**
 * In what the manifest differs from the one that a lock was made for, a line each: `image "app":
 * asks for php8.2-gd as well`.
 */
export function describeLockChanges(stack: Stack, target: LockTarget): readonly string[] {
  const lines = [
    ...streamChanges(stack, target),
    ...lockChanges(stack, target).map(({ image, text }) => `image "${image}": ${text}`),
  ];
  // The lock keeps a digest of these, not their text.
  return lines.length > 0
    ? lines
    : [
        "an image's parent, its accounts, exclusions or setuid files, streams of modules, further repositories, or the mirror",
      ];
}

/** A lock keeps the streams that packages come from: of others it cannot be told. */
function streamChanges(
  { modules = [] }: Pick<Stack, "modules">,
  { modules: locked = [] }: Pick<LockTarget, "modules">,
): readonly string[] {
  return locked.flatMap((before) => {
    const now = modules.find((each) => moduleOf(each) === moduleOf(before));
    return now === undefined || now === before
      ? []
      : [`asks for the stream ${now} of a module, not for ${before}`];
  });
}

function moduleOf(stream: string): string {
  return stream.slice(0, stream.indexOf(":"));
}

/** The same by image; empty when only what the lock keeps a digest of has changed, or nothing. */
export function lockChanges(stack: Stack, target: LockTarget): readonly LockChange[] {
  const images = new Map(assembledImages(stack).map((image) => [image.name, image]));
  const changes: LockChange[] = [];
  const held = new Map<string, ReadonlySet<string>>();
  const essential = new Set<string>();
  for (const [name, image] of images) {
    const locked = target.images.get(name);
    const above = image.parent === undefined ? undefined : held.get(image.parent);
    const names = new Set([
      ...(above ?? []),
      ...(locked?.packages.map((entry) => entry.name) ?? []),
    ]);
    held.set(name, names);
    if (locked === undefined) {
      changes.push({ image: name, text: "is new" });
      continue;
    }
    const added = image.packages.filter((wanted) => !names.has(wanted));
    const removed = locked.packages
      .filter(({ reasons }) => reasons.some(({ type }) => type === "requested"))
      .map((entry) => entry.name)
      .filter((requested) => !image.packages.includes(requested));
    const isEssential = locked.packages.some(({ reasons }) =>
      reasons.some(({ type }) => type === "essential"),
    );
    const parentHas = image.parent !== undefined && essential.has(image.parent);
    if (image.essential || parentHas) essential.add(name);
    const texts = [
      ...(added.length > 0 ? [`asks for ${added.join(", ")} as well`] : []),
      ...(image.essential && !isEssential && !parentHas
        ? ["asks for the essential packages as well"]
        : []),
      ...artifactChanges(image, locked.artifacts ?? []),
      ...wheelChanges(image, locked.wheels),
      ...(isEssential && !image.essential ? ["no longer asks for the essential packages"] : []),
      ...(removed.length > 0 ? [`no longer asks for ${removed.join(", ")}`] : []),
    ];
    changes.push(...texts.map((text) => ({ image: name, text })));
  }
  for (const name of target.images.keys()) {
    if (!images.has(name)) changes.push({ image: name, text: "is gone" });
  }
  return changes;
}

function wheelChanges(
  { wheels }: AssembledImage,
  locked: LockedWheels | undefined,
): readonly string[] {
  if (wheels === undefined) return locked === undefined ? [] : ["no longer asks for wheels"];
  if (locked === undefined) return [`asks for the wheels of ${wheels.displayPath} as well`];
  // The lock keeps a digest of the lines, not the lines.
  const fits =
    requirementsDigest(wheels.requirements) === locked.requirements &&
    areAskedFor(locked.files, wheels.requirements);
  return fits ? [] : [`${wheels.displayPath} asks for other wheels`];
}

function artifactChanges(
  { artifacts }: AssembledImage,
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
  return [...lines, ...gone];
}
