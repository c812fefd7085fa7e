import { QclockError } from "../../error.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { Turns } from "../../turns.ts";
import { type ContentSource, type DraftEntry, LayerDraft } from "./draft.ts";
import type { FileScan } from "../files/files.ts";
import type { FileTable } from "../files/file-table.ts";
import type { ScannedFile } from "../files/scanned-file.ts";
import { addNumericUsers } from "../numeric-users.ts";
import { foldHardLinks } from "./hard-links.ts";
import type { Layer } from "./layer.ts";
import type { MadeLayer } from "./layer-cache.ts";
import { MergedLayers } from "./merged-layers.ts";
import { writeLayer } from "./layer-tar.ts";

/**
 * The thin layer on top: the manifest's `files` and `directories`, and lines of `/etc/passwd` for
 * users that it knows by number. `reads` tells which contents of the layers below had a part in it.
 */
export async function buildFilesLayer(request: {
  readonly image: AssembledImage;
  readonly scan: FileScan;
  readonly below: readonly Layer[];
  readonly epoch: number;
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<MadeLayer> {
  const { image, scan, below, epoch, store, signal } = request;
  const contents = new SharedContents(scan.files);
  const draft = new LayerDraft(new MergedLayers(below), epoch, (row) =>
    toDraft(scan.files.at(row), epoch, contents),
  );
  const turns = new Turns();
  for (const row of scan.files.rows()) {
    if (turns.isOver()) await turns.next();
    const { path: wanted, type, source } = scan.files.at(row);
    const path = draft.resolve(wanted);
    const found = draft.find(path);
    // A folder of the tree that the image has already keeps its owner and mode.
    const present = found?.type === "symlink" ? draft.follow(path) : found;
    if (type === "directory" && present?.type === "directory") continue;
    const isFolder = found?.type === "directory";
    if (type === "directory" ? present !== undefined : isFolder) throw conflict(path, source);
    draft.addRow(row);
  }
  for (const { path, mode, uid, gid } of image.directories) {
    draft.addDirectory({ type: "directories" }, path.slice(1), { mode, uid, gid });
  }
  const reads = await addNumericUsers(draft, { image, below });
  const entries = foldHardLinks(draft.sorted(), contents.shared);
  return { layer: await writeLayer({ entries, kind: "files", epoch, store, signal }), reads };
}

function toDraft(file: ScannedFile, mtime: number, contents: SharedContents): DraftEntry {
  const { path, type, mode, uid, gid, size, linkTarget, digest } = file;
  return {
    path,
    type,
    mode,
    uid,
    gid,
    mtime,
    size,
    origin: { type: "files" },
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(digest === undefined ? {} : { digest }),
    ...(type === "file" ? { content: contents.of(file) } : {}),
  };
}

/** What files hold. Hard links share it: that is how they are known to be some. */
class SharedContents {
  /** By the path of the first of its names. */
  readonly #byLeader = new Map<string, ContentSource>();
  readonly shared: ReadonlySet<ContentSource>;

  constructor(files: FileTable) {
    for (const { path, source } of files.leaders())
      this.#byLeader.set(path, { type: "host", file: source });
    this.shared = new Set(this.#byLeader.values());
  }

  of({ path, linkedTo = path, source }: ScannedFile): ContentSource {
    return this.#byLeader.get(linkedTo) ?? { type: "host", file: source };
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
