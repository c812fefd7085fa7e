import { type ArchiveLimits, ArchiveTally } from "./limits.ts";
import { shown } from "./name.ts";
import type { TarHeader } from "./tar.ts";

/**
 * The paths of a package, gathered one by one. What cannot all be in one folder ends the work with
 * an `Error` that names it: a path twice, a file that is also a folder, a hard link to something
 * else than a file of the package.
 */
export class PackageEntries<Entry extends TarHeader> {
  readonly #tally: ArchiveTally;
  readonly #entries: Entry[] = [];
  readonly #kinds = new Map<string, TarHeader["type"]>();

  constructor(limits: ArchiveLimits) {
    this.#tally = new ArchiveTally(limits);
  }

  /** Look at a header before its content is read. */
  check(header: TarHeader): void {
    const { path, type, linkTarget = "" } = header;
    this.#tally.add({ name: path, linkTarget });
    if (path === "" && type !== "directory") throw new Error("its root is no folder");
    this.#addFolders(path);
    const present = this.#kinds.get(path);
    if (present !== undefined && (type !== "directory" || present !== "directory")) {
      throw new Error(`it holds "${shown(path)}" twice`);
    }
    this.#kinds.set(path, type);
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
  }

  /** All entries in their order. */
  finish(): readonly Entry[] {
    for (const { path, type, linkTarget = "" } of this.#entries) {
      if (type !== "hardlink") continue;
      const reason = reasonAgainst(this.#kinds.get(linkTarget), path === linkTarget);
      if (reason === undefined) continue;
      throw new Error(
        `the hard link "${shown(path)}" leads to "${shown(linkTarget)}", which ${reason}`,
      );
    }
    return this.#entries;
  }

  /** A folder may come after what it holds, or have no entry of its own. */
  #addFolders(path: string): void {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
      const present = this.#kinds.get(folder);
      if (present === undefined) this.#kinds.set(folder, "directory");
      else if (present !== "directory") {
        throw new Error(
          `"${shown(path)}" lies below "${shown(folder)}", which is a ${present === "file" ? "file" : "link"}`,
        );
      }
    }
  }
}

/** Why no hard link can lead to an entry of a kind; undefined when it can. */
export function reasonAgainst(
  target: TarHeader["type"] | undefined,
  isItself: boolean,
): string | undefined {
  if (isItself) return "is the link itself";
  if (target === undefined) return "it does not hold";
  if (target === "directory") return "is a folder";
  return target === "hardlink" ? "is a hard link, too" : undefined;
}
