import { readFile } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import { layoutFiles, type PackedImage } from "../image-layout.ts";
import type { BuiltImage } from "../built-image.ts";
import { type BundleImage, blobPath } from "./document.ts";
import { type BundleMember, bytesMember, storedMember } from "./write.ts";

/**
 * What makes a bundle an archive for `docker load` as well: the layout's own files and the blobs of
 * the images.
 */
export async function imageMembers(
  images: readonly BuiltImage[],
  store: Store,
): Promise<readonly BundleMember[]> {
  if (images.length === 0) return [];
  const layout = layoutFiles(images, ({ reference }) => reference);
  const members: BundleMember[] = layout.map(([name, bytes]) => bytesMember(name, bytes));
  for (const { config, configDigest, manifest, manifestDigest, layers } of images) {
    members.push(bytesMember(blobPath(configDigest), config));
    members.push(bytesMember(blobPath(manifestDigest), manifest));
    for (const { diffId } of layers) members.push(await storedMember(store, diffId));
  }
  return members;
}

/** How the head of a bundle tells of an image. */
export function describeImage(built: BuiltImage, target: string): BundleImage {
  const { image, reference, configDigest, manifestDigest, layers } = built;
  return {
    name: image,
    reference,
    target,
    config: configDigest,
    manifest: manifestDigest,
    layers: layers.map(({ diffId, sizeBytes }) => ({ digest: diffId, size: sizeBytes })),
  };
}

/** An image of a bundle whose blobs are in the store, ready to be loaded into the Engine. */
export async function storedImage(
  image: BundleImage,
  store: Store,
): Promise<PackedImage & { readonly reference: string }> {
  const find = async (digest: Digest): Promise<string> => {
    const file = await store.find(digest);
    if (file !== undefined) return file;
    throw new QclockError("store-unusable", `Image "${image.name}": ${digest} has left the store.`);
  };
  return {
    reference: image.reference,
    config: await readFile(await find(image.config)),
    configDigest: image.config,
    manifest: await readFile(await find(image.manifest)),
    manifestDigest: image.manifest,
    layers: await Promise.all(
      image.layers.map(async ({ digest, size }) => ({
        diffId: digest,
        sizeBytes: size,
        path: await find(digest),
      })),
    ),
  };
}
