import type { LeftScript } from "../installation.ts";
import type { LockedPackage, LockTarget } from "../package.ts";
import { formatReason } from "../reason.ts";

/** Why a package is in the images of a target. */
export interface PackageWhy {
  readonly name: string;
  /** Images that hold the package themselves, parents first. */
  readonly images: readonly ImageWhy[];
  /** Images that have it from one that they stand on. */
  readonly inherited: readonly InheritedPackage[];
}

export interface ImageWhy {
  readonly image: string;
  readonly package: LockedPackage;
  /** Scripts of the package that were undone when the image was built here. */
  readonly leftScripts?: readonly LeftScript[];
  /** Scripts of the package, as `postinst`, that were run when the image was built here. */
  readonly ranScripts?: readonly string[];
  /** Fingerprint of the key that was proved to have signed it; absent: nothing proves it. */
  readonly signedBy?: string;
  /**
   * What else brings the package, as the lock gives it: `requested`, or `apache2 needs libapr1 (>=
   * 1.7)`.
   */
  readonly others: readonly string[];
  /**
   * From what was asked for in the manifest down to the package; the last one is the package
   * itself.
   */
  readonly chain: readonly WhyStep[];
}

export interface WhyStep {
  readonly name: string;
  readonly version: string;
  /**
   * How the one before it asks for it, such as `libc6 (>= 2.36)`; absent for what was asked for in
   * the manifest.
   */
  readonly relation?: string;
  /** Whether the image has it as one of the essential packages alone. */
  readonly isEssential?: true;
}

export interface InheritedPackage {
  readonly image: string;
  /** The image that holds it. */
  readonly from: string;
  /** Whether the manifest asks for it in this image as well. */
  readonly requested: boolean;
}

/** An image as the manifest has it. */
export interface WhyImage {
  readonly name: string;
  readonly parent?: string | undefined;
  readonly packages: readonly string[];
}

/**
 * The reasons that a lock gives for a package: for each image that holds it the chain from what was
 * asked for, and what else brings it there.
 *
 * `images`: those of the manifest, parents before children. Undefined when no image of the lock
 * holds the package.
 */
export function explainPackage(
  target: LockTarget,
  images: readonly WhyImage[],
  name: string,
): PackageWhy | undefined {
  const parents = new Map(images.map((image) => [image.name, image.parent]));
  const order = [...new Set([...images.map((image) => image.name), ...target.images.keys()])];
  const find = (image: string | undefined, wanted: string): LockedPackage | undefined =>
    image === undefined
      ? undefined
      : (target.images.get(image)?.packages.find((each) => each.name === wanted) ??
        find(parents.get(image), wanted));
  const holding = order.flatMap((image): readonly ImageWhy[] => {
    const entry = target.images.get(image)?.packages.find((each) => each.name === name);
    if (entry === undefined) return [];
    return [
      {
        image,
        package: entry,
        others: entry.reasons.slice(1).map(formatReason),
        chain: chainOf(entry, (wanted) => find(image, wanted)),
      },
    ];
  });
  if (holding.length === 0) return undefined;
  const asking = new Set(
    images.filter(({ packages }) => packages.includes(name)).map((image) => image.name),
  );
  const inherited = inheritedFrom(holding, parents).map(({ image, from }): InheritedPackage => ({
    image,
    from,
    requested: asking.has(image),
  }));
  return { name, images: holding, inherited };
}

/**
 * The images that have something from one that they stand on, in the order of `parents`: each with
 * the nearest one that holds it.
 */
export function inheritedFrom(
  holding: readonly { readonly image: string }[],
  parents: ReadonlyMap<string, string | undefined>,
): readonly { readonly image: string; readonly from: string }[] {
  const has = (image: string): boolean => holding.some((each) => each.image === image);
  return [...parents.keys()].flatMap((image) => {
    const from = ancestorsOf(image, parents).find(has);
    return from === undefined || has(image) ? [] : [{ image, from }];
  });
}

/** Something of the lock that says why it is there. */
type Reasoned = Pick<LockedPackage, "name" | "version" | "reasons">;

/** From what was asked for down to an entry; `find` gives those that need others by their names. */
export function chainOf(
  entry: Reasoned,
  find: (name: string) => Reasoned | undefined,
): readonly WhyStep[] {
  const steps: WhyStep[] = [];
  const seen = new Set<string>();
  let current: Reasoned | undefined = entry;
  // A lock that was edited by hand may lead in a circle.
  while (current !== undefined && !seen.has(current.name)) {
    const { name, version, reasons }: Reasoned = current;
    const [reason] = reasons;
    seen.add(name);
    if (reason?.type !== "dependency") {
      const isEssential = reason?.type === "essential";
      steps.unshift({ name, version, ...(isEssential ? { isEssential } : {}) });
      break;
    }
    steps.unshift({ name, version, relation: reason.relation });
    current = find(reason.of);
  }
  return steps;
}

/** The images that an image stands on, the nearest first. */
export function ancestorsOf(
  image: string,
  parents: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const parent = parents.get(image);
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent, parents)];
}
