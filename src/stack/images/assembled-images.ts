import type { AssembledImage, Stack } from "../stack.ts";

/** The images that are made of packages, parents before children. */
export function assembledImages(stack: Stack): readonly AssembledImage[] {
  return [...stack.images.values()].filter((image) => image.type === "assembled");
}
