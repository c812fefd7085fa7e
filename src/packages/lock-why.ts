import type { LockedPackage, LockTarget, Reason } from "./package.ts";

/** Why an image holds a package: from what was asked for down to it. */
export interface WhyChain {
  /** The image whose manifest entry began the chain, and that holds the package. */
  readonly image: string;
  readonly package: LockedPackage;
  /** The first was asked for; each of the others is needed by the one before it. */
  readonly links: readonly WhyLink[];
}

export interface WhyLink {
  readonly name: string;
  readonly reason: Reason;
  /** The image that holds it: the package's own, or one that it stands on. */
  readonly image: string;
}

/**
 * The chain of reasons for a package in each image that holds it. The lock keeps one reason for each package, the nearest to
 * what was asked for, so there is one chain for each image. Empty when no image holds it. Pure.
 */
export function whyLocked(
  target: LockTarget,
  name: string,
  parentOf: (image: string) => string | undefined,
): readonly WhyChain[] {
  return [...target.images].flatMap(([image, { packages }]) => {
    const found = packages.find((entry) => entry.name === name);
    if (found === undefined) return [];
    return [{ image, package: found, links: chainOf(target, { image, entry: found }, parentOf) }];
  });
}

function chainOf(
  target: LockTarget,
  start: { readonly image: string; readonly entry: LockedPackage },
  parentOf: (image: string) => string | undefined,
): readonly WhyLink[] {
  const links: WhyLink[] = [];
  const seen = new Set<string>();
  let { image, entry }: { image: string; entry: LockedPackage | undefined } = start;
  // A lock that was edited by hand may name a circle.
  while (entry !== undefined && !seen.has(entry.name)) {
    seen.add(entry.name);
    links.unshift({ name: entry.name, reason: entry.reason, image });
    if (entry.reason.type === "requested") break;
    const { of } = entry.reason;
    const place = findIn(target, of, image, parentOf);
    entry = place?.entry;
    image = place?.image ?? image;
  }
  return links;
}

function findIn(
  target: LockTarget,
  name: string,
  from: string,
  parentOf: (image: string) => string | undefined,
): { readonly image: string; readonly entry: LockedPackage } | undefined {
  for (let image: string | undefined = from; image !== undefined; image = parentOf(image)) {
    const entry = target.images.get(image)?.packages.find((each) => each.name === name);
    if (entry !== undefined) return { image, entry };
  }
  return undefined;
}
