import { withoutReferences } from "./xml-text.ts";

/** The attributes of an element by their names, each followed by its value. */
export type XmlAttributes = readonly string[];

/** How an element begins. */
interface StartTag {
  /** As it is written, with the prefix of a namespace. */
  readonly name: string;
  readonly attributes: XmlAttributes;
  /** `<name/>`: it ends where it begins. */
  readonly isEmpty: boolean;
  /** Where the text goes on. */
  readonly end: number;
}

const MOST_ATTRIBUTES = 64;

const SLASH = 0x2f;
const GREATER = 0x3e;
/** Names in ASCII, which all of repositories are. */
const NAME = /[A-Za-z_][\w:.-]*/y;
const ATTRIBUTE = /([A-Za-z_][\w:.-]*)\s*=\s*(["'])/y;

/** The value of an attribute; undefined where the element has none of that name. */
export function attributeOf(attributes: XmlAttributes, name: string): string | undefined {
  for (let at = 0; at < attributes.length; at += 2) {
    if (attributes[at] === name) return attributes[at + 1];
  }
  return undefined;
}

/**
 * The start of an element with its attributes; undefined while the rest of it is to come. Throws an
 * `Error` for what is no tag.
 */
export function readStartTag(text: string, start: number): StartTag | undefined {
  NAME.lastIndex = start + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) {
    if (start + 1 >= text.length) return undefined;
    throw new Error(`${show(text.slice(start, start + 20))} is no tag`);
  }
  const attributes: string[] = [];
  let at = NAME.lastIndex;
  for (;;) {
    const afterSpace = skipSpace(text, at);
    const code = text.charCodeAt(afterSpace);
    if (Number.isNaN(code)) return undefined;
    if (code === GREATER) {
      return { name, attributes, isEmpty: false, end: afterSpace + 1 };
    }
    if (code === SLASH) {
      if (afterSpace + 1 >= text.length) return undefined;
      if (text.charCodeAt(afterSpace + 1) !== GREATER) throw brokenTag(name);
      return { name, attributes, isEmpty: true, end: afterSpace + 2 };
    }
    ATTRIBUTE.lastIndex = afterSpace;
    const attribute = ATTRIBUTE.exec(text);
    const quote = attribute?.[2];
    if (attribute === null || quote === undefined || afterSpace === at) {
      if (mayGoOn(text, afterSpace)) return undefined;
      throw brokenTag(name);
    }
    const from = ATTRIBUTE.lastIndex;
    const end = text.indexOf(quote, from);
    if (end === -1) return undefined;
    addAttribute(attributes, attribute[1] ?? "", text.slice(from, end));
    at = end + 1;
  }
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** Whether what begins here may become an attribute with the next piece. */
function mayGoOn(text: string, start: number): boolean {
  return /^[\w:.-]+\s*(?:=\s*)?$/.test(text.slice(start, start + 256));
}

function addAttribute(attributes: string[], name: string, value: string): void {
  if (attributes.length >= 2 * MOST_ATTRIBUTES) throw new Error("a tag has too many attributes");
  if (attributeOf(attributes, name) !== undefined) {
    throw new Error(`a tag has the attribute ${name} twice`);
  }
  if (value.includes("<")) throw new Error(`the attribute ${name} is not closed`);
  attributes.push(name, withoutReferences(value));
}

function brokenTag(name: string): Error {
  return new Error(`the tag <${show(name)}> is no XML`);
}

/** A piece of the document for a message. */
export function show(text: string): string {
  return JSON.stringify(text.slice(0, 40)).slice(1, -1);
}
