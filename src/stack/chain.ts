import type { Image, Stack } from "./stack.ts";

/** The images that an image stands on, the lowest first, with itself. */
export function chainOf(stack: Pick<Stack, "images">, image: Image): readonly Image[] {
  const parent =
    image.type === "assembled" && image.parent !== undefined
      ? stack.images.get(image.parent)
      : undefined;
  return parent === undefined ? [image] : [...chainOf(stack, parent), image];
}
