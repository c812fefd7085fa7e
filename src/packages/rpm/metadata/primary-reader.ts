import { LARGEST_PLAIN, PACKAGE_END, PACKAGE_START, PlainPackages } from "./plain-package.ts";
import { startsAt } from "./xml-cursor.ts";
import { type PackageEntry, toEntry } from "./primary-index.ts";
import { PrimaryHandler } from "./primary.ts";
import { XmlReader } from "./xml.ts";

/**
 * Reads `primary.xml` piece by piece: packages that are plain are read from its bytes, all else of
 * it as any document of XML. Both give the same. Hands over each package when it is whole; its
 * record is valid until the next one comes. Throws an `Error` that says what is wrong.
 */
export class PrimaryReader {
  readonly #onPackage: (entry: PackageEntry) => void;
  readonly #handler: PrimaryHandler;
  readonly #xml: XmlReader;
  readonly #plain = new PlainPackages();
  #rest: Buffer = Buffer.alloc(0);

  constructor(onPackage: (entry: PackageEntry) => void) {
    this.#onPackage = onPackage;
    this.#handler = new PrimaryHandler((entry) => onPackage(toEntry(entry)));
    this.#xml = new XmlReader(this.#handler);
  }

  /** Take in the next piece. */
  write(piece: Uint8Array): void {
    const bytes = Buffer.concat([this.#rest, piece]);
    let at = 0;
    while (at < bytes.length) {
      const next = this.#xml.isAt(1) ? this.#readPackage(bytes, at) : this.#readOther(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    this.#rest = bytes.subarray(at);
  }

  /** The document ends here. */
  end(): void {
    this.#xml.write(this.#rest);
    this.#xml.end();
  }

  /** Where the next package ends, between two of them; undefined while the rest is to come. */
  #readPackage(bytes: Buffer, from: number): number | undefined {
    const start = skipSpace(bytes, from);
    const isStart = startsAt(bytes, start, PACKAGE_START.subarray(0, bytes.length - start));
    if (!isStart) return this.#readOther(bytes, start);
    const found = bytes.indexOf(PACKAGE_END, start);
    const end = found === -1 ? bytes.length : found + PACKAGE_END.length;
    if (end - start > LARGEST_PLAIN) return this.#readOther(bytes, start);
    if (found === -1) return undefined;
    const entry = this.#plain.read(bytes, start, end);
    if (entry === undefined) return this.#readOther(bytes, start);
    this.#handler.countPackage();
    this.#onPackage(entry);
    return end;
  }

  /** Up to where the next package may begin. */
  #readOther(bytes: Buffer, from: number): number {
    const found = bytes.indexOf(PACKAGE_START, from + 1);
    const end = found === -1 ? bytes.length : found;
    this.#xml.write(bytes.subarray(from, end));
    return end;
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}
