import type { AssembleRequest } from "../../image/assemble/request.ts";
import type { BuiltImage } from "../../image/built-image.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { Lock } from "../../packages/package.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";
import { BuiltImages, type BuiltImagesContext } from "./built-images.ts";
import type { PreparedImages } from "./prepare-images.ts";
import { recordLayers } from "./record-layers.ts";

/** What is told while the images of a stack are made. */
export interface AssemblyListener {
  readonly onNotice: AssembleRequest["onNotice"];
  /** An image is made; the next one is asked for when this is done. */
  readonly onBuilt?: (image: AssembledImage, built: BuiltImage) => Promise<void>;
}

/**
 * Make every image that qclock assembles, in the context's store and without an Engine, for what
 * needs the images themselves and not containers of them. Resolves with them, parents before
 * children, and with the lock, into which the digests of their packages layers are written where it
 * lacks them and may be written.
 *
 * Throws what fetching, assembling and writing the lock throw.
 */
export async function assembleStack(
  context: BuiltImagesContext & Pick<RunContext, "lockMode" | "writeLock">,
  prepared: PreparedImages,
  { onNotice, onBuilt }: AssemblyListener,
): Promise<{ readonly images: readonly BuiltImage[]; readonly lock: Lock }> {
  const declared = assembledImages(context.stack);
  const progress = { onFetch: () => undefined, onUnpack: () => undefined, onNotice };
  await using builtImages = new BuiltImages(context, prepared);
  builtImages.begin(declared);
  const images: BuiltImage[] = [];
  for (const image of declared) {
    const built = await builtImages.get(image, progress);
    await onBuilt?.(image, built);
    images.push(built);
  }
  return { images, lock: await recordLayers(context, prepared, builtImages) };
}
