import { TextTableBuilder, type TextTable } from "../../text-table.ts";
import { MemoryTally } from "./memory-tally.ts";
import { DEPENDENCY_KINDS, type PrimaryPackage } from "./primary.ts";
import { writeRecord } from "./primary-record.ts";
import { copyOf } from "./safe-text.ts";

/** What was read of a `primary.xml`. Keys and texts are bytes, a character each. */
export interface PrimaryIndex {
  /** Records, by the package's name. */
  readonly packages: TextTable;
  /** Names of packages, by what else they provide and by the paths that are listed. */
  readonly providers: TextTable;
  /** Names of packages, by the names that they obsolete. */
  readonly obsoleters: TextTable;
  /** Paths that packages ask for, as keys. */
  readonly askedPaths: TextTable;
}

/** A package as an index takes it in. Texts are bytes, a character each. */
export interface PackageEntry {
  readonly name: string;
  /** As RPM says it. */
  readonly architecture: string;
  /** As `writeRecord` writes it. */
  readonly record: string | Uint8Array;
  /** What it is found by: the names that it provides, and its paths. */
  readonly provided: readonly string[];
  readonly obsoleted: readonly string[];
  /** Paths that it asks for. */
  readonly asked: readonly string[];
}

/** A package that was read, as an index takes it in. */
export function toEntry(entry: PrimaryPackage): PackageEntry {
  const { name, architecture, dependencies, files } = entry;
  const asking = DEPENDENCY_KINDS.filter((kind) => kind !== "provides");
  return {
    name,
    architecture,
    record: writeRecord(entry),
    provided: [...dependencies.provides.map(nameIn), ...files],
    obsoleted: dependencies.obsoletes.map(nameIn),
    asked: asking.flatMap((kind) => dependencies[kind].flatMap(pathsIn)),
  };
}

/** Of all texts together: some hundred megabytes where every version is kept. */
const LARGEST_INDEX = 1024 ** 3;
/**
 * Of names with their packages, which are in maps until the end. Two lists are read at one time.
 * Enterprise Linux with every version has some hundred thousand names; there may be 600 thousand.
 */
const MOST_MEMORY = 128 * 1024 ** 2;
/** Of a name in a map and in lists, beside its characters. */
const NAME_BYTES = 130;
/** Of a set for the packages of one name. */
const SET_BYTES = 200;

/** Gathers the packages of one architecture; those for others are left out. */
export class PrimaryIndexBuilder {
  readonly #architectures: ReadonlySet<string>;
  readonly #newTable: () => TextTableBuilder;
  readonly #packages: TextTableBuilder;
  /** Versions of one package mostly provide the same. */
  readonly #providers: Names = new Map();
  readonly #obsoleters: Names = new Map();
  readonly #askedPaths = new Set<string>();
  readonly #memory: MemoryTally;
  #bytes = 0;

  /**
   * `architectures` as RPM says them: `x86_64` and `noarch`. `newTable` makes the tables' builders,
   * whose texts are in memory unless it says otherwise.
   */
  constructor(
    architectures: readonly string[],
    { memory = new MemoryTally(MOST_MEMORY), newTable = () => new TextTableBuilder() } = {},
  ) {
    this.#architectures = new Set(architectures);
    this.#memory = memory;
    this.#newTable = newTable;
    this.#packages = newTable();
  }

  /** Throws an `Error` when the list takes too much memory, or room on the disk. */
  add(entry: PackageEntry): void {
    const { record, provided, obsoleted, asked } = entry;
    if (!this.#architectures.has(entry.architecture)) return;
    this.#bytes += record.length;
    if (this.#bytes > LARGEST_INDEX) {
      throw new Error(`what it says of its packages is more than ${LARGEST_INDEX} bytes`);
    }
    const name = copyOf(entry.name);
    this.#keep(name);
    this.#packages.add(name, record);
    for (const key of provided) if (key !== name) this.#add(this.#providers, key, name);
    for (const key of obsoleted) this.#add(this.#obsoleters, key, name);
    for (const path of asked) this.#ask(path);
  }

  finish(): PrimaryIndex {
    const askedPaths = this.#newTable();
    for (const path of this.#askedPaths) askedPaths.add(path, "");
    return {
      packages: this.#packages.finish(),
      providers: toTable(this.#providers, this.#newTable()),
      obsoleters: toTable(this.#obsoleters, this.#newTable()),
      askedPaths: askedPaths.finish(),
    };
  }

  #ask(path: string): void {
    if (this.#askedPaths.has(path)) return;
    this.#keep(path);
    this.#askedPaths.add(copyOf(path));
  }

  #add(map: Names, key: string, name: string): void {
    const names = map.get(key);
    if (names === name || (typeof names === "object" && names.has(name))) return;
    this.#keep(key);
    if (names === undefined) map.set(copyOf(key), name);
    else if (typeof names === "object") names.add(name);
    else {
      this.#memory.keep(SET_BYTES);
      map.set(key, new Set([names, name]));
    }
  }

  /** A key is in a map or a list until the end, and then in the table's head as well. */
  #keep(key: string): void {
    this.#memory.keep(2 * key.length + NAME_BYTES);
  }
}

/** By key; most have one, and a set for each takes more memory than all of their texts. */
type Names = Map<string, string | Set<string>>;

function toTable(map: Names, table: TextTableBuilder): TextTable {
  for (const [key, names] of map) {
    if (typeof names === "string") table.add(key, names);
    else for (const name of names) table.add(key, name);
  }
  return table.finish();
}

/** The name of a dependency's text. */
function nameIn(text: string): string {
  const space = text.indexOf(" ");
  return space === -1 ? text : text.slice(0, space);
}

/** The paths that a dependency's text asks for: itself, or members of a boolean one. */
export function pathsIn(text: string): readonly string[] {
  if (text.startsWith("/")) return [text];
  if (!text.startsWith("(") || !text.includes("/")) return [];
  return [...text.matchAll(/(?<=[\s(])\/[^\s()]+/g)].map(([path]) => path);
}
