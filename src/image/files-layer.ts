import type { AssembledImage } from "../stack/stack.ts";
import type { Store } from "../store/store.ts";
import { LayerDraft, mergeLayers } from "./draft.ts";
import type { FileScan } from "./files.ts";
import type { Layer } from "./layer.ts";
import { writeLayer } from "./layer-tar.ts";

/** The thin layer on top: the manifest's `files` and `directories`. */
export async function buildFilesLayer(request: {
  readonly image: AssembledImage;
  readonly scan: FileScan;
  readonly below: readonly Layer[];
  readonly epoch: number;
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<Layer> {
  const { image, scan, below, epoch, store, signal } = request;
  const draft = new LayerDraft(mergeLayers(below), epoch);
  for (const { source, ...file } of scan.files) {
    const path = draft.resolve(file.path);
    // A folder of the tree that the image has already keeps its owner and mode.
    if (file.type === "directory" && draft.find(path) !== undefined) continue;
    draft.add({
      ...file,
      path,
      mtime: epoch,
      origin: "files",
      ...(file.type === "file" ? { content: { type: "file", file: source, offset: 0 } } : {}),
    });
  }
  for (const { path, mode, uid, gid } of image.directories) {
    draft.addDirectory("directories", path.slice(1), { mode, uid, gid });
  }
  return writeLayer({ entries: draft.sorted(), kind: "files", epoch, store, signal });
}
