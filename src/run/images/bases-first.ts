import type { AssembledImage } from "../../stack/stack.ts";

/**
 * In which order images are best begun: those with the fewest ancestors among them first, since
 * others wait for them, and of these the ones that have the most packages to unpack.
 */
export function basesFirst(images: readonly AssembledImage[]): readonly AssembledImage[] {
  const byName = new Map(images.map((image) => [image.name, image]));
  const depthOf = (image: AssembledImage): number => {
    const parent = byName.get(image.parent ?? "");
    return parent === undefined ? 0 : 1 + depthOf(parent);
  };
  return images.toSorted(
    (a, b) => depthOf(a) - depthOf(b) || b.packages.length - a.packages.length,
  );
}
