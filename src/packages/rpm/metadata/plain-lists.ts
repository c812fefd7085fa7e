import { type XmlCursor, startsAt } from "./xml-cursor.ts";
import { DEPENDENCY_KINDS, type DependencyKind } from "./primary.ts";
import { pathsIn } from "./primary-index.ts";

const ENTRY = Buffer.from('<rpm:entry name="');
const FLAGS = Buffer.from('flags="');
const EPOCH = Buffer.from('epoch="');
const VERSION = Buffer.from('ver="');
const RELEASE = Buffer.from('rel="');
/** Whether a package's scripts need it: of no consequence here. */
const BEFORE = Buffer.from('pre="');
const FILE_END = Buffer.from("</file>");
const FILE_TAG = /^ type="[a-z]*">$/;
const TAG_END = Buffer.from(">");
/** References to characters, behind their ampersands. */
const REFERENCES = [
  { text: Buffer.from("lt;"), byte: 0x3c },
  { text: Buffer.from("gt;"), byte: 0x3e },
  { text: Buffer.from("amp;"), byte: 0x26 },
];
/** The signs of `flags`, by its two letters. */
const SIGNS: ReadonlyMap<number, Uint8Array> = new Map(
  Object.entries({ EQ: " = ", LT: " < ", GT: " > ", LE: " <= ", GE: " >= " }).map(
    ([word, sign]) => [Buffer.from(word).readUInt16BE(0), Buffer.from(sign)],
  ),
);

const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const AMPERSAND = 0x26;
const PARENTHESIS = 0x28;
const DASH = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;
const COLON = 0x3a;
const LESS = 0x3c;
const LAST_PRINTABLE = 0x7e;

const FILES = DEPENDENCY_KINDS.length;
const PLACES: ReadonlyMap<string, number> = new Map(
  DEPENDENCY_KINDS.map((kind, index) => [kind, index]),
);

/**
 * The dependencies and files of a package of `primary.xml`, taken over as the lines of a record
 * have them, from bytes to bytes. What is written in another way than createrepo_c's is not read.
 */
export class PlainLists {
  readonly #cursor: XmlCursor;
  /** No entry becomes longer than it was. */
  #bytes: Buffer = Buffer.alloc(0);
  #used = 0;
  /** Where the lists of each kind and of files are; -1 while there is none. */
  readonly #from = new Int32Array(FILES + 1);
  readonly #to = new Int32Array(FILES + 1);
  /** Names that it provides, and its files. */
  provided: string[] = [];
  obsoleted: string[] = [];
  /** Paths that it asks for. */
  asked: string[] = [];

  constructor(cursor: XmlCursor) {
    this.#cursor = cursor;
  }

  /** Get ready for a package whose text has as many bytes. */
  clear(bytes: number): void {
    if (this.#bytes.length < bytes) this.#bytes = Buffer.allocUnsafe(2 * bytes);
    this.#used = 0;
    this.#from.fill(-1);
    this.#to.fill(-1);
    this.provided = [];
    this.obsoleted = [];
    this.asked = [];
  }

  /** Behind `<rpm:provides` or another kind: whether it is read, and then go on behind it. */
  readDependencies(tag: string, kind: DependencyKind): boolean {
    const cursor = this.#cursor;
    const place = PLACES.get(kind) ?? 0;
    if (this.#from[place] !== -1 || this.#from[FILES] !== -1) return false;
    const from = this.#used;
    this.#from[place] = from;
    this.#to[place] = from;
    if (cursor.skipEmptyEnd()) return true;
    if (!cursor.skip(TAG_END)) return false;
    for (;;) {
      cursor.skipSpace();
      if (!cursor.skip(ENTRY)) break;
      if (this.#used > from) this.#bytes[this.#used++] = TAB;
      if (!this.#readEntry(kind)) return false;
    }
    this.#to[place] = this.#used;
    return cursor.skipEndTag(tag);
  }

  /** Behind `<file`: whether what follows is read, and then go on behind it. */
  readFile(): boolean {
    const cursor = this.#cursor;
    if (!cursor.skip(TAG_END) && !FILE_TAG.test(cursor.restOfTag())) return false;
    if (this.#from[FILES] === -1) this.#from[FILES] = this.#used;
    else this.#bytes[this.#used++] = TAB;
    const start = this.#used;
    if (cursor.bytes[cursor.at] !== SLASH || !this.#copyUntil(LESS)) return false;
    this.#to[FILES] = this.#used;
    this.provided.push(this.#bytes.toString("latin1", start, this.#used));
    return cursor.skip(FILE_END);
  }

  /** Add the lines to what is in `target` up to `at`, each behind its newline; where they end. */
  writeTo(target: Buffer, at: number): number {
    let end = at;
    for (const [list, from] of this.#from.entries()) {
      end += target.write("\n", end, "latin1");
      if (from !== -1) end += this.#bytes.copy(target, end, from, this.#to[list]);
    }
    return end;
  }

  /** As `formatDependency` writes it. */
  #readEntry(kind: DependencyKind): boolean {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const start = this.#used;
    if (!this.#copyUntil(QUOTE)) return false;
    cursor.at += 1;
    const nameEnd = this.#used;
    let sign: Uint8Array | undefined;
    let hasBefore = false;
    let epochFrom = -1;
    let epochTo = -1;
    let versionFrom = -1;
    let versionTo = -1;
    let releaseFrom = -1;
    let releaseTo = -1;
    while (bytes[cursor.at] === SPACE) {
      cursor.at += 1;
      if (sign === undefined && cursor.skip(FLAGS)) {
        sign = SIGNS.get(bytes.readUInt16BE(cursor.at));
        cursor.at += 2;
        if (sign === undefined || bytes[cursor.at] !== QUOTE) return false;
        cursor.at += 1;
      } else if (epochFrom === -1 && cursor.skip(EPOCH)) {
        epochFrom = cursor.at;
        epochTo = this.#skipValue();
        if (epochTo === -1) return false;
      } else if (versionFrom === -1 && cursor.skip(VERSION)) {
        versionFrom = cursor.at;
        versionTo = this.#skipValue();
        if (versionTo === -1) return false;
      } else if (releaseFrom === -1 && cursor.skip(RELEASE)) {
        releaseFrom = cursor.at;
        releaseTo = this.#skipValue();
        if (releaseTo === -1) return false;
      } else if (!hasBefore && cursor.skip(BEFORE)) {
        hasBefore = true;
        if (this.#skipValue() === -1) return false;
      } else {
        return false;
      }
    }
    if (nameEnd === start || !cursor.skipEmptyEnd()) return false;
    if (sign !== undefined && versionTo > versionFrom) {
      this.#copy(sign, 0, sign.length);
      if (this.#isOtherThanZero(epochFrom, epochTo)) {
        this.#copy(bytes, epochFrom, epochTo);
        this.#bytes[this.#used++] = COLON;
      }
      this.#copy(bytes, versionFrom, versionTo);
      if (releaseTo > releaseFrom) {
        this.#bytes[this.#used++] = DASH;
        this.#copy(bytes, releaseFrom, releaseTo);
      }
    }
    this.#note(kind, start, nameEnd);
    return true;
  }

  /** Keep by what a package is found, and which paths it asks for. */
  #note(kind: DependencyKind, start: number, nameEnd: number): void {
    const bytes = this.#bytes;
    if (kind === "provides" || kind === "obsoletes") {
      let end = start;
      while (end < nameEnd && bytes[end] !== SPACE) end += 1;
      const name = bytes.toString("latin1", start, end);
      if (kind === "provides") this.provided.push(name);
      else this.obsoleted.push(name);
    }
    const first = bytes[start];
    if (kind !== "provides" && (first === SLASH || first === PARENTHESIS)) {
      const text = bytes.toString("latin1", start, this.#used);
      for (const path of pathsIn(text)) this.asked.push(path);
    }
  }

  /** Copy printable ASCII up to this byte, its references resolved. */
  #copyUntil(last: number): boolean {
    const { bytes } = this.#cursor;
    const target = this.#bytes;
    let { at } = this.#cursor;
    let used = this.#used;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte === last) break;
      if (byte < SPACE || byte > LAST_PRINTABLE || byte === LESS) return false;
      at += 1;
      if (byte === AMPERSAND) {
        const from = at;
        const reference = REFERENCES.find(({ text }) => startsAt(bytes, from, text));
        if (reference === undefined) return false;
        target[used++] = reference.byte;
        at += reference.text.length;
      } else {
        target[used++] = byte;
      }
    }
    this.#cursor.at = at;
    this.#used = used;
    return true;
  }

  /** Where a value ends, and go on behind its quote; -1 where it needs more than being copied. */
  #skipValue(): number {
    const { bytes } = this.#cursor;
    let { at } = this.#cursor;
    for (;;) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) break;
      if (byte <= SPACE || byte > LAST_PRINTABLE || byte === AMPERSAND || byte === LESS) return -1;
      at += 1;
    }
    this.#cursor.at = at + 1;
    return at;
  }

  #isOtherThanZero(from: number, to: number): boolean {
    const { bytes } = this.#cursor;
    for (let at = from; at < to; at++) if (bytes[at] !== ZERO) return true;
    return false;
  }

  #copy(source: Uint8Array, from: number, to: number): void {
    const target = this.#bytes;
    let used = this.#used;
    for (let at = from; at < to; at++) target[used++] = source[at] ?? 0;
    this.#used = used;
  }
}
