import type { Digest } from "../../digest.ts";
import { QclockError } from "../../error.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";
import { BuiltImages } from "./built-images.ts";
import type { PreparedImages } from "./prepare-images.ts";

/** An image that is in the store with all its layers. */
export interface StoredImage {
  readonly name: string;
  readonly reference: string;
  /** Digest of the OCI configuration: the image's id in most Engines. */
  readonly config: Digest;
  /** Digest of the OCI image manifest. */
  readonly manifest: Digest;
}

/** The assembled images that are in the store, by name. Makes nothing. */
export async function findStored(
  context: RunContext,
  prepared: PreparedImages,
): Promise<ReadonlyMap<string, StoredImage>> {
  await using builtImages = new BuiltImages(context, prepared);
  const found = new Map<string, StoredImage>();
  for (const image of assembledImages(context.stack)) {
    const built = await recall(builtImages, image);
    if (built === undefined) continue;
    const { configDigest: config, manifestDigest: manifest } = built;
    found.set(image.name, { name: image.name, reference: image.reference, config, manifest });
  }
  return found;
}

/** An image that is refused, for a program of other machines say, is told of when it is made. */
async function recall(
  builtImages: BuiltImages,
  image: AssembledImage,
): Promise<BuiltImage | undefined> {
  try {
    return await builtImages.recall(image);
  } catch (error) {
    if (error instanceof QclockError) return undefined;
    throw error;
  }
}
