import { comparePaths } from "../../archive/path-order.ts";
import type { LayerEntry } from "./layer.ts";
import type { Origin } from "./origin.ts";
import { followPath, resolvePath } from "./tree.ts";

/** Where a regular file's bytes are until the layer is written. */
export type ContentSource =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "file"; readonly file: string; readonly offset: number }
  /** A whole file of the project, which somebody may be writing to. */
  | { readonly type: "host"; readonly file: string };

/** An entry on its way into a layer. */
export type DraftEntry = Omit<LayerEntry, "offset"> & {
  /** Of regular files. */
  readonly content?: ContentSource;
};

/** What a finish step or the manifest adds. */
export interface NewFile {
  readonly path: string;
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly content: string | Uint8Array;
}

/**
 * A layer being put together on top of its parents' layers. Every path is resolved through the links of
 * both, and every folder above an entry is part of the layer with its real owner and mode: an entry
 * without its folder would reset that to root's 0755 when the Engine unpacks the layer.
 */
export class LayerDraft {
  readonly #parents: ReadonlyMap<string, LayerEntry>;
  readonly #entries = new Map<string, DraftEntry>();
  readonly #mtime: number;

  /** `parents` is the merged view of the layers below; `mtime` is given to what has no time of its own. */
  constructor(parents: ReadonlyMap<string, LayerEntry>, mtime: number) {
    this.#parents = parents;
    this.#mtime = mtime;
  }

  /** The entry at a resolved path in this layer or below. */
  find(path: string): DraftEntry | LayerEntry | undefined {
    return this.#entries.get(path) ?? this.#parents.get(path);
  }

  /** An entry of this layer alone. */
  own(path: string): DraftEntry | undefined {
    return this.#entries.get(path);
  }

  /** Resolve the folders of a path through the links of all layers. */
  resolve(path: string): string {
    return resolvePath(path, (at) => this.find(at));
  }

  /** The entry that a path leads to when all links are followed. */
  follow(path: string): DraftEntry | LayerEntry | undefined {
    return this.find(followPath(path, (at) => this.find(at)));
  }

  /** Put an entry at its resolved path and its folders before it. A folder that exists already as a folder, or as a link to one, stays. */
  add(entry: DraftEntry): void {
    const path = this.resolve(entry.path);
    if (path === "") return;
    if (entry.type === "directory") {
      const present = this.find(path);
      if (present?.type === "symlink" && this.follow(path)?.type === "directory") return;
    }
    this.#addFolders(path, entry.origin);
    this.#entries.set(path, entry.path === path ? entry : { ...entry, path });
  }

  addFile(origin: Origin, file: NewFile): void {
    const bytes = typeof file.content === "string" ? Buffer.from(file.content) : file.content;
    this.add({
      path: file.path,
      type: "file",
      mode: file.mode,
      uid: file.uid ?? 0,
      gid: file.gid ?? 0,
      mtime: this.#mtime,
      size: bytes.length,
      content: { type: "bytes", bytes },
      origin,
    });
  }

  addLink(origin: Origin, path: string, target: string): void {
    this.add({
      path,
      type: "symlink",
      mode: 0o777,
      uid: 0,
      gid: 0,
      mtime: this.#mtime,
      size: 0,
      linkTarget: target,
      origin,
    });
  }

  addDirectory(
    origin: Origin,
    path: string,
    attributes: { readonly mode: number; readonly uid?: number; readonly gid?: number },
  ): void {
    const { mode, uid = 0, gid = 0 } = attributes;
    this.add({ path, type: "directory", mode, uid, gid, mtime: this.#mtime, size: 0, origin });
  }

  /** Every path of this layer, in the order in which the tar holds them: by bytes, folders before what they hold. */
  sorted(): readonly DraftEntry[] {
    return [...this.#entries.values()].toSorted((a, b) => comparePaths(a.path, b.path));
  }

  #addFolders(path: string, origin: Origin): void {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const folder = path.slice(0, slash);
      if (this.#entries.has(folder)) continue;
      const below = this.#parents.get(folder);
      if (below !== undefined) {
        const { offset: _, ...known } = below;
        this.#entries.set(folder, known);
      } else {
        this.#entries.set(folder, {
          path: folder,
          type: "directory",
          mode: 0o755,
          uid: 0,
          gid: 0,
          mtime: this.#mtime,
          size: 0,
          origin,
        });
      }
    }
  }
}

/** The view of several layers, later ones over earlier ones. */
export function mergeLayers(
  layers: readonly { readonly entries: readonly LayerEntry[] }[],
): ReadonlyMap<string, LayerEntry> {
  const merged = new Map<string, LayerEntry>();
  for (const { entries } of layers) for (const entry of entries) merged.set(entry.path, entry);
  return merged;
}
