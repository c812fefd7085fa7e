import { normalizeName } from "../../python/name.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { LockedWheel, LockTarget } from "../package.ts";
import { formatReason } from "../reason.ts";
import { ancestorsOf, chainOf, inheritedFrom, type WhyStep } from "./why.ts";

/** Why a Python project is in the images of a target. */
export interface WheelWhy {
  /** Normalised. */
  readonly name: string;
  /** Images that bring it themselves, parents first. */
  readonly images: readonly WheelImageWhy[];
  /** Images that have it from one that they stand on. */
  readonly inherited: readonly { readonly image: string; readonly from: string }[];
}

export interface WheelImageWhy {
  readonly image: string;
  readonly wheel: LockedWheel;
  /** The line that names it, as `requirements.txt:12`; absent where the file has changed. */
  readonly place?: string;
  /** What else needs it, as `flask needs click>=8.1.3`. */
  readonly others: readonly string[];
  /** See `ImageWhy`. */
  readonly chain: readonly WhyStep[];
}

/**
 * The reasons that a lock gives for a Python project by its name, in whatever spelling. `images`:
 * those of the manifest, parents before children. Undefined when no image of the lock has it.
 */
export function explainWheel(
  target: LockTarget,
  images: readonly Pick<AssembledImage, "name" | "parent" | "wheels">[],
  written: string,
): WheelWhy | undefined {
  const name = normalizeName(written);
  const parents = new Map(images.map((image) => [image.name, image.parent]));
  const find = (image: string, wanted: string): LockedWheel | undefined =>
    [image, ...ancestorsOf(image, parents)]
      .flatMap((each) => target.images.get(each)?.wheels?.files ?? [])
      .find((wheel) => wheel.name === wanted);
  const holding = images.flatMap(({ name: image, wheels }): readonly WheelImageWhy[] => {
    const wheel = target.images.get(image)?.wheels?.files.find((each) => each.name === name);
    if (wheel === undefined) return [];
    const line = wheels?.requirements.find(
      (each) => each.name === name && each.version === wheel.version,
    );
    return [
      {
        image,
        wheel,
        ...(line === undefined ? {} : { place: `${wheels?.displayPath}:${line.line}` }),
        others: wheel.reasons.slice(1).map(formatReason),
        chain: chainOf(wheel, (wanted) => find(image, wanted)),
      },
    ];
  });
  if (holding.length === 0) return undefined;
  return { name, images: holding, inherited: inheritedFrom(holding, parents) };
}
