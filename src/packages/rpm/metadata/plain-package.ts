import { formatVersion } from "../relations/dependency.ts";
import { XmlCursor } from "./xml-cursor.ts";
import { checkLocation } from "./location.ts";
import { PlainLists } from "./plain-lists.ts";
import { DEPENDENCY_KINDS, type DependencyKind } from "./primary.ts";
import type { PackageEntry } from "./primary-index.ts";
import { RECORD_FACTS } from "./primary-record.ts";

/** How a package of a list begins and ends, as createrepo_c writes it. */
export const PACKAGE_START = Buffer.from('<package type="rpm">');
export const PACKAGE_END = Buffer.from("</package>");
/** Of a package as it is listed: what is longer comes near the bounds that `XmlReader` keeps. */
export const LARGEST_PLAIN = 512 * 1024;

/** What stands between a tag's name and its end, and in the last one before the text's end. */
const VERSION_TAG = /^ epoch="(\d{1,10})" ver="([!#-%'-;=?-~]+)" rel="([!#-%'-;=?-~]+)"\/>$/;
const SIZE_TAG = /^ package="(\d{1,15})"(?: [a-z]+="\d*")*\/>$/;
const LOCATION_TAG = /^ href="([^"&<>]+)"\/>$/;
const NUMBERS_TAG = /^(?: [a-z]+="\d*")*\/>$/;
const CHECKSUM_TAG = /^ type="sha256"(?: pkgid="YES")?>$/;

const FILE = Buffer.from("<file");
const FORMAT_END = Buffer.from("</format>");
const KINDS: ReadonlyMap<string, DependencyKind> = new Map(
  DEPENDENCY_KINDS.map((kind) => [`rpm:${kind}`, kind]),
);

type Facts = Partial<Record<(typeof RECORD_FACTS)[number], string>>;

/**
 * Reads a package of `primary.xml` that is written as createrepo_c writes nearly all of them, from
 * bytes to the bytes of a record. Of one that is written in another way, and of what would have to
 * be refused, it says that it is not plain: `XmlReader` has the word then. A list is read in half
 * the time by this.
 */
export class PlainPackages {
  readonly #cursor = new XmlCursor();
  readonly #lists = new PlainLists(this.#cursor);
  #record: Buffer = Buffer.alloc(0);
  #facts: Facts = {};
  #hasFormat = false;

  /**
   * The package whose `PACKAGE_START` stands at `start` and whose `PACKAGE_END`, the first one
   * behind it, ends at `end`, `LARGEST_PLAIN` bytes at most. Its record is valid until the next one
   * is read. Undefined: it is not plain. Throws an `Error` for a path that leads elsewhere.
   */
  read(bytes: Buffer, start: number, end: number): PackageEntry | undefined {
    this.#cursor.bytes = bytes;
    this.#cursor.at = start + PACKAGE_START.length;
    this.#lists.clear(end - start);
    // It is no longer than what it was read from, and the newlines of lists that are left out.
    if (this.#record.length < end - start) this.#record = Buffer.allocUnsafe(2 * (end - start));
    this.#facts = {};
    this.#hasFormat = false;
    const contentEnd = end - PACKAGE_END.length;
    for (;;) {
      this.#cursor.skipSpace();
      if (this.#cursor.at === contentEnd) return this.#finish();
      const tag = this.#cursor.readTagName();
      if (tag === undefined || !this.#readFact(tag)) return undefined;
    }
  }

  /** Behind the name of a tag: whether the element is read, and then go on behind it. */
  #readFact(tag: string): boolean {
    const cursor = this.#cursor;
    switch (tag) {
      case "name":
        return this.#take("name", cursor.readText(tag));
      case "arch":
        return this.#take("architecture", cursor.readText(tag));
      case "version": {
        const match = VERSION_TAG.exec(cursor.restOfTag());
        if (match === null) return false;
        const [, epoch, version = "", release] = match;
        return this.#take("version", formatVersion(epoch, version, release));
      }
      case "checksum":
        if (!CHECKSUM_TAG.test(cursor.restOfTag())) return false;
        cursor.at -= 1;
        return this.#take("sha256", cursor.readText(tag));
      case "size": {
        const size = SIZE_TAG.exec(cursor.restOfTag())?.[1];
        return this.#take("sizeBytes", size === undefined ? undefined : String(Number(size)));
      }
      case "location":
        return this.#take("location", LOCATION_TAG.exec(cursor.restOfTag())?.[1]);
      case "time":
        return NUMBERS_TAG.test(cursor.restOfTag());
      case "summary":
      case "description":
      case "packager":
      case "url":
        return cursor.skipElement(tag);
      case "format":
        return this.#readFormat();
      default:
        return false;
    }
  }

  #readFormat(): boolean {
    const cursor = this.#cursor;
    if (this.#hasFormat || cursor.restOfTag() !== ">") return false;
    this.#hasFormat = true;
    for (;;) {
      cursor.skipSpace();
      if (cursor.skip(FORMAT_END)) return true;
      if (!(cursor.skip(FILE) ? this.#lists.readFile() : this.#readDetail())) return false;
    }
  }

  #readDetail(): boolean {
    const cursor = this.#cursor;
    const tag = cursor.readTagName();
    if (tag === undefined) return false;
    const kind = KINDS.get(tag);
    if (kind !== undefined) return this.#lists.readDependencies(tag, kind);
    switch (tag) {
      case "rpm:sourcerpm":
        return this.#take("sourceFile", cursor.readText(tag));
      case "rpm:header-range":
        return NUMBERS_TAG.test(cursor.restOfTag());
      case "rpm:license":
      case "rpm:vendor":
      case "rpm:group":
      case "rpm:buildhost":
        return cursor.skipElement(tag);
      default:
        return false;
    }
  }

  /** A fact that is there once, and is one. */
  #take(name: keyof Facts, text: string | undefined): boolean {
    if (text === undefined || this.#facts[name] !== undefined) return false;
    this.#facts[name] = text;
    return true;
  }

  #finish(): PackageEntry | undefined {
    const facts = this.#facts;
    const { name, architecture, version = "", sha256 = "", sizeBytes, location } = facts;
    if (name === undefined || architecture === undefined) return undefined;
    if (sizeBytes === undefined || location === undefined) return undefined;
    if (![name, architecture, version].every((text) => /^[!-~]{1,256}$/.test(text)))
      return undefined;
    if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
    checkLocation(location);
    facts.sourceFile ??= "";
    const head = RECORD_FACTS.map((fact) => facts[fact]).join("\n");
    const end = this.#lists.writeTo(this.#record, this.#record.write(head, 0, "latin1"));
    const { provided, obsoleted, asked } = this.#lists;
    const record = this.#record.subarray(0, end);
    return { name, architecture, record, provided, obsoleted, asked };
  }
}
