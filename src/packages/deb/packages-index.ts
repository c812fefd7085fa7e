import type { IndexedPackage, PackageIndex } from "../package-index.ts";
import { refuseLongParagraph } from "../index-bounds.ts";
import { relationsOf } from "./index-relations.ts";
import { type TextTable, TextTableBuilder } from "../text-table.ts";
import { compareVersions } from "./version.ts";

/** A Packages file with the repository that it belongs to. */
export interface IndexText {
  readonly repository: string;
  readonly text: string;
}

/**
 * A Packages file that was read: a short text for each package, and who provides which virtual
 * package.
 */
export interface ParsedIndex {
  /** By the package's name. */
  readonly packages: TextTable;
  /** Names of packages, by the virtual one's. */
  readonly providers: TextTable;
}

/** A read Packages file with the repository that it belongs to. */
export interface RepositoryIndex {
  readonly repository: string;
  readonly index: ParsedIndex;
}

/** Merge the Packages files of several repositories. Within one version the earlier file wins. */
export function createPackageIndex(files: readonly IndexText[]): PackageIndex {
  return mergeIndexes(
    files.map(({ repository, text }) => {
      const parser = new IndexParser();
      parser.add(text);
      return { repository, index: parser.finish() };
    }),
  );
}

/** Read a Packages file piece by piece: a whole one is 50 MB of text. */
export async function parseIndex(content: AsyncIterable<Uint8Array>): Promise<ParsedIndex> {
  const parser = new IndexParser();
  for await (const text of wholeParagraphs(content)) parser.add(text);
  return parser.finish();
}

/** One index of several files. Within one version the earlier file wins. */
export function mergeIndexes(files: readonly RepositoryIndex[]): PackageIndex {
  return new MergedIndex(files);
}

/**
 * The entries of some packages in a Packages file that comes in pieces. Of all other paragraphs
 * only the first line is read, which names the package.
 */
export async function* findPackages(
  repository: string,
  content: AsyncIterable<Uint8Array>,
  names: ReadonlySet<string>,
): AsyncGenerator<IndexedPackage> {
  for await (const text of wholeParagraphs(content)) {
    for (const [start, stop] of paragraphs(text)) {
      const line = text.slice(start, Math.min(stop, endOfLine(text, start)));
      const name = /^Package:[ \t]*(\S+)/.exec(line)?.[1];
      if (name !== undefined && !names.has(name)) continue;
      const entry = readRecord([repository, ...readFields(text, start, stop)].join("\n"));
      if (names.has(entry.name) && SHA256.test(entry.sha256)) yield entry;
    }
  }
}

const SHA256 = /^[0-9a-f]{64}$/;

function endOfLine(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}

/** The text of a Packages file in parts that end where a paragraph does. */
async function* wholeParagraphs(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const { buffer, byteOffset, length } of content) {
    // The fields that are read are ASCII (Policy 5.1); Latin-1 is a byte a character, and cheap.
    const text = rest + Buffer.from(buffer, byteOffset, length).toString("latin1");
    const end = text.lastIndexOf("\n\n");
    if (end !== -1) yield text.slice(0, end);
    rest = end === -1 ? text : text.slice(end + 2);
    refuseLongParagraph(rest);
  }
  yield rest;
}

/** The fields that are kept, in the order of a record's lines. */
export const FIELDS = [
  "Package",
  "Version",
  "Architecture",
  "Filename",
  "Size",
  "SHA256",
  "Source",
  "Essential",
  "Priority",
  "Depends",
  "Pre-Depends",
  "Provides",
  "Conflicts",
  "Breaks",
] as const;

type Field = (typeof FIELDS)[number];

/**
 * How the lines of the kept fields begin, and which line of a record each becomes, by the code of
 * their first letter.
 */
const byInitial: ReadonlyMap<number, readonly (readonly [start: string, line: number])[]> =
  Map.groupBy(
    FIELDS.map((name, line) => [`${name}:`, line] as const),
    ([start]) => start.charCodeAt(0),
  );

/** Keeps of each paragraph one short text: the fields that matter, a line each. */
class IndexParser {
  readonly #packages = new TextTableBuilder();
  readonly #providers = new TextTableBuilder();

  /** Take in some whole paragraphs. */
  add(text: string): void {
    for (const [start, stop] of paragraphs(text)) {
      const values = readFields(text, start, stop);
      const field = (name: Field): string => values[FIELDS.indexOf(name)] ?? "";
      if (field("Package") === "" || !SHA256.test(field("SHA256"))) continue;
      const name = copyOf(field("Package"));
      this.#packages.add(name, values.join("\n"));
      for (const virtual of virtualNames(field("Provides")))
        this.#providers.add(copyOf(virtual), name);
    }
  }

  finish(): ParsedIndex {
    return { packages: this.#packages.finish(), providers: this.#providers.finish() };
  }
}

/**
 * Reads the text of a package when it is asked for: of some 60,000 packages a closure needs some
 * hundred.
 */
class MergedIndex implements PackageIndex {
  readonly #files: readonly RepositoryIndex[];
  readonly #read = new Map<string, readonly IndexedPackage[]>();
  #essential: readonly string[] | undefined;

  constructor(files: readonly RepositoryIndex[]) {
    this.#files = files;
  }

  *names(): Generator<string> {
    const seen = new Set<string>();
    for (const { index } of this.#files) {
      for (const name of index.packages.keys()) {
        if (!seen.has(name)) yield name;
        seen.add(name);
      }
    }
  }

  versions(name: string): readonly IndexedPackage[] {
    const read = this.#read.get(name);
    if (read !== undefined) return read;
    const versions = new Map<string, IndexedPackage>();
    for (const { repository, index } of this.#files) {
      for (const record of index.packages.texts(name)) {
        const entry = readRecord(`${repository}\n${record}`);
        if (!versions.has(entry.version)) versions.set(entry.version, entry);
      }
    }
    const sorted = [...versions.values()].toSorted((a, b) => compareVersions(b.version, a.version));
    this.#read.set(name, sorted);
    return sorted;
  }

  /** Looks at the text of every package, and reads none: only some images ask. */
  essential(): readonly string[] {
    return (this.#essential ??= this.#findEssential());
  }

  #findEssential(): readonly string[] {
    const line = FIELDS.indexOf("Essential");
    const names = [...this.names()].filter((name) =>
      this.#files.some(({ index }) =>
        [...index.packages.texts(name)].some((record) => record.split("\n")[line] === "yes"),
      ),
    );
    return names.toSorted();
  }

  /** Debian's packages replace files of others, and provide what they were. */
  obsoleters(): readonly string[] {
    return [];
  }

  providers(name: string): readonly string[] {
    return [
      ...new Set(this.#files.flatMap(({ index }) => [...index.providers.texts(name)])),
    ].toSorted();
  }
}

/** The same text apart from the one that it was cut out of. */
function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function* virtualNames(provides: string): Generator<string> {
  if (provides === "") return;
  for (const part of provides.split(",")) {
    const virtual = /^\s*([^\s(:]+)/.exec(part)?.[1];
    if (virtual !== undefined) yield virtual;
  }
}

/** Where the paragraphs of a text start and stop. */
function* paragraphs(text: string): Generator<readonly [start: number, stop: number]> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n\n", start);
    const stop = end === -1 ? text.length : end;
    if (stop > start) yield [start, stop];
    start = stop + 2;
  }
}

/**
 * The kept fields of one paragraph. They are single lines; continuation lines belong to
 * descriptions and tags.
 */
function readFields(text: string, start: number, stop: number): readonly string[] {
  const values = FIELDS.map(() => "");
  for (let at = start; at < stop;) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 || newline > stop ? stop : newline;
    for (const [head, line] of byInitial.get(text.charCodeAt(at)) ?? []) {
      if (text.startsWith(head, at)) values[line] = text.slice(at + head.length, end).trim();
    }
    at = end + 1;
  }
  return values;
}

function readRecord(record: string): IndexedPackage {
  const [repository = "", ...values] = record.split("\n");
  const get = (name: Field): string => values[FIELDS.indexOf(name)] ?? "";
  const name = get("Package");
  const [, source = "", sourceVersion] = /^(\S+)(?:\s+\((\S+)\))?/.exec(get("Source")) ?? [];
  return {
    name,
    version: get("Version"),
    architecture: get("Architecture"),
    repository,
    path: get("Filename"),
    sizeBytes: Number(get("Size")),
    sha256: get("SHA256"),
    source: source === "" ? name : source,
    sourceVersion: sourceVersion ?? get("Version"),
    ...relationsOf(get),
  };
}
