import { chainOf } from "../../stack/chain.ts";
import type { AssembledImage, Stack } from "../../stack/stack.ts";
import { loadFamily } from "../families.ts";
import type { ImagePython } from "../image-python.ts";
import type { LockedImage } from "../package.ts";

/** The Python of an image, from its packages and those of the images that it stands on. */
export async function pythonOf(
  stack: Pick<Stack, "os" | "images">,
  image: AssembledImage,
  images: ReadonlyMap<string, Pick<LockedImage, "packages">>,
): Promise<ImagePython | undefined> {
  const packages = chainOf(stack, image).flatMap(({ name }) => images.get(name)?.packages ?? []);
  return await (await loadFamily(stack.os)).findPython(packages);
}
