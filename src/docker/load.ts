import { QclockError } from "../error.ts";
import { type PackedImage, packImageArchive } from "../image/image-layout.ts";
import type { Digest } from "../digest.ts";
import type { Engine, ImageDetails, OnOutput } from "./engine.ts";
import { HeldChains } from "./held-chains.ts";

/** A finished image and the name that it is to have. */
export type LoadableImage = PackedImage & { readonly reference: string };

export interface LoadRequest {
  readonly engine: Engine;
  /** Images to load together; a layer that several share is sent once. */
  readonly images: readonly LoadableImage[];
  /**
   * Chains of layers that the Engine is known to hold, from the bottom; those that this brings are
   * added. Absent: the Engine is asked for the images of the same stack.
   */
  readonly heldChains?: HeldChains;
  readonly onOutput: OnOutput;
  /** In bytes of the archive that is sent. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Put assembled images into the Engine under their names. Layers that it already holds are left
 * out; should it not accept that, everything is sent. An answer without an error proves nothing
 * here (the containerd store says "Loaded image" beside a failed unpacking), so that each image is
 * looked at by its digests, and only then takes its name.
 */
export async function loadBuiltImages(request: LoadRequest): Promise<void> {
  const { engine, images, onOutput, signal } = request;
  const held = request.heldChains ?? new HeldChains();
  const omitLayers = await layersToOmit(request, held);
  const attempts = omitLayers.size === 0 ? [noLayers] : [omitLayers, noLayers];
  for (const [index, omitted] of attempts.entries()) {
    try {
      const archive = packImageArchive(images, { omitLayers: omitted });
      await engine.loadImages(counted(archive, request.onProgress), onOutput, signal);
      const ids = await findLoaded(request);
      await Promise.all(
        images.map((image, at) => engine.tagImage(ids[at] ?? "", image.reference, signal)),
      );
      held.add(images.map(({ layers }) => layers.map(({ diffId }) => diffId)));
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const last = index === attempts.length - 1;
      if (last || !(error instanceof QclockError) || error.code !== "load-failed") throw error;
      onOutput("The Engine does not hold all the layers that were left out; sending all of them.");
    }
  }
}

/** So many bytes at least lie between two reports of progress. */
const REPORT_BYTES = 1_000_000;

/** The archive, with a report of how much of it was taken. */
async function* counted(
  { content, lengthBytes }: ReturnType<typeof packImageArchive>,
  onProgress: LoadRequest["onProgress"],
): AsyncGenerator<Uint8Array> {
  let done = 0;
  let reported = 0;
  for await (const chunk of content) {
    yield chunk;
    done += chunk.length;
    if (done - reported < REPORT_BYTES && done < lengthBytes) continue;
    reported = done;
    onProgress?.(done, lengthBytes);
  }
}

const noLayers: ReadonlySet<Digest> = new Set();

/** Looking at every image of the stack takes the Engine as long as to take so much in. */
const WORTH_LOOKING_BYTES = 200_000;

/**
 * The layers that the Engine is seen to hold. An image that was changed a little shares nearly all
 * of them with the one that has its name now; the others are looked at when that leaves much.
 */
async function layersToOmit(request: LoadRequest, held: HeldChains): Promise<ReadonlySet<Digest>> {
  const { engine, images, signal } = request;
  const before = await Promise.all(
    images.map(({ reference }) =>
      held.under(reference, () => layersUnder(engine, reference, signal)),
    ),
  );
  const own = [...held.added, ...before.flatMap((layers) => (layers ? [layers] : []))];
  const omitted = layersHeld(images, own);
  if (bytesWithout(images, omitted) < WORTH_LOOKING_BYTES) return omitted;
  return layersHeld(images, await held.find(() => findChains(request)));
}

/** The layers of the image that has a name now, from the bottom; undefined where none has it. */
async function layersUnder(
  engine: Pick<Engine, "inspectImage">,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<readonly Digest[] | undefined> {
  return (await engine.inspectImage(reference, signal))?.diffIds;
}

function bytesWithout(images: readonly PackedImage[], omitted: ReadonlySet<Digest>): number {
  const sent = images.flatMap(({ layers }) => layers.filter(({ diffId }) => !omitted.has(diffId)));
  return sent.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/**
 * The layers to leave out: those that lie, in every image that has them, inside a chain that the
 * Engine holds from the bottom. A layer is stored by its chain and not by itself, so the same layer
 * over another one must be sent.
 */
export function layersHeld(
  images: readonly PackedImage[],
  chains: readonly (readonly Digest[])[],
): ReadonlySet<Digest> {
  const held = new Set<Digest>();
  const needed = new Set<Digest>();
  for (const { layers } of images) {
    const own = layers.map(({ diffId }) => diffId);
    const depth = Math.max(0, ...chains.map((chain) => commonPrefix(own, chain)));
    for (const [index, diffId] of own.entries()) (index < depth ? held : needed).add(diffId);
  }
  return held.difference(needed);
}

function commonPrefix(left: readonly Digest[], right: readonly Digest[]): number {
  const differs = left.findIndex((diffId, index) => diffId !== right[index]);
  return differs === -1 ? left.length : differs;
}

/**
 * The chains of the images that the Engine has of the same stacks: an earlier version of each, and
 * its parents.
 */
async function findChains({
  engine,
  images: loaded,
  signal,
}: LoadRequest): Promise<readonly (readonly Digest[])[]> {
  const patterns = new Set(
    loaded.map(({ reference }) => `${reference.slice(0, reference.lastIndexOf("/"))}/*`),
  );
  const listed = await Promise.all(
    [...patterns].map((pattern) => engine.listImageReferences(pattern, signal)),
  );
  const images = await Promise.all(
    listed.flat().map((reference) => engine.inspectImage(reference, signal)),
  );
  return images.flatMap((image) => (image === undefined ? [] : [image.diffIds]));
}

/**
 * The ids under which the Engine now has the images. Throws `load-failed` unless each is there,
 * whole.
 */
async function findLoaded({ engine, images, signal }: LoadRequest): Promise<readonly string[]> {
  const { imageStore } = await engine.info(signal);
  return await Promise.all(
    images.map(async (image) => {
      const id = imageStore === "containerd" ? image.manifestDigest : image.configDigest;
      const found = await engine.inspectImage(id, signal);
      if (found === undefined || !holds(found, image)) throw incomplete(image, found);
      return id;
    }),
  );
}

function holds({ diffIds }: ImageDetails, { layers }: PackedImage): boolean {
  return (
    diffIds.length === layers.length &&
    layers.every(({ diffId }, index) => diffIds[index] === diffId)
  );
}

function incomplete(
  { reference, layers }: LoadableImage,
  loaded: ImageDetails | undefined,
): QclockError {
  const found =
    loaded === undefined
      ? "it does not know the image"
      : `it has ${loaded.diffIds.length} of its ${layers.length} layers`;
  return new QclockError(
    "load-failed",
    `The Engine did not take ${reference} in whole: ${found}.`,
    {
      hint: "Look at the Engine's log; its disk may be full.",
    },
  );
}
