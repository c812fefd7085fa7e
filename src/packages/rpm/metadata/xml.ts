import { readStartTag, show, type XmlAttributes } from "./xml-tag.ts";
import { withoutReferences } from "./xml-text.ts";

/** What is done with the elements of a document. Names come without the prefix of a namespace. */
export interface XmlHandler {
  /** Whether the text of this element is wanted. */
  open(name: string, attributes: XmlAttributes, depth: number): boolean;
  /**
   * The text that stands in the element after the last one inside it; empty where nobody wants it.
   */
  close(name: string, text: string, depth: number): void;
}

/** Of a tag, a comment or a piece of text: what repositories write has some hundred bytes. */
const LARGEST_TOKEN = 1024 ** 2;
/** Of the text of an element, such as a package's description. */
const LARGEST_TEXT = 4 * 1024 ** 2;
/**
 * Of an element below the root, such as a package, with all that is inside of it: what is cut out
 * of it keeps its text in memory until it has ended. Some packages list tens of thousands of paths.
 */
const LARGEST_RECORD = 32 * 1024 ** 2;
const MOST_DEPTH = 32;

/**
 * Reads a document of XML piece by piece, so that of one of any size only a tag is in memory. Text
 * is bytes, a character each, as the document has them: it must be UTF-8.
 *
 * What the metadata of repositories never has is refused rather than understood: document types,
 * and with them entities of one's own and what they can be blown up to. Throws an `Error` that says
 * what is wrong.
 *
 * Source: XML 1.0. The library saxes was measured beside it and is no faster (30 MB in 0.2 s), and
 * would need the same bounds around it.
 */
export class XmlReader {
  readonly #handler: XmlHandler;
  readonly #open: string[] = [];
  /** Of each open element: whether its text is wanted. */
  readonly #wanted: boolean[] = [];
  #text = "";
  #rest = "";
  /** Of what was taken in since an element below the root was opened. */
  #recordBytes = 0;
  #isStart = true;
  #hasRoot = false;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** Take in the next piece. */
  write(bytes: Uint8Array): void {
    const { buffer, byteOffset, length } = bytes;
    const piece = Buffer.from(buffer, byteOffset, length).toString("latin1");
    // eslint-disable-next-line no-control-regex -- these are what XML does not allow
    if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(piece)) {
      throw new Error("it holds control characters, so it is no XML");
    }
    const text = this.#rest + piece;
    if (this.#isStart && text.length < DECLARATION_BYTES) {
      this.#rest = text;
      return;
    }
    this.#recordBytes += length;
    this.#read(text);
    if (this.#open.length > 1 && this.#recordBytes > LARGEST_RECORD) {
      throw new Error(`an element of it is longer than ${LARGEST_RECORD} bytes`);
    }
  }

  /** Whether so many elements are open, and of all that was taken in nothing is left but space. */
  isAt(depth: number): boolean {
    return this.#open.length === depth && !this.#isStart && this.#rest.trim() === "";
  }

  /** The document ends here. */
  end(): void {
    this.#read(this.#rest);
    const left = this.#open.at(-1);
    if (this.#rest.trim() !== "" || left !== undefined) {
      throw new Error(`it is cut off${left === undefined ? "" : ` inside <${left}>`}`);
    }
    if (!this.#hasRoot) throw new Error("it is empty");
  }

  #read(text: string): void {
    let at = 0;
    if (this.#isStart) {
      at = text.startsWith("\xef\xbb\xbf") ? 3 : 0;
      refuseEncoding(text.slice(at, at + DECLARATION_BYTES));
      this.#isStart = false;
    }
    for (;;) {
      const tag = text.indexOf("<", at);
      if (tag === -1) break;
      this.#addText(text, at, tag);
      const end = this.#readTag(text, tag);
      at = end ?? tag;
      if (end === undefined) break;
    }
    this.#rest = at === 0 ? text : text.slice(at);
    if (this.#rest.length > LARGEST_TOKEN) {
      throw new Error(`a part of it is longer than ${LARGEST_TOKEN} bytes`);
    }
  }

  /** Where a tag ends; undefined while the rest of it is to come. */
  #readTag(text: string, start: number): number | undefined {
    switch (text.charCodeAt(start + 1)) {
      case SLASH: {
        const end = text.indexOf(">", start);
        if (end === -1) return undefined;
        this.#close(text.slice(start + 2, end).trimEnd());
        return end + 1;
      }
      case QUESTION: {
        const end = text.indexOf("?>", start);
        return end === -1 ? undefined : end + 2;
      }
      case EXCLAMATION:
        return this.#readMarkup(text, start);
      default:
        return this.#readStart(text, start);
    }
  }

  /** A comment or a section of plain text; nothing else begins in this way. */
  #readMarkup(text: string, start: number): number | undefined {
    if (text.startsWith("<!--", start)) {
      const end = text.indexOf("-->", start + 4);
      return end === -1 ? undefined : end + 3;
    }
    if (text.startsWith(CDATA, start)) {
      const end = text.indexOf("]]>", start);
      if (end === -1) return undefined;
      this.#keepText(text.slice(start + CDATA.length, end));
      return end + 3;
    }
    const seen = text.slice(start, start + CDATA.length);
    if ("<!--".startsWith(seen) || CDATA.startsWith(seen)) return undefined;
    throw new Error("it declares a document type or entities, which no repository needs");
  }

  #readStart(text: string, start: number): number | undefined {
    const tag = readStartTag(text, start);
    if (tag === undefined) return undefined;
    this.#openElement(tag.name, tag.attributes);
    if (tag.isEmpty) this.#close(tag.name);
    return tag.end;
  }

  #openElement(name: string, attributes: XmlAttributes): void {
    if (this.#open.length === 0 && this.#hasRoot) throw new Error("it has more than one root");
    if (this.#open.length >= MOST_DEPTH) {
      throw new Error(`its elements are nested more than ${MOST_DEPTH} deep`);
    }
    this.#hasRoot = true;
    this.#text = "";
    this.#open.push(name);
    if (this.#open.length === 2) this.#recordBytes = 0;
    this.#wanted.push(this.#handler.open(localName(name), attributes, this.#open.length));
  }

  #close(name: string): void {
    const depth = this.#open.length;
    if (this.#open.pop() !== name) throw new Error(`</${show(name)}> closes another element`);
    const isWanted = this.#wanted.pop() === true;
    this.#handler.close(localName(name), isWanted ? this.#text : "", depth);
    this.#text = "";
  }

  #addText(text: string, start: number, end: number): void {
    if (end === start) return;
    if (this.#open.length === 0) {
      if (text.slice(start, end).trim() === "") return;
      throw new Error("it has text outside of its root, so it is no XML");
    }
    if (this.#wanted.at(-1) === true) this.#keepText(withoutReferences(text.slice(start, end)));
  }

  #keepText(text: string): void {
    if (this.#wanted.at(-1) !== true) return;
    this.#text += text;
    if (this.#text.length > LARGEST_TEXT) {
      throw new Error(`a text of it is longer than ${LARGEST_TEXT} bytes`);
    }
  }
}

const DECLARATION_BYTES = 128;
const CDATA = "<![CDATA[";
const SLASH = 0x2f;
const QUESTION = 0x3f;
const EXCLAMATION = 0x21;
function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function refuseEncoding(start: string): void {
  const [, encoding = "utf-8"] = /^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(start) ?? [];
  if (/^(?:utf-8|us-ascii)$/i.test(encoding)) return;
  throw new Error(`it is written in ${show(encoding)}, not in UTF-8`);
}
