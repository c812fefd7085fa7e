import type { IndexedPackage, PackageIndex } from "../../package-index.ts";
import type { ModuleFilter } from "../metadata/module-filter.ts";
import type { PrimaryIndex } from "../metadata/primary-index.ts";
import type { MemoryTally } from "../metadata/memory-tally.ts";
import { corruptMetadata, type StoredFile } from "./metadata-file.ts";
import { memoryOfRelations } from "../metadata/memory-of-relations.ts";
import { readRecord } from "../metadata/primary-record.ts";
import { fromBytes, toBytes } from "../metadata/safe-text.ts";
import { lockedPath } from "./package-path.ts";
import { compareVersions } from "../relations/version.ts";

/** A repository's list of packages, and what the repository is called. */
export interface RepositoryIndex {
  /** Id of the repository in the lock. */
  readonly repository: string;
  /** Its folder below the distribution's root. */
  readonly folder: string;
  readonly index: PrimaryIndex;
  /** What it was read from. */
  readonly file: Pick<StoredFile, "repository" | "path">;
}

/** Paths of packages that their list does not name. */
export interface FurtherPaths {
  /** By the package's digest. */
  readonly ofPackage: ReadonlyMap<string, readonly string[]>;
  /** Names of packages, by the path. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
}

/** What is known beside the lists of packages. */
export interface IndexExtras {
  readonly filter: Pick<ModuleFilter, "shows" | "concerns" | "hiddenIn" | "takenBy">;
  readonly paths: FurtherPaths;
  readonly memory: MemoryTally;
}

/** Before the lists of paths are read, or where nobody needs them. */
export const NO_PATHS: FurtherPaths = { ofPackage: new Map(), providers: new Map() };

/**
 * One index of several repositories. Of one version in two of them the earlier one's package is
 * taken; packages that modules hide are in none. Asking for packages throws `package-corrupt` when
 * what they say takes too much memory.
 */
export function mergeIndexes(files: readonly RepositoryIndex[], extras: IndexExtras): PackageIndex {
  return new MergedIndex(files, extras);
}

/**
 * Reads the text of a package when it is asked for: of some ten thousand packages a closure needs
 * some hundred.
 */
class MergedIndex implements PackageIndex {
  readonly #files: readonly RepositoryIndex[];
  readonly #extras: IndexExtras;
  readonly #read = new Map<string, readonly IndexedPackage[]>();

  constructor(files: readonly RepositoryIndex[], extras: IndexExtras) {
    this.#files = files;
    this.#extras = extras;
  }

  /** Of names that no module has it is not asked whether their packages are hidden. */
  *names(): Generator<string> {
    const seen = new Set<string>();
    for (const { index } of this.#files) {
      for (const name of index.packages.keys()) {
        if (seen.has(name)) continue;
        seen.add(name);
        if (!this.#extras.filter.concerns(name) || this.versions(name).length > 0) yield name;
      }
    }
  }

  versions(name: string): readonly IndexedPackage[] {
    const read = this.#read.get(name);
    if (read !== undefined) return read;
    const versions = new Map<string, IndexedPackage>();
    for (const file of this.#files) {
      for (const record of file.index.packages.texts(toBytes(name))) {
        const entry = this.#toEntry(file, record);
        if (!versions.has(entry.version) && this.#extras.filter.shows(entry))
          versions.set(entry.version, entry);
      }
    }
    const sorted = [...versions.values()].toSorted((a, b) => compareVersions(b.version, a.version));
    this.#read.set(name, sorted);
    return sorted;
  }

  providers(name: string): readonly string[] {
    const key = toBytes(name);
    const listed = this.#files.flatMap(({ index }) => [...index.providers.texts(key)]);
    const further = this.#extras.paths.providers.get(name) ?? [];
    return [...new Set([...listed.map(fromBytes), ...further])]
      .filter((each) => this.versions(each).length > 0)
      .toSorted();
  }

  obsoleters(name: string): readonly string[] {
    const key = toBytes(name);
    const found = this.#files.flatMap(({ index }) => [...index.obsoleters.texts(key)]);
    return [...new Set(found.map(fromBytes))]
      .filter((each) => this.versions(each).length > 0)
      .toSorted();
  }

  hiddenIn(name: string, version?: string): readonly string[] {
    return this.#extras.filter.hiddenIn(name, version);
  }

  takenBy(name: string): readonly string[] {
    return this.#extras.filter.takenBy(name);
  }

  /** RPM knows no packages that are on every system. */
  essential(): readonly string[] {
    return [];
  }

  #toEntry({ repository, folder, file }: RepositoryIndex, record: string): IndexedPackage {
    const { paths, memory } = this.#extras;
    const { location, ...entry } = readRecord(
      record,
      (sha256) => paths.ofPackage.get(sha256) ?? [],
    );
    const indexed = { ...entry, repository, path: lockedPath(folder, location) };
    try {
      memory.keep(record.length + memoryOfRelations(indexed));
    } catch (error) {
      throw corruptMetadata(file, error);
    }
    return indexed;
  }
}
