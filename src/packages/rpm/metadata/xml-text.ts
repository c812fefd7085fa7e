/** The only entities that there are without a document type, which is refused. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * A text of XML without its references. Bytes in, bytes out, a character each: what a number names
 * becomes the bytes of its UTF-8.
 *
 * Source: XML 1.0, sections 4.1 and 4.6. Throws an `Error` for a reference to anything else.
 */
export function withoutReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&\s]{0,32};?)/g, (_, found: string) => {
    const name = found.endsWith(";") ? found.slice(0, -1) : undefined;
    const known = name === undefined ? undefined : (ENTITIES.get(name) ?? characterOf(name));
    if (known !== undefined) return known;
    throw new Error(`it refers to &${found}, which is none of XML's five entities`);
  });
}

/** The bytes of `#252` or `#xfc`; undefined for what names no character of XML. */
function characterOf(name: string): string | undefined {
  const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
  if (match === null) return undefined;
  const [, hexadecimal, decimal] = match;
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  if (!isCharacter(code)) return undefined;
  return code < 0x80
    ? String.fromCharCode(code)
    : Buffer.from(String.fromCodePoint(code)).toString("latin1");
}

/** Source: XML 1.0, section 2.2. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code > 0xdfff && code < 0xfffe) || (code > 0xffff && code < 0x110000);
}
