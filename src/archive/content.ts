import { createHash } from "node:crypto";
import type { Digest } from "../digest.ts";
import { type ArchiveLimits, ArchiveTally } from "./limits.ts";
import { checkLinkTarget, parseArchiveName, shown } from "./name.ts";
import { reasonAgainst } from "./entries.ts";
import { comparePaths } from "./path-order.ts";
import type { Spool } from "./spool.ts";

/** One entry of an archive as its reader finds it. */
export interface FoundEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "hardlink";
  readonly mode: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of regular files, as the archive declares it. */
  readonly size: number;
  /** Target of a symbolic link, or the name of the entry that a hard link goes to. */
  readonly linkTarget?: string;
}

/** Where in the spool a file's bytes are. Hard links to one file share one object. */
export interface SpooledFile {
  readonly offset: number;
  readonly size: number;
  readonly digest: Digest;
}

/** One path of an unpacked archive, below the folder that it is unpacked to. */
export interface ArchiveEntry {
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  /** Absent for a folder that the archive holds only as a part of other names. */
  readonly mtime?: number;
  readonly linkTarget?: string;
  readonly file?: SpooledFile;
}

type PlacedEntry = ArchiveEntry | { readonly type: "hardlink"; readonly linkTarget: string };

/**
 * What an archive holds, gathered entry by entry. An entry that no image takes ends the work with
 * an `Error` that names it: a name that leads out of the folder or through a link of the archive, a
 * name twice, more than the limits.
 */
export class ArchiveContent {
  readonly #spool: Spool;
  readonly #strip: number;
  readonly #limits: ArchiveLimits;
  readonly #entries = new Map<string, PlacedEntry>();
  readonly #tally: ArchiveTally;
  #bytes = 0;

  constructor(options: {
    readonly spool: Spool;
    /** How many folders are taken off the front of each name. */
    readonly strip: number;
    readonly limits: ArchiveLimits;
  }) {
    this.#spool = options.spool;
    this.#strip = options.strip;
    this.#limits = options.limits;
    this.#tally = new ArchiveTally(options.limits);
  }

  /** Take an entry in; the content of a regular file is read to its end. */
  async add(found: FoundEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
    this.#tally.add(found);
    const path = this.#strippedPath(found.name);
    if (path === "" && found.type !== "directory" && this.#strip === 0) {
      throw new Error(`"${shown(found.name)}" has no name`);
    }
    if (path === "") return;
    this.#addFolders(path);
    const { type, mode, mtime } = found;
    switch (type) {
      case "directory":
        return this.#place(path, { path, type, mode, mtime });
      case "symlink": {
        const linkTarget = checkLinkTarget(found.name, found.linkTarget ?? "");
        return this.#place(path, { path, type, mode: 0o777, mtime, linkTarget });
      }
      case "hardlink":
        return this.#place(path, {
          type,
          linkTarget: this.#strippedPath(found.linkTarget ?? ""),
        });
      case "file": {
        this.#refusePresent(path);
        const file = await this.#spoolFile(found, content);
        return this.#place(path, { path, type, mode, mtime, file });
      }
    }
  }

  /** Everything, sorted by path, with hard links as files that share their content. */
  finish(): readonly ArchiveEntry[] {
    const entries = [...this.#entries].map(([path, entry]) => {
      if (entry.type !== "hardlink") return entry;
      const target = this.#linked(path, entry.linkTarget);
      return { ...target, path };
    });
    if (entries.length === 0) {
      throw new Error(
        this.#tally.entries === 0
          ? "it is empty"
          : `no name in it has more than ${this.#strip} folders, so that stripping them leaves nothing`,
      );
    }
    return entries.toSorted((a, b) => comparePaths(a.path, b.path));
  }

  #strippedPath(name: string): string {
    return parseArchiveName(name).slice(this.#strip).join("/");
  }

  /** The entry that a hard link shares its content with. */
  #linked(path: string, linkTarget: string): ArchiveEntry {
    const target = this.#entries.get(linkTarget);
    if (target !== undefined && target.type !== "hardlink" && target.type !== "directory") {
      return target;
    }
    throw new Error(
      `the hard link "${shown(path)}" leads to "${shown(linkTarget)}", which ${reasonAgainst(target?.type, path === linkTarget)}`,
    );
  }

  /**
   * A folder may come before its entry, or have none. What is no folder cannot hold anything, least
   * of all a link that leads elsewhere.
   */
  #addFolders(path: string): void {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      const present = this.#entries.get(folder);
      if (present === undefined) {
        this.#entries.set(folder, { path: folder, type: "directory", mode: 0o755 });
      } else if (present.type !== "directory") {
        throw new Error(
          `"${shown(path)}" lies below "${shown(folder)}", which is a ${present.type === "file" ? "file" : "link"}`,
        );
      }
    }
  }

  #place(path: string, entry: PlacedEntry): void {
    if (entry.type !== "directory" || this.#entries.get(path)?.type !== "directory") {
      this.#refusePresent(path);
    }
    this.#entries.set(path, entry);
  }

  #refusePresent(path: string): void {
    if (this.#entries.has(path)) throw new Error(`it holds "${shown(path)}" twice`);
  }

  async #spoolFile(
    { name, size }: FoundEntry,
    content: AsyncIterable<Uint8Array>,
  ): Promise<SpooledFile> {
    const offset = this.#spool.offset;
    const hash = createHash("sha256");
    for await (const piece of content) {
      this.#bytes += piece.length;
      if (this.#bytes > this.#limits.bytes) {
        throw new Error(
          `"${shown(name)}" makes it larger than ${this.#limits.bytes} bytes, out of proportion to the archive`,
        );
      }
      hash.update(piece);
      await this.#spool.write(piece);
    }
    const actual = this.#spool.offset - offset;
    if (actual !== size) {
      throw new Error(`"${shown(name)}" has ${actual} bytes, but is declared with ${size}`);
    }
    return { offset, size, digest: `sha256:${hash.digest("hex")}` };
  }
}
