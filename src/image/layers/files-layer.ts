import { QclockError } from "../../error.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { type ContentSource, LayerDraft, mergeLayers } from "./draft.ts";
import type { FileScan } from "../files/files.ts";
import type { ScannedFile } from "../files/scanned-file.ts";
import { foldHardLinks } from "./hard-links.ts";
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
  const shared = new Map<string, ContentSource | undefined>();
  for (const { linkedTo } of scan.files)
    if (linkedTo !== undefined) shared.set(linkedTo, undefined);
  for (const file of scan.files) {
    const { source } = file;
    const path = draft.resolve(file.path);
    // A folder of the tree that the image has already keeps its owner and mode.
    const present = draft.follow(path);
    if (file.type === "directory" && present?.type === "directory") continue;
    const isFolder = draft.find(path)?.type === "directory";
    if (file.type === "directory" ? present !== undefined : isFolder) throw conflict(path, source);
    draft.add({
      path,
      type: file.type,
      mode: file.mode,
      uid: file.uid,
      gid: file.gid,
      mtime: epoch,
      size: file.size,
      origin: { type: "files" },
      ...(file.linkTarget === undefined ? {} : { linkTarget: file.linkTarget }),
      ...(file.digest === undefined ? {} : { digest: file.digest }),
      ...(file.type === "file" ? { content: contentOf(file) } : {}),
    });
  }
  for (const { path, mode, uid, gid } of image.directories) {
    draft.addDirectory({ type: "directories" }, path.slice(1), { mode, uid, gid });
  }
  return writeLayer({
    entries: foldHardLinks(draft.sorted()),
    kind: "files",
    epoch,
    store,
    signal,
  });

  /** Hard links share it: that is how they are known to be some. */
  function contentOf({ path, linkedTo = path, source }: ScannedFile): ContentSource {
    const content = shared.get(linkedTo) ?? { type: "host", file: source };
    if (shared.has(linkedTo)) shared.set(linkedTo, content);
    return content;
  }
}

/** A folder in the place of a file, or the other way round, would take what is below with it. */
function conflict(path: string, source: string): QclockError {
  return new QclockError(
    "file-conflict",
    `${source} cannot become /${path}: one is a folder, the other is not.`,
    { hint: "Give it another target under `files`." },
  );
}
