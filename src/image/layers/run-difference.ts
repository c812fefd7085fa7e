import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { ByteReader } from "../../archive/byte-reader.ts";
import { shown } from "../../archive/name.ts";
import { comparePaths } from "../../archive/path-order.ts";
import { readTarHeader, type TarHeader, tarPadding } from "../../archive/tar.ts";
import type { Digest } from "../../digest.ts";
import type { ContentSource, DraftEntry } from "./draft.ts";
import type { Layer } from "./layer.ts";
import { MergedLayers } from "./merged-layers.ts";
import type { Origin } from "./origin.ts";
import { findFile } from "./read-entry.ts";
import { isLeftOut } from "./run-left-out.ts";

/** So much of a file's content is held until it is known whether the layers below have it. */
const HELD_BYTES = 1024 * 1024;

/** What scripts may add: more is a script that does not know its end. */
const MOST_BYTES = 8 * 1024 ** 3;
const MOST_PATHS = 500_000;

/** A regular file of the tar, which further names may be links to. */
interface SeenFile {
  readonly header: TarHeader;
  readonly digest: Digest;
  /** Absent: the layers below have the file at this path. */
  readonly content?: ContentSource;
}

/**
 * What the files of a container differ in from the layers that it was made of, as entries of a
 * layer: sorted, with the folders above them, and with whiteouts for what is gone. The whole of
 * both is compared, and not what the Engine calls changed: that is another thing with each storage
 * driver, and a file that was written anew and is the same as before is none. A file's time alone
 * makes no difference, since it is the moment at which the scripts were run.
 *
 * Throws an `Error` that says what no layer can hold.
 */
export async function differenceFrom(
  below: readonly Layer[],
  container: {
    /** A tar of all files of the container. */
    readonly root: AsyncIterable<Uint8Array>;
    /** A file for contents until the layer is written. */
    readonly spool: string;
    /** Who made what is at a path, or took it away. */
    readonly originOf: (path: string) => Origin;
    /** The only paths, without a leading slash, that may be setuid or setgid. */
    readonly setuid: ReadonlySet<string>;
    /** Paths that are as in the layers below, whatever the container has. */
    readonly leftOut: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<readonly DraftEntry[]> {
  const difference = new Difference(below, container);
  await using spool = await open(container.spool, "w");
  const tar = new ByteReader(container.root);
  try {
    await difference.read(tar, spool);
  } finally {
    await tar.close();
  }
  return difference.entries();
}

type Container = Parameters<typeof differenceFrom>[1];

class Difference {
  readonly #below: readonly Layer[];
  readonly #view: MergedLayers;
  readonly #container: Container;
  readonly #leftOut: ReadonlySet<string>;
  readonly #seen = new Set<string>();
  readonly #mostSeen: number;
  readonly #files = new Map<string, SeenFile>();
  readonly #changed = new Map<string, DraftEntry>();
  /** Names that are not as below, by the name in the tar that holds the file. */
  readonly #names = new Map<string, string[]>();
  #spooledBytes = 0;

  constructor(below: readonly Layer[], container: Container) {
    this.#below = below;
    this.#view = new MergedLayers(below);
    this.#container = container;
    this.#leftOut = new Set(container.leftOut);
    this.#mostSeen = below.reduce((sum, { entries }) => sum + entries.length, MOST_PATHS);
  }

  async read(tar: ByteReader, spool: FileHandle): Promise<void> {
    const onOther = (path: string, what: string): void => {
      if (!this.#isLeftOut(path)) throw new Error(`"${shown(path)}" is ${what}`);
    };
    const next = (): ReturnType<typeof readTarHeader> => readTarHeader(tar, { onOther });
    for (let header = await next(); header !== undefined; header = await next()) {
      this.#container.signal.throwIfAborted();
      const end = tar.offset + header.size + tarPadding(header.size);
      if (header.path !== "") await this.#add(header, tar, spool);
      await tar.skip(end - tar.offset);
    }
  }

  /** All that differs; once the whole tar was read. */
  entries(): readonly DraftEntry[] {
    this.#addFiles();
    this.#addWhiteouts();
    for (const path of this.#changed.keys()) this.#addFolders(path);
    return [...this.#changed.values()].toSorted((a, b) => comparePaths(a.path, b.path));
  }

  async #add(found: TarHeader, tar: ByteReader, spool: FileHandle): Promise<void> {
    const { path, type } = found;
    this.#seen.add(path);
    // Those that are left out count, too: their names are in memory like the others.
    if (this.#seen.size > this.#mostSeen) throw tooManyPaths();
    if (this.#isLeftOut(path, found)) return;
    switch (type) {
      case "file":
        return await this.#addFile(found, tar, spool);
      case "hardlink": {
        const target = found.linkTarget ?? "";
        const file = this.#files.get(target);
        // What is left out has no names elsewhere either.
        if (file !== undefined && !this.#isAsBelow(path, file)) this.#addName(target, path);
        return;
      }
      case "symlink":
      case "directory": {
        const below = this.#view.get(path);
        const isSame =
          below?.type === type &&
          below.uid === found.uid &&
          below.gid === found.gid &&
          (type === "symlink" ? below.linkTarget === found.linkTarget : below.mode === found.mode);
        if (isSame) return;
        const origin = this.#container.originOf(path);
        this.#put({ ...found, mode: this.#modeOf(found), origin });
      }
    }
  }

  async #addFile(header: TarHeader, tar: ByteReader, spool: FileHandle): Promise<void> {
    const { path, size } = header;
    const start = this.#spooledBytes;
    const hash = createHash("sha256");
    const held: Uint8Array[] = [];
    let at = start;
    for await (const piece of tar.stream(size)) {
      hash.update(piece);
      if (size <= HELD_BYTES) held.push(Uint8Array.from(piece));
      else at += (await spool.write(piece, 0, piece.length, at)).bytesWritten;
    }
    const digest: Digest = `sha256:${hash.digest("hex")}`;
    if (this.#isAsBelow(path, { header, digest })) {
      this.#files.set(path, { header, digest });
      return;
    }
    for (const piece of held) at += (await spool.write(piece, 0, piece.length, at)).bytesWritten;
    if (at !== start + size) throw new Error("the disk took a part of it alone");
    if (at > MOST_BYTES) throw new Error(`it is more than ${MOST_BYTES / 1024 ** 3} GiB`);
    this.#spooledBytes = at;
    const content: ContentSource = { type: "file", file: this.#container.spool, offset: start };
    this.#files.set(path, { header, digest, content });
    this.#addName(path, path);
  }

  /**
   * Other names of one file are told apart by nothing in it: each is compared as the file. A mode
   * that the image below has is that image's matter, privileges included.
   */
  #isAsBelow(path: string, { header, digest }: Pick<SeenFile, "header" | "digest">): boolean {
    const { file } = findFile(this.#below, path) ?? {};
    return (
      file?.digest === digest &&
      (file.mode === header.mode || file.mode === this.#modeOf(header)) &&
      file.uid === header.uid &&
      file.gid === header.gid
    );
  }

  #addName(holder: string, path: string): void {
    const names = this.#names.get(holder);
    if (names === undefined) this.#names.set(holder, [path]);
    else names.push(path);
  }

  /** Of a file's names that changed the lowest holds it, whichever the tar had it by. */
  #addFiles(): void {
    for (const [holder, names] of this.#names) {
      const file = this.#files.get(holder);
      const [first, ...others] = names.toSorted(comparePaths);
      if (file === undefined || first === undefined) continue;
      const header = { ...file.header, mode: this.#modeOf(file.header) };
      const { digest } = file;
      const { originOf } = this.#container;
      const content = file.content ?? this.#contentBelow(holder);
      this.#put({ ...header, path: first, type: "file", digest, content, origin: originOf(first) });
      for (const path of others)
        this.#put({
          ...header,
          path,
          type: "hardlink",
          size: 0,
          linkTarget: first,
          origin: originOf(path),
        });
    }
  }

  /** A layer holds no link to a file of another layer: such a file comes along. */
  #contentBelow(path: string): ContentSource {
    const { layer, file } = findFile(this.#below, path) ?? {};
    if (layer === undefined || file?.offset === undefined)
      throw new Error(`"${shown(path)}" is in no layer`);
    return { type: "file", file: layer.path, offset: file.offset };
  }

  #addWhiteouts(): void {
    const gone = new Set<string>();
    for (const { entries } of this.#below) {
      for (const { path, type } of entries) {
        if (type === "whiteout" || this.#seen.has(path) || this.#isLeftOut(path)) continue;
        if (this.#view.get(path) !== undefined) gone.add(path);
      }
    }
    const nothing = { mode: 0, uid: 0, gid: 0, mtime: 0, size: 0 };
    for (const path of gone) {
      const folder = folderOf(path);
      const above = this.#changed.get(folder) ?? this.#view.get(folder);
      const isImplied = folder !== "" && (gone.has(folder) || above?.type !== "directory");
      const origin = this.#container.originOf(path);
      this.#put({
        path,
        type: "whiteout",
        ...nothing,
        origin,
        ...(isImplied ? { isImplied } : {}),
      });
    }
  }

  /** As they are below: what differs of them is an entry already. */
  #addFolders(path: string): void {
    if (this.#changed.get(path)?.isImplied === true) return;
    for (let at = folderOf(path); at !== "" && !this.#changed.has(at); at = folderOf(at)) {
      const below = this.#view.get(at);
      if (below === undefined) throw new Error(`"${shown(at)}" is a folder of nobody`);
      const { offset: _, ...folder } = below;
      this.#changed.set(at, folder);
    }
  }

  #put(entry: DraftEntry): void {
    this.#changed.set(entry.path, entry);
    if (this.#changed.size > MOST_PATHS) throw tooManyPaths();
  }

  #isLeftOut(path: string, header?: TarHeader): boolean {
    return this.#leftOut.has(path) || isLeftOut(path, header);
  }

  /** Without what gives privileges to who runs it, where the manifest does not name the file. */
  #modeOf({ path, type, mode }: TarHeader): number {
    const isKept = type === "directory" || this.#container.setuid.has(path);
    return isKept ? mode : mode & 0o1777;
  }
}

function tooManyPaths(): Error {
  return new Error(`it is more than ${MOST_PATHS} paths`);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
