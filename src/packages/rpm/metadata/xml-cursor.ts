const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;

/**
 * A place in a document of XML that goes on behind what it has read. It reads what has one shape
 * alone, and says where something has another. A `>` must be ahead wherever a tag is read.
 */
export class XmlCursor {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;

  skipSpace(): void {
    const { bytes } = this;
    let { at } = this;
    for (;;) {
      const byte = bytes[at];
      if (byte !== SPACE && byte !== NEWLINE && byte !== TAB && byte !== RETURN) break;
      at += 1;
    }
    this.at = at;
  }

  /** Whether this stands here, and then go on behind it. */
  skip(literal: Uint8Array): boolean {
    if (!startsAt(this.bytes, this.at, literal)) return false;
    this.at += literal.length;
    return true;
  }

  /** The name of a tag that begins here, with its prefix; undefined where none does. */
  readTagName(): string | undefined {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at] !== LESS) return undefined;
    for (;;) {
      at += 1;
      const byte = bytes[at] ?? 0;
      if (byte === GREATER || byte === SLASH || byte <= SPACE) break;
    }
    const name = bytes.toString("latin1", this.at + 1, at);
    this.at = at;
    return name;
  }

  /** Whether `</tag>` stands here, and then go on behind it. */
  skipEndTag(tag: string): boolean {
    const { bytes } = this;
    let { at } = this;
    if (bytes[at] !== LESS || bytes[at + 1] !== SLASH) return false;
    at += 2;
    for (let index = 0; index < tag.length; index++, at++) {
      if (bytes[at] !== tag.charCodeAt(index)) return false;
    }
    if (bytes[at] !== GREATER) return false;
    this.at = at + 1;
    return true;
  }

  /** Whether `/>` stands here, and then go on behind it. */
  skipEmptyEnd(): boolean {
    if (this.bytes[this.at] !== SLASH || this.bytes[this.at + 1] !== GREATER) return false;
    this.at += 2;
    return true;
  }

  /** What is left of a tag, with its end. */
  restOfTag(): string {
    const end = this.bytes.indexOf(GREATER, this.at) + 1;
    const text = this.bytes.toString("latin1", this.at, end);
    this.at = end;
    return text;
  }

  /** Behind the name of a tag: the text of an element in printable ASCII; undefined for another. */
  readText(tag: string): string | undefined {
    if (this.skipEmptyEnd()) return "";
    if (this.bytes[this.at] !== GREATER) return undefined;
    const from = this.at + 1;
    this.at = this.bytes.indexOf(LESS, from);
    const text = this.bytes.toString("latin1", from, this.at);
    return /^[ -%'-~]*$/.test(text) && this.skipEndTag(tag) ? text : undefined;
  }

  /** Behind the name of a tag: whether the element holds text alone; then go on behind it. */
  skipElement(tag: string): boolean {
    if (this.skipEmptyEnd()) return true;
    const { bytes } = this;
    let { at } = this;
    if (bytes[at] !== GREATER) return false;
    for (;;) {
      at += 1;
      const byte = bytes[at] ?? 0;
      if (byte === LESS) break;
      if (byte < SPACE && byte !== NEWLINE && byte !== TAB && byte !== RETURN) return false;
    }
    this.at = at;
    return this.skipEndTag(tag);
  }
}

/** Whether a literal stands at a place; compared byte by byte, since most are short. */
export function startsAt(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let index = 0; index < literal.length; index++) {
    if (bytes[at + index] !== literal[index]) return false;
  }
  return true;
}
