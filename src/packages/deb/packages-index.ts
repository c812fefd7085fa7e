import type { IndexedPackage, PackageIndex } from "../package-index.ts";
import { refuseLongParagraph } from "./index-bounds.ts";
import { relationsOf } from "./index-relations.ts";
import { compareVersions } from "./version.ts";

/** A Packages file with the repository that it belongs to. */
export interface IndexText {
  readonly repository: string;
  readonly text: string;
}

/** Merge the Packages files of several repositories. Within one version the earlier file wins. */
export function createPackageIndex(files: readonly IndexText[]): PackageIndex {
  const index = new CompactIndex();
  for (const { repository, text } of files) index.add(repository, text);
  return index;
}

/** Read the Packages files of several repositories piece by piece, one after the other: a whole one is 50 MB of text. */
export async function readPackageIndex(
  files: readonly { readonly repository: string; readonly content: AsyncIterable<Uint8Array> }[],
): Promise<PackageIndex> {
  const index = new CompactIndex();
  for (const { repository, content } of files)
    for await (const text of wholeParagraphs(content)) index.add(repository, text);
  return index;
}

/**
 * The entries of some packages in a Packages file that comes in pieces. Of all other paragraphs only the first line is read, which
 * names the package.
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
const FIELDS = [
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

const lineOf: ReadonlyMap<string, number> = new Map(FIELDS.map((name, line) => [name, line]));

/**
 * Keeps of each paragraph one short text, the repository and then the fields, and reads it when its package
 * is asked for: of some 60,000 packages a closure needs some hundred.
 */
class CompactIndex implements PackageIndex {
  readonly #records = new Map<string, string[]>();
  readonly #read = new Map<string, readonly IndexedPackage[]>();
  readonly #providers = new Map<string, Set<string>>();
  /** Take in some whole paragraphs. */
  add(repository: string, text: string): void {
    for (const [start, stop] of paragraphs(text)) {
      const values = readFields(text, start, stop);
      const field = (name: Field): string => values[FIELDS.indexOf(name)] ?? "";
      const name = field("Package");
      if (name === "" || !SHA256.test(field("SHA256"))) continue;
      // Joined, so that it is a text of its own: a slice would hold on to the whole file.
      const record = [repository, ...values].join("\n");
      const records = this.#records.get(name);
      if (records === undefined) this.#records.set(copyOf(name), [record]);
      else records.push(record);
      if (field("Provides") !== "") {
        addProviders(this.#providers, copyOf(name), copyOf(field("Provides")));
      }
    }
  }

  names(): Iterable<string> {
    return this.#records.keys();
  }

  versions(name: string): readonly IndexedPackage[] {
    const read = this.#read.get(name);
    if (read !== undefined) return read;
    const versions = new Map<string, IndexedPackage>();
    for (const record of this.#records.get(name) ?? []) {
      const entry = readRecord(record);
      if (!versions.has(entry.version)) versions.set(entry.version, entry);
    }
    const sorted = [...versions.values()].toSorted((a, b) => compareVersions(b.version, a.version));
    this.#read.set(name, sorted);
    return sorted;
  }

  providers(name: string): readonly string[] {
    return [...(this.#providers.get(name) ?? [])].toSorted();
  }
}

/** The same text apart from the one that it was cut out of. */
function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function addProviders(providers: Map<string, Set<string>>, name: string, provides: string): void {
  for (const part of provides.split(",")) {
    const virtual = /^\s*([^\s(:]+)/.exec(part)?.[1];
    if (virtual === undefined) continue;
    const set = providers.get(virtual);
    if (set === undefined) providers.set(virtual, new Set([name]));
    else set.add(name);
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

/** The kept fields of one paragraph. They are single lines; continuation lines belong to descriptions and tags. */
function readFields(text: string, start: number, stop: number): readonly string[] {
  const values = FIELDS.map(() => "");
  for (let at = start; at < stop;) {
    const newline = text.indexOf("\n", at);
    const end = newline === -1 || newline > stop ? stop : newline;
    const colon = text.charCodeAt(at) === SPACE ? -1 : text.indexOf(":", at);
    const line = colon < end ? lineOf.get(text.slice(at, colon)) : undefined;
    if (line !== undefined) values[line] = text.slice(colon + 1, end).trim();
    at = end + 1;
  }
  return values;
}

const SPACE = 0x20;

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
