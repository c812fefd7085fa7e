import type { Image } from "../stack.ts";

/** The stack images that an image stands on. */
export function parentsOf(image: Image): readonly string[] {
  switch (image.type) {
    case "assembled":
      return image.parent === undefined ? [] : [image.parent];
    case "dockerfile":
      return image.parents;
    case "pulled":
      return [];
  }
}
