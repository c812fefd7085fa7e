import { comparePaths } from "../../archive/path-order.ts";
import type { LayerEntry } from "./layer-entry.ts";
import type { MergedLayers } from "./merged-layers.ts";
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
  /** Of a whiteout: another entry takes it away already, with the folder that it was in. */
  readonly isImplied?: boolean;
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
 * A layer being put together on top of its parents' layers. Every path is resolved through the
 * links of both, and every folder above an entry is part of the layer with its real owner and mode:
 * an entry without its folder would reset that to root's 0755 when the Engine unpacks the layer.
 */
export class LayerDraft {
  readonly #parents: Pick<MergedLayers, "get">;
  /** By path; of rows their number alone. */
  readonly #entries = new Map<string, DraftEntry | number>();
  readonly #mtime: number;
  readonly #rowAt: (row: number) => DraftEntry;
  /**
   * The last folder that was found to be where its path says. Most paths have the same one as the
   * path before.
   */
  #plainFolder: string | undefined;
  /** The last folder that was put here with all above it. */
  #addedFolder: string | undefined;

  /**
   * `parents` is the merged view of the layers below; `mtime` is given to what has no time of its
   * own. `rowAt` makes the entry of a row that was added.
   */
  constructor(
    parents: Pick<MergedLayers, "get">,
    mtime: number,
    rowAt: (row: number) => DraftEntry = noRow,
  ) {
    this.#parents = parents;
    this.#mtime = mtime;
    this.#rowAt = rowAt;
  }

  /** The entry at a resolved path in this layer or below. */
  find(path: string): DraftEntry | LayerEntry | undefined {
    return this.own(path) ?? this.#parents.get(path);
  }

  /** An entry of this layer alone. */
  own(path: string): DraftEntry | undefined {
    const held = this.#entries.get(path);
    return held === undefined ? undefined : this.#entryOf(path, held);
  }

  /** Resolve the folders of a path through the links of all layers. */
  resolve(path: string): string {
    const slash = path.lastIndexOf("/");
    const folder = path.slice(0, Math.max(0, slash));
    const hasName = !/^\.{0,2}$/.test(path.slice(slash + 1));
    if (hasName && folder === this.#plainFolder) return path;
    const real = resolvePath(path, (at) => this.find(at));
    if (hasName && real === path) this.#plainFolder = folder;
    return real;
  }

  /** The entry that a path leads to when all links are followed. */
  follow(path: string): DraftEntry | LayerEntry | undefined {
    return this.find(followPath(path, (at) => this.find(at)));
  }

  /**
   * Put an entry at its resolved path and its folders before it. A folder that exists already as a
   * folder, or as a link to one, stays.
   */
  add(entry: DraftEntry): void {
    this.#put(entry, entry);
  }

  /**
   * As `add`, for one of very many: its number is kept, and the entry made when it is asked for.
   */
  addRow(row: number): void {
    this.#put(this.#rowAt(row), row);
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

  /** Every path of this layer, in no order. */
  paths(): Iterable<string> {
    return this.#entries.keys();
  }

  /**
   * Every entry of this layer, in the order in which the tar holds them: by bytes, folders before
   * what they hold.
   */
  *sorted(): Generator<DraftEntry> {
    for (const path of [...this.#entries.keys()].toSorted(comparePaths)) {
      const held = this.#entries.get(path);
      if (held !== undefined) yield this.#entryOf(path, held);
    }
  }

  #put(entry: DraftEntry, held: DraftEntry | number): void {
    const path = this.resolve(entry.path);
    if (path === "") return;
    if (entry.type === "directory") {
      const present = this.find(path);
      if (present?.type === "symlink" && this.follow(path)?.type === "directory") return;
    }
    this.#addFolders(path, entry.origin);
    // It may stand in the place of a folder on somebody's way.
    if (entry.type === "symlink") this.#plainFolder = undefined;
    this.#entries.set(path, held);
  }

  #entryOf(path: string, held: DraftEntry | number): DraftEntry {
    const entry = typeof held === "number" ? this.#rowAt(held) : held;
    return entry.path === path ? entry : { ...entry, path };
  }

  #addFolders(path: string, origin: Origin): void {
    const own = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    if (own === this.#addedFolder) return;
    this.#addedFolder = own;
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

function noRow(row: number): never {
  throw new Error(`there is no row ${row}`);
}
