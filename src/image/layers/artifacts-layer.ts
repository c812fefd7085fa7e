import { stat } from "node:fs/promises";
import path from "node:path";
import type { Artifact, AssembledImage } from "../../stack/stack.ts";
import type { Digest } from "../../digest.ts";
import { toStoreError } from "../../store/store-error.ts";
import type { Store } from "../../store/store.ts";
import { makeSpoolFolder } from "../../store/spool-folder.ts";
import { type ContentSource, LayerDraft } from "./draft.ts";
import { foldHardLinks } from "./hard-links.ts";
import type { Layer } from "./layer.ts";
import { MergedLayers } from "./merged-layers.ts";
import { writeLayer } from "./layer-tar.ts";
import { ArtifactPlacer, type PlacedPath } from "../artifacts/place-artifact.ts";
import { unpackArtifact } from "../artifacts/unpack-artifact.ts";

export interface ArtifactsLayerRequest {
  readonly image: AssembledImage;
  readonly below: readonly Layer[];
  readonly epoch: number;
  /** Path of an artifact's file in the store, fetched when it is not there yet. */
  readonly filePath: (digest: Digest) => Promise<string>;
  readonly store: Store;
  readonly signal: AbortSignal;
}

/**
 * The layer of what the manifest takes from URLs, between the packages and the manifest's files: a
 * layer of its own, so that an edited file does not unpack archives again.
 *
 * Throws `artifact-corrupt`, `file-conflict`, `disk-full`.
 */
export async function buildArtifactsLayer(request: ArtifactsLayerRequest): Promise<Layer> {
  const { image, below, epoch, store, signal } = request;
  try {
    await using folder = await makeSpoolFolder(store, "artifacts");
    const draft = new LayerDraft(new MergedLayers(below), epoch);
    const placer = new ArtifactPlacer({ draft, image, epoch });
    const shared = new Set<ContentSource>();
    for (const [index, artifact] of image.artifacts.entries()) {
      signal.throwIfAborted();
      const file = await request.filePath(artifact.digest);
      const paths = await pathsOf(artifact, {
        shared,
        file,
        spool: path.join(folder.path, String(index)),
        storeDirectory: store.directory,
        signal,
      });
      placer.place(artifact, paths);
    }
    const entries = foldHardLinks(draft.sorted(), shared);
    return await writeLayer({ entries, kind: "artifacts", epoch, store, signal });
  } catch (error) {
    throw toStoreError(error, store.directory);
  }
}

/** What an artifact brings, below its path; for a single file that is the path itself. */
async function pathsOf(
  artifact: Artifact,
  place: {
    /** Where contents are added that several paths have. */
    readonly shared: Set<ContentSource>;
    readonly file: string;
    readonly spool: string;
    readonly storeDirectory: string;
    readonly signal: AbortSignal;
  },
): Promise<readonly PlacedPath[]> {
  if (artifact.unpack === "none") {
    const { size } = await stat(place.file);
    const content: ContentSource = { type: "file", file: place.file, offset: 0 };
    return [
      { path: "", type: "file", mode: artifact.mode, size, digest: artifact.digest, content },
    ];
  }
  const contents = new Map<object, ContentSource>();
  return (await unpackArtifact({ ...place, artifact })).map(({ file, ...entry }) => {
    if (file === undefined) return { ...entry, size: 0 };
    const { size, digest, offset } = file;
    // Hard links share it: that is how they are known to be some.
    const known = contents.get(file);
    if (known !== undefined) place.shared.add(known);
    const content = known ?? { type: "file", file: place.spool, offset };
    contents.set(file, content);
    return { ...entry, size, digest, content };
  });
}
